import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import type { Progress } from '../datasets/index.js';
import { packageRoot } from '../datasets/package-root.js';
import {
  blockImage,
  buildBlock,
  probedTensors,
  type BuiltBlock,
  type Mapping,
} from '../deploy/index.js';
import {
  configure,
  countedBetween,
  energyOf,
  openSession,
  pricesOf,
  type CountedRun,
  type EnergyReport,
  type RunWatcher,
  type Session,
  type SessionOptions,
  type Stats,
} from '../session/index.js';
import { isExact, TensorCheck, type TensorResult } from './compare.js';

export const mappings = blockImage.mappings;

export interface BottleneckOptions extends Omit<SessionOptions, 'isa' | 'harts'> {
  readonly mapping: Mapping;
  /** 0 to 16, default 7; or a synthetic block by its size, like 16x16x128x640. */
  readonly block?: number | string;
  /** Bits of the pointwise weights; default 8. */
  readonly weights?: 4 | 8;
  /** A PNG or JPEG picture of your own. */
  readonly picture?: string;
  readonly progress?: Progress;
  readonly watcher?: RunWatcher;
}

/** One layer between two marks of the firmware, all its stripes together. */
export interface LayerResult {
  readonly name: string;
  readonly cycles: number;
  readonly macs: number;
  /** Matrix-vector products on the in-memory engine. */
  readonly products: number;
}

export interface BottleneckResult {
  readonly mapping: Mapping;
  /** Number in the network, or the name of a synthetic block. */
  readonly block: number | string;
  readonly weights: 4 | 8;
  readonly preset: string;
  readonly ideal: boolean;
  /** Resolution of the column converters in bits. */
  readonly adc_bits: number;
  /** From the first layer's fork to the last barrier; weights programmed and input in TCDM before. */
  readonly cycles: number;
  /** From the start of the program to weights programmed and input in TCDM. */
  readonly programming_cycles: number;
  readonly bit_exact: boolean;
  readonly macs: number;
  readonly mac_per_cycle: number;
  readonly layers: readonly LayerResult[];
  /** Stripes of rows that the block was cut into. */
  readonly stripes: number;
  readonly tensors: readonly TensorResult[];
  /** Cosine between the result and the output of the trained network in floating point. */
  readonly cosine: number;
  /** Crossbars that hold the weights. */
  readonly arrays: number;
  /** What the units did between the two marks that bound `cycles`. */
  readonly units: Units;
  /** All counters between the same marks, for prices of any configuration. */
  readonly counted: CountedRun;
  /** The prices of the machine on them. */
  readonly energy: EnergyReport;
  readonly clock_hz: number;
  readonly seconds: number;
  readonly picture: string;
  /** Everything the run has to say, whole run. */
  readonly stats: Stats;
}

export interface Units {
  /** Mean share of `cycles` in which a hart was awake. */
  readonly harts_active: number;
  readonly hart_instructions: number;
  readonly tcdm_accesses: number;
  readonly tcdm_conflicts: number;
  /** By engine: jobs and cycles in which it was busy. */
  readonly engines: Readonly<
    Record<string, { readonly jobs: number; readonly busy_cycles: number }>
  >;
  readonly dma_bytes: number;
}

/** Runs one bottleneck in one mapping on the prebuilt firmware and compares every byte it computes. */
export async function runBottleneck(options: BottleneckOptions): Promise<BottleneckResult> {
  const { mapping, block = 7, weights = 8, progress = () => undefined } = options;
  const configuration = configure(options);
  const named = options.set !== undefined && 'ima.arrays' in options.set;
  const built = await buildBlock({
    mapping,
    block,
    weights,
    ideal: configuration.get('ima.ideal') === true,
    arrays: {
      rows: configuration.number('ima.rows'),
      cols: configuration.number('ima.cols'),
      adcBits: configuration.number('ima.adc_bits'),
      ...(named ? { arrays: configuration.number('ima.arrays') } : {}),
    },
    progress,
    ...(options.picture === undefined ? {} : { picture: options.picture }),
  });
  // Without a number of its own the machine gets as many crossbars as the block takes.
  const arrays = named ? {} : { 'ima.arrays': Math.max(1, built.arrays) };
  const session = openSession({ ...options, set: { ...options.set, ...arrays } });
  progress(`block ${block}, ${mapping}: ${built.arrays} arrays, running`);
  try {
    return execute(session, built, options);
  } finally {
    session.close();
  }
}

