/** What was published about energy, and what prices on counters say to it. */
import { energyOf } from '../../energy/index.js';
import type { CountedRun, EnergyReport, PriceList, Supply } from '../../energy/index.js';
import { products } from './workloads.js';
import type { WorkloadName, Workloads } from './workloads.js';

export const published = {
  /** 958 GOPS at 6.39 TOPS/W are 150 mW; times 68.4 cycles at 500 MHz. */
  topsPerWatt: 6.39,
  fullJobNj: 20.5,
  networkUj: 482,
  networkMs: 10.1,
  speedUp: 11.5,
  energyGain: 9.5,
  /** Over the authors' earlier cores + IMA design. */
  hybridGain: 2.8,
  /** Vega: 615 GOPS/W of 8-bit software at 15.5 MAC/cycle. */
  vegaPj: 50,
  vegaVolts: 0.6,
  hermesNj: 12.5,
  /** A digital system of the same kind on the same network, recalled. */
  vegaUj: 1190,
} as const;

/** More power while it is faster: 11.5 / 9.5. */
export const powerRatio = published.speedUp / published.energyGain;

/** A published total as a condition that is linear in prices: the sum of weight x energy is `target`. */
export interface Constraint {
  readonly name: string;
  readonly unit: string;
  readonly published: number;
  /** pJ over all workloads, by the published figure. */
  readonly target: (figure: number) => number;
  readonly weights: (runs: Workloads, figure: number) => Partial<Record<WorkloadName, number>>;
  readonly ours: (answers: Answers) => number;
}

export const constraints: readonly Constraint[] = [
  {
    name: 'a full job, everything included, 500 MHz',
    unit: 'nJ',
    published: published.fullJobNj,
    target: (figure) => 1e3 * figure,
    weights: () => ({ fullJobs: 1 / products }),
    ours: ({ fullJobNj }) => fullJobNj,
  },
  {
    name: 'MobileNetV2, one picture',
    unit: 'uJ',
    published: published.networkUj,
    target: (figure) => 1e6 * figure,
    weights: () => ({ network: 1 }),
    ours: ({ networkUj }) => networkUj,
  },
  {
    name: 'power of both engines over software, default block',
    unit: 'x',
    published: powerRatio,
    // Power is energy over cycles: E(engines) - ratio x cycles(engines) / cycles(software) x E(software) = 0.
    target: () => 0,
    weights: ({ accelerated, software }, figure) => ({
      accelerated: 1,
      software: (-figure * accelerated.cycles) / software.cycles,
    }),
    ours: ({ ratio }) => ratio,
  },
];

export interface Answers {
  readonly fullJobNj: number;
  readonly networkUj: number;
  readonly ratio: number;
  readonly energyGain: number;
  readonly hybridGain: number;
  /** A cycle of the cluster in software at the supply of Vega. */
  readonly lowVoltagePj: number;
  /** Inputs, cells and converters of a full product. */
  readonly analogNj: number;
  readonly wideRatio: number;
}

/** Share of the converters in the analog energy of a full product, when a conversion takes so many pJ. */
export const shareOf = (conversionPj: number, { analogNj }: Answers): number =>
  (256 * conversionPj) / (1e3 * analogNj);

/** The same in published macros. */
export const converterShare = { low: 0.156, high: 0.612 } as const;

const analog = ['dac_conversion', 'cell', 'adc_conversion'].map((name) => `energy.ima.${name}`);

/** @param pricesAt the same prices at a supply */
export function answersOf(
  runs: Workloads,
  pricesAt: (change: Partial<Supply>) => PriceList,
): Answers {
  const list = pricesAt({});
  const energy = (name: WorkloadName): EnergyReport => energyOf(runs[name], list);
  const [job, network, software] = [energy('fullJobs'), energy('network'), energy('software')];
  const [hybrid, accelerated, wide] = [energy('hybrid'), energy('accelerated'), energy('wide')];
  // Leakage of a cycle at the clock that the supply allows.
  const { nominal, nominal_clock_hz } = list.supply;
  const low = pricesAt({
    voltage: published.vegaVolts,
    clock_hz: (nominal_clock_hz * published.vegaVolts) / nominal,
  });
  return {
    fullJobNj: job.total_pj / products / 1e3,
    networkUj: network.total_pj / 1e6,
    ratio: accelerated.mean_mw / software.mean_mw,
    energyGain: software.total_pj / accelerated.total_pj,
    hybridGain: hybrid.total_pj / accelerated.total_pj,
    lowVoltagePj: perCycle(runs.software, low),
    analogNj: analogOf(job) / products / 1e3,
    wideRatio: wide.mean_mw / software.mean_mw,
  };
}

const perCycle = (run: CountedRun, list: PriceList): number =>
  energyOf(run, list).total_pj / run.cycles;

export const analogOf = ({ rows }: EnergyReport): number =>
  rows
    .filter(({ price }) => analog.includes(price))
    .reduce((sum, { picojoules }) => sum + picojoules, 0);
