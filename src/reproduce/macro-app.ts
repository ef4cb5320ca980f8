/** Runs firmware on a macro with its own modes: streams of equal products, and a trained layer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { packageRoot } from '../datasets/package-root.js';
import { openSession } from '../session/index.js';
import type { Settings, Stats } from '../session/index.js';

/** A register of the macro's own extension and its value. */
export type Mode = readonly [offset: number, value: number];

/** Pairs that both applications hold. */
const modeCapacity = 8;
const maxCycles = 200_000_000;

export interface MacroRun {
  readonly stats: Stats;
  /** Figures that the program reported, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** pJ of a price by its name, `conversion`. */
  picojoules(price: string): number;
}

export interface Machine {
  readonly preset: string;
  readonly set?: Settings;
}

export interface MacroStream {
  readonly rows: number;
  readonly outputs: number;
  readonly products: number;
  readonly inputMask: number;
  /** Bits of a weight that the program checks results by; 0: it checks none. */
  readonly weightBits: number;
  readonly modes: readonly Mode[];
}

/** `macro-stream.elf`: random cells and inputs, one trigger. */
export function runStream(machine: Machine, stream: MacroStream): MacroRun {
  const { rows, outputs, products, inputMask, weightBits, modes } = stream;
  const settings = [rows, outputs, products, inputMask, weightBits, ...encodeModes(modes)];
  return run(machine, 'macro-stream', 'macro_settings', settings);
}

/** `mvm-layer.elf`: the 14 x 14 x 64 to 384 expansion of a trained bottleneck, compared with exact arithmetic. */
export function runLayer(machine: Machine, modes: readonly Mode[]): MacroRun {
  return run(machine, 'mvm-layer', 'layer_modes', encodeModes(modes));
}

function encodeModes(modes: readonly Mode[]): number[] {
  if (modes.length > modeCapacity)
    throw new OctobarError('internal', `${modes.length} modes, there is room for ${modeCapacity}`);
  return [modes.length, ...modes.flat()];
}

/** @throws OctobarError `mismatch` when the program fails */
function run(
  { preset, set = {} }: Machine,
  name: string,
  symbol: string,
  words: number[],
): MacroRun {
  const session = openSession({ preset, set });
  try {
    const path = join(packageRoot(), `firmware/prebuilt/${name}.elf`);
    session.load({ name: `${name}.elf`, bytes: new Uint8Array(readFileSync(path)) });
    const bytes = new Uint8Array(4 * words.length);
    const view = new DataView(bytes.buffer);
    for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
    session.write(symbol, bytes);
    const lines: string[] = [];
    session.onOutput((text) => lines.push(text.trimEnd()));
    const end = session.run({ maxCycles });
    if (end.reason !== 'exit' || end.code !== 0)
      throw new OctobarError('mismatch', `${name}.elf on ${preset}: ${lines.join('; ')}`, {
        hint: 'this is a defect of octobar, please report it',
      });
    const stats = session.stats();
    return {
      stats,
      metrics: Object.fromEntries(stats.metrics.map(({ name: key, value }) => [key, value])),
      picojoules: (price) => {
        const row = stats.energy.rows.find(
          (candidate) => candidate.price === `energy.${preset}.${price}`,
        );
        if (row) return row.picojoules;
        throw new OctobarError('internal', `there is no price ${price} of ${preset}`);
      },
    };
  } finally {
    session.close();
  }
}