const application = (): { name: string; bytes: Uint8Array } => ({
  name: 'bottleneck.elf',
  bytes: new Uint8Array(readFileSync(join(packageRoot(), 'firmware/prebuilt/bottleneck.elf'))),
});

function execute(
  session: Session,
  built: BuiltBlock,
  options: BottleneckOptions,
): BottleneckResult {
  session.load(application(), { name: `block${built.block}.elf`, bytes: built.elf });
  const watch = new Watch(session, built, options.watcher);
  let lastLine = '';
  session.onOutput((text) => {
    lastLine = text.trimEnd();
    options.progress?.(lastLine);
  });
  options.watcher?.begin(session);
  const end = session.run({ maxCycles: 20_000_000_000 });
  if (end.reason === 'exit' && end.code !== 0) {
    throw new OctobarError('mismatch', `the application ended with code ${end.code}: ${lastLine}`, {
      hint: 'its last line says what it missed; `octobar run --trace` shows where',
    });
  }
  options.watcher?.end(session);
  return watch.result(session.stats());
}

/** Probes at the marks of the application: times of the layers, bytes of the tensors. */
class Watch {
  private readonly checks = new Map<string, TensorCheck>();
  private readonly layerCycles = new Map<string, number>();
  private programmed = NaN;
  private main = NaN;
  private startCycle = NaN;
  private endCycle = NaN;
  private lastMark = NaN;
  private stripes = 0;
  private before: Stats | undefined;
  private after: Stats | undefined;

  constructor(
    private readonly session: Session,
    private readonly built: BuiltBlock,
    private readonly watcher: RunWatcher | undefined,
  ) {
    for (const name of probedTensors) {
      const reference = built.tensors[name];
      if (reference) this.checks.set(name, new TensorCheck(name, reference));
    }
    session.probe('main', (hart, _, cycle) => {
      if (hart === 0) this.main = cycle;
    });
    session.probe('bn_programmed', (_hart, _pc, cycle) => {
      this.programmed = cycle;
    });
    session.probe('bn_start', (_hart, _pc, cycle) => {
      this.startCycle = cycle;
      this.lastMark = cycle;
      this.before = session.stats();
    });
    session.probe('bn_end', (_hart, _pc, cycle) => {
      this.endCycle = cycle;
      this.after = session.stats();
    });
    session.probe('bn_probe_tensor', (hart, _pc, cycle) => this.tensor(hart, cycle));
  }

  private tensor(hart: number, cycle: number): void {
    const [id, data, range, pitch] = this.session.hart(hart).registers.slice(10, 14);
    const name = probedTensors[id];
    const check = this.checks.get(name);
    if (name === undefined || check === undefined) {
      throw new OctobarError(
        'mismatch',
        `the application shows a tensor ${id} that the block has not`,
        {
          hint: 'rebuild firmware and tool from one commit: make firmware && npm run build',
        },
      );
    }
    // The last tensor is shown after the end of the measurement.
    const mark = Number.isNaN(this.endCycle) ? cycle : this.endCycle;
    this.layerCycles.set(name, (this.layerCycles.get(name) ?? 0) + mark - this.lastMark);
    const part = name === 'output' ? 'residual' : name;
    if (mark > this.lastMark) this.watcher?.span(part, this.lastMark, mark);
    this.watcher?.part?.(part);
    this.lastMark = mark;
    const first = range & 0xffff;
    const count = range >>> 16;
    if (name === 'depthwise') this.stripes++;
    for (let row = 0; row < count; row++) {
      check.row(first + row, this.session.read(data + row * pitch, check.rowBytes));
    }
  }

