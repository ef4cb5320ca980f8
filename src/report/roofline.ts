/** What the units did against what they could: operations a cycle over operations a byte. */
import type { Profile } from '../profile/model.js';
import type { Stats } from '../session/index.js';

/** Operations a cycle that a unit can do at most. */
export interface Ceiling {
  readonly unit: string;
  readonly operations: number;
  readonly why: string;
}

/** Bytes a cycle that a path can carry at most. */
export interface Slope {
  readonly path: string;
  readonly bytes: number;
  readonly why: string;
}

export interface Point {
  readonly unit: string;
  /** Operations a byte, and operations a cycle in which the unit worked. */
  readonly intensity: number;
  readonly rate: number;
  readonly note: string;
}

export interface Roofline {
  readonly ceilings: readonly Ceiling[];
  readonly slopes: readonly Slope[];
  readonly points: readonly Point[];
}

type Table = Readonly<Record<string, unknown>>;
const table = (value: unknown): Table =>
  typeof value === 'object' && value !== null ? (value as Table) : {};
const numberIn = (values: Table, key: string): number => {
  const value = values[key];
  return typeof value === 'number' ? value : 0;
};

/**
 * Multiply-accumulates of an instruction by its name: dot products of bytes do four, of halfwords two.
 * Products without a sum count as one.
 */
export function macsOf(text: string): number {
  const name = text.trimStart().split(/\s/, 1)[0];
  if (/^(cv|p)\.?s?dot/.test(name) || /^pv\.s?dot/.test(name)) return name.includes('.b') ? 4 : 2;
  if (/^(cv|p)\.(mac|msu|mul)/.test(name)) return 1;
  return /^(c\.)?mul/.test(name) ? 1 : 0;
}

/** Multiply-accumulates that the harts executed. */
export function hartMacs({ harts }: Profile): number {
  let sum = 0;
  for (const { instructions } of harts)
    for (const { text, self } of instructions) sum += macsOf(text) * self.instructions;
  return sum;
}

/** A multiply-accumulate counts as two operations. */
export function roofline(stats: Stats, profile: Profile): Roofline {
  const { config } = stats;
  const harts = numberIn(config, 'harts');
  const simd = stats.isa.includes('xcv') || stats.isa.includes('xpulp');
  const ceilings: Ceiling[] = [
    simd
      ? {
          unit: 'harts',
          operations: 8 * harts,
          why: `${harts} harts, four 8-bit MAC an instruction`,
        }
      : { unit: 'harts', operations: harts, why: `${harts} harts, one operation an instruction` },
  ];
  const slopes: Slope[] = [
    {
      path: 'TCDM, harts',
      bytes: 4 * Math.min(harts, numberIn(table(config['tcdm']), 'banks')),
      why: 'a word a cycle of each hart',
    },
    { path: 'DMA', bytes: numberIn(table(config['dma']), 'external_bytes'), why: 'to and from L2' },
  ];
  const points: Point[] = [];
  for (const [name, counters] of Object.entries(stats.engines)) {
    const parameters = table(config[name]);
    const peak = enginePeak(parameters, stats.clock_hz);
    const macs = counters['macs'] ?? 0;
    const bytes = (counters['bytes_in'] ?? 0) + (counters['bytes_out'] ?? 0);
    if (macs === 0 || bytes === 0) continue;
    if (peak) ceilings.push({ unit: name, ...peak });
    const port = numberIn(parameters, 'port_bits') / 8;
    if (port > 0 && !slopes.some(({ path }) => path === 'TCDM, wide port'))
      slopes.push({ path: 'TCDM, wide port', bytes: port, why: 'port of the engines' });
    points.push({
      unit: name,
      intensity: (2 * macs) / bytes,
      rate: (2 * macs) / counters['busy_cycles'],
      note: 'while busy',
    });
  }
  const macs = hartMacs(profile);
  const { loads, stores, cycles_active: awake } = stats.total;
  if (macs > 0 && loads + stores > 0)
    points.push({
      unit: 'harts',
      intensity: (2 * macs) / (4 * (loads + stores)),
      rate: (2 * macs * harts) / awake,
      note: 'while awake',
    });
  const all = macs + Object.values(stats.engines).reduce((sum, { macs: own = 0 }) => sum + own, 0);
  const moved = numberIn(stats.dma, 'bytes_in') + numberIn(stats.dma, 'bytes_out');
  if (all > 0 && moved > 0)
    points.push({
      unit: 'dma',
      intensity: (2 * all) / moved,
      rate: (2 * all) / stats.cycles,
      note: 'everything, over the bytes of the DMA and all cycles',
    });
  return { ceilings, slopes, points };
}

/** Crossbars by their size and the time of a product, other engines by their multipliers. */
function enginePeak(
  parameters: Table,
  clockHz: number,
): { operations: number; why: string } | undefined {
  const [rows, cols, ns] = ['rows', 'cols', 'mvm_ns'].map((key) => numberIn(parameters, key));
  if (rows > 0 && cols > 0 && ns > 0) {
    const cycles = Math.ceil((ns * clockHz) / 1e9 - 1e-9);
    return {
      operations: (2 * rows * cols) / cycles,
      why: `${rows} x ${cols} cells every ${cycles} cycles`,
    };
  }
  const multipliers = numberIn(parameters, 'multipliers');
  return multipliers > 0
    ? { operations: 2 * multipliers, why: `${multipliers} multipliers` }
    : undefined;
}
