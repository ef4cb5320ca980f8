/** Runs the firmware application `stream`: full work for one engine, timed from its marks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { packageRoot } from '../datasets/package-root.js';
import { countedBetween, openSession } from '../session/index.js';
import type { CountedRun, Session, Settings, Stats } from '../session/index.js';

/** Jobs on the in-memory engine: all rows times all columns of array 0. */
export interface ProductStream {
  readonly triggers: number;
  /** Matrix-vector products of one trigger. */
  readonly products: number;
  /** false: the codes of the converters are the result. */
  readonly requantise?: boolean;
}

/** A 3x3 layer with SAME padding on the depth-wise engine, whole in the TCDM. */
export interface Layer {
  readonly height: number;
  readonly width: number;
  /** A multiple of 16. */
  readonly channels: number;
  readonly stride: 1 | 2;
}

export interface Work {
  readonly products?: readonly ProductStream[];
  readonly layers?: readonly Layer[];
}

export interface Timed {
  /** As the program sees it: from before the registers are written to awake with all results. */
  readonly cycles: number;
  /** Counters of the engine between the marks; `busy_cycles` is from start to event. */
  readonly engine: Readonly<Record<string, number>>;
  /** All counters between the marks. */
  readonly counted: CountedRun;
}

export interface Timing {
  readonly products: readonly Timed[];
  readonly layers: readonly Timed[];
}

/** Runs of one kind that the application can hold; `STREAM_RUNS` in firmware/apps/stream. */
const capacity = 4;
const maxCycles = 200_000_000;

/** @throws OctobarError `mismatch` when the program finds a wrong result */
export function timeWork(work: Work, set: Settings = {}): Timing {
  const { products = [], layers = [] } = work;
  const session = openSession({ preset: 'garofalo2022', set });
  try {
    session.load({ name: 'stream.elf', bytes: application() });
    session.write('stream_settings', encode(products, layers));
    const memory = session.map().find(({ name }) => name === 'tcdm');
    if (memory) session.writeWord('octobar_l1_end', memory.base + memory.size);
    const timed = watch(session);
    const lines: string[] = [];
    session.onOutput((text) => lines.push(text.trimEnd()));
    const end = session.run({ maxCycles });
    if (end.reason !== 'exit' || end.code !== 0) {
      const said = lines.filter((line) => !line.endsWith('correct')).join('; ');
      throw new OctobarError('mismatch', `stream.elf: ${said}`, {
        hint: 'wrong results have no throughput; this is a defect of octobar, please report it',
      });
    }
    return {
      products: products.map((run, i) => finished(timed, i, run.triggers * run.products)),
      layers: layers.map((run, i) => finished(timed, capacity + i, macsOf(run))),
    };
  } finally {
    session.close();
  }
}

const application = (): Uint8Array =>
  new Uint8Array(readFileSync(join(packageRoot(), 'firmware/prebuilt/stream.elf')));

/** `stream_settings_t`: words, little-endian. */
function encode(products: readonly ProductStream[], layers: readonly Layer[]): Uint8Array {
  if (products.length > capacity || layers.length > capacity) {
    throw new OctobarError('internal', `stream.elf holds ${capacity} runs of a kind`);
  }
  const words = new Uint32Array(capacity * 7);
  for (const [i, { triggers, products: count, requantise = false }] of products.entries()) {
    words.set([triggers, count, Number(requantise)], 3 * i);
  }
  for (const [i, { height, width, channels, stride }] of layers.entries()) {
    words.set([height, width, channels, stride], capacity * 3 + 4 * i);
  }
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  return bytes;
}

interface Mark {
  readonly cycle: number;
  readonly stats: Stats;
}

/** By run: the marks where it began and ended. */
function watch(session: Session): Map<number, { begin: Mark; end?: Mark }> {
  const runs = new Map<number, { begin: Mark; end?: Mark }>();
  const argument = (hart: number): number => session.hart(hart).registers[10];
  const mark = (cycle: number): Mark => ({ cycle, stats: session.stats() });
  session.probe('stream_begin', (hart, _pc, cycle) => {
    runs.set(argument(hart), { begin: mark(cycle) });
  });
  session.probe('stream_end', (hart, _pc, cycle) => {
    const run = runs.get(argument(hart));
    if (run) run.end = mark(cycle);
  });
  return runs;
}

const macsOf = ({ height, width, channels, stride }: Layer): number =>
  9 * Math.ceil(height / stride) * Math.ceil(width / stride) * channels;

/** @param work products, or multiply-accumulates of a layer: what the engine must have done */
function finished(runs: ReturnType<typeof watch>, id: number, work: number): Timed {
  const run = runs.get(id);
  if (!run?.end) throw new OctobarError('internal', `stream.elf never ran run ${id}`);
  const { begin, end } = run;
  const [name, counter] = id < capacity ? ['ima', 'mvms'] : ['depthwise', 'macs'];
  const counted = countedBetween(begin.stats, end.stats);
  const engine = counted.engines[name];
  if (engine[counter] !== work) {
    throw new OctobarError(
      'internal',
      `run ${id} of stream.elf did ${engine[counter]} of ${work} ${counter}`,
    );
  }
  return { cycles: end.cycle - begin.cycle, engine, counted };
}