  result(stats: Stats): BottleneckResult {
    const { built } = this;
    if (!this.before || !this.after) {
      throw new OctobarError('mismatch', 'the application never reached bn_start and bn_end', {
        hint: 'its own output says why',
      });
    }
    const cycles = this.endCycle - this.startCycle;
    const counted = countedBetween(this.before, this.after);
    const tensors = [...this.checks.values()].map((check) => check.result());
    tensors.push(this.outputInL2());
    const { macs } = built;
    const layerMacs: Record<string, number> = { ...macs };
    // Without a residual the output is shown too, right behind the projection that it equals.
    const shown = [...this.layerCycles].filter(
      ([name]) => name !== 'output' || built.shape.hasResidual,
    );
    const layers = shown.map(([name, layer]) => ({
      name: name === 'output' ? 'residual' : name,
      cycles: layer,
      macs: layerMacs[name] ?? 0,
      products: this.products(name),
    }));
    return {
      mapping: built.mapping,
      block: built.block,
      weights: built.weights,
      preset: stats.preset,
      ideal: built.ideal,
      adc_bits: this.session.configuration.number('ima.adc_bits'),
      cycles,
      programming_cycles: this.programmed - this.main,
      bit_exact: tensors.every(isExact),
      macs: macs.total,
      mac_per_cycle: macs.total / cycles,
      layers,
      stripes: this.stripes,
      tensors,
      cosine: built.cosine,
      arrays: built.arrays,
      units: unitsBetween(this.before, this.after, cycles),
      counted,
      energy: energyOf(counted, pricesOf(this.session.configuration)),
      clock_hz: stats.clock_hz,
      seconds: cycles / stats.clock_hz,
      picture: built.provenance.picture,
      stats,
    };
  }

  private products(name: string): number {
    const { shape, tiles } = this.built;
    if (name === 'expand') return shape.inHeight * shape.inWidth * tiles.expand;
    const outputs = shape.outHeight * shape.outWidth;
    return name === 'depthwise' || name === 'project' ? outputs * tiles[name] : 0;
  }

  /** The output as the application left it in L2. */
  private outputInL2(): TensorResult {
    const field = blockImage.structs[0].fields.findIndex(({ name }) => name === 'output');
    const address = this.session.readWord(blockImage.base + 4 * field);
    const check = new TensorCheck('output in L2', this.built.tensors.output);
    for (let row = 0; row < check.rows; row++) {
      check.row(row, this.session.read(address + row * check.rowBytes, check.rowBytes));
    }
    return check.result();
  }
}

function unitsBetween(before: Stats, after: Stats, cycles: number): Units {
  const sum = (stats: Stats, key: 'instret' | 'cycles_active'): number =>
    stats.harts.reduce((total, hart) => total + hart[key], 0);
  const engines = Object.fromEntries(
    Object.entries(after.engines).map(([name, counters]) => {
      const since = (key: string): number =>
        (counters[key] ?? 0) - (before.engines[name]?.[key] ?? 0);
      return [name, { jobs: since('jobs'), busy_cycles: since('busy_cycles') }];
    }),
  );
  const bytes = (stats: Stats): number =>
    (stats.dma['bytes_in'] ?? 0) + (stats.dma['bytes_out'] ?? 0);
  return {
    harts_active:
      (sum(after, 'cycles_active') - sum(before, 'cycles_active')) / (cycles * after.harts.length),
    hart_instructions: sum(after, 'instret') - sum(before, 'instret'),
    tcdm_accesses: after.tcdm.accesses - before.tcdm.accesses,
    tcdm_conflicts: after.tcdm.conflicts - before.tcdm.conflicts,
    engines,
    dma_bytes: bytes(after) - bytes(before),
  };
}
