/** The fit of the free prices, what it leaves over, and what hangs on what is assumed. */
import type { ListedPrice, PriceList } from '../../energy/index.js';
import { configure, pricesOf } from '../../session/index.js';
import type { StudyOptions } from '../entry.js';
import { constraints, converterShare, shareOf } from './answers.js';
import type { Answers, Constraint } from './answers.js';
import { fit, withValues } from './fit.js';
import { answersAt, sensitivity } from './sensitivity.js';
import type { Swing } from './sensitivity.js';
import {
  checkNetwork,
  committedCounts,
  networkPreset,
  runWholeNetwork,
  runWorkloads,
} from './workloads.js';
import type { Workloads } from './workloads.js';

/** Prices that the literature leaves free: as many as constraints. */
export const freePrices = [
  'energy.cluster.hart_instruction',
  'energy.ima.adc_conversion',
  'energy.ima.cell',
] as const;

export const calibrationSchema = 'octobar-calibration/1';

export interface FittedPrice {
  readonly key: string;
  /** What solves the constraints. */
  readonly solution: number;
  /** What stands in the table. */
  readonly table: number;
  readonly range: readonly [low: number, high: number];
  readonly inside: boolean;
  readonly unit: string;
  readonly source: string;
}

export interface Residual {
  readonly name: string;
  readonly unit: string;
  readonly published: number;
  /** With the values of the table. */
  readonly ours: number;
  /** ours / published - 1 */
  readonly relative: number;
  /** The same with the exact solution. */
  readonly solved: number;
}

export interface Leverage {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
}

export interface Calibration {
  readonly schema: typeof calibrationSchema;
  readonly preset: string;
  /** Whether the network was run in this call, and agreed with its committed counters. */
  readonly full: boolean;
  readonly fitted: readonly FittedPrice[];
  readonly residuals: readonly Residual[];
  /** With the values of the table. */
  readonly answers: Answers;
  /** Share of the converters in the analog energy of a full product, in published macros and here. */
  readonly converters: { readonly low: number; readonly high: number; readonly ours: number };
  /** What the solution becomes when one published figure is 1 % larger. */
  readonly leverage: readonly Leverage[];
  readonly sensitivity: readonly Swing[];
}

/**
 * Counters for everything below; the network's are committed ones unless the study is `full`.
 * @param renew take a fresh run of the network even when it differs
 */
export async function gather(
  options: Pick<StudyOptions, 'full' | 'progress'>,
  renew = false,
): Promise<Workloads> {
  if (!options.full) return runWorkloads(options, committedCounts().network);
  const fresh = await runWholeNetwork(options);
  if (!renew) checkNetwork(committedCounts().network, fresh);
  return runWorkloads(options, fresh);
}

/** Prices that all of this is about: those of the network's preset. */
export const paperPrices = (): PriceList => pricesOf(configure({ preset: networkPreset }));

export function calibrate(runs: Workloads, full: boolean): Calibration {
  const list = paperPrices();
  const solution = fit(runs, constraints, list, freePrices);
  const answers = answersAt(runs, list);
  const solved = answersAt(runs, withValues(list, solution));
  return {
    schema: calibrationSchema,
    preset: networkPreset,
    full,
    fitted: freePrices.map((key) => {
      const row = list.rows.find((other) => other.key === key)!;
      return fittedPrice(row, solution.get(key)!);
    }),
    residuals: constraints.map(({ name, unit, published, ours }) => ({
      name,
      unit,
      published,
      ours: ours(answers),
      relative: ours(answers) / published - 1,
      solved: ours(solved) / published - 1,
    })),
    answers,
    converters: {
      ...converterShare,
      ours: shareOf(valueOf(list, 'energy.ima.adc_conversion'), answers),
    },
    leverage: constraints.map((moved) => ({
      name: moved.name,
      values: Object.fromEntries(fit(runs, constraints.map(more(moved)), list, freePrices)),
    })),
    sensitivity: sensitivity(runs, list, freePrices),
  };
}

const more =
  (moved: Constraint) =>
  (other: Constraint): Constraint =>
    other === moved ? { ...other, published: 1.01 * other.published } : other;

const valueOf = (list: PriceList, wanted: string): number =>
  list.rows.find(({ key }) => key === wanted)!.value;

function fittedPrice({ key, value, price }: ListedPrice, solution: number): FittedPrice {
  const range = price.range!;
  return {
    key,
    solution,
    table: value,
    range,
    inside: solution >= range[0] && solution <= range[1],
    unit: price.unit,
    source: price.source,
  };
}
