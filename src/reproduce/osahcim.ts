/** Energy of on-the-fly boundaries beside an all-digital macro, from the counters of a trained layer. */
import { adcFamilies, adcSources, conversionPj } from '../energy/index.js';
import type { AdcFamily } from '../energy/index.js';
import { sharesOf } from '../../accel/osahcim/orders.js';
import type { Entry, StudyOptions } from './entry.js';
import { runLayer } from './macro-app.js';
import type { MacroRun } from './macro-app.js';
import { wordsOfOsahcim } from './macro-modes.js';
import { adcBits, familyEnergy, publishedGain } from './osahcim-energy.js';
import { networkRows } from './osahcim-network.js';
import { incomparable, measured } from './row.js';
import type { Row } from './row.js';

const boundaries = [5, 6, 7, 8, 9, 10] as const;
/** One-bit MACs of an 8-bit product. */
const pairs = 64;
/** Thresholds that double from boundary to boundary, over four scales; the second is that of reset. */
const scales: readonly (readonly [string, readonly number[]])[] = [
  ['0 1 2 4 8', [0, 1, 2, 4, 8]],
  ['1 2 4 8 16, as out of reset', [1, 2, 4, 8, 16]],
  ['2 4 8 16 32', [2, 4, 8, 16, 32]],
  ['4 8 16 32 64', [4, 8, 16, 32, 64]],
];

export const osahcim: Entry = {
  name: 'osahcim',
  title:
    'energy gain of boundaries chosen on the fly over an all-digital macro, and what it costs in accuracy',
  source:
    'Y.-C. Chen et al., OSA-HCIM, ASP-DAC 2024, arXiv 2308.15040: abstract (1.95x, CIFAR-100, minimal loss)',
  preset: 'osahcim',
  full: 'the whole test set; every fixed boundary, and thresholds at other scales',
  parameters: ['osahcim.', 'energy.osahcim.'],
  rows: async (options) => [...(await networkRows(options)), ...study(options)],
};

const layer = (modes: Readonly<Record<string, number>>): MacroRun =>
  runLayer({ preset: 'osahcim' }, wordsOfOsahcim(modes));

const thresholdModes = (values: readonly number[]): Record<string, number> =>
  Object.fromEntries(values.map((value, i) => [`OSE_THRESHOLD_${i}`, value]));

const energy = ({ stats }: MacroRun, family: AdcFamily): number => familyEnergy(stats, family);

function study(options: StudyOptions): Row[] {
  const { progress, full } = options;
  progress('a trained layer, all digital');
  const digital = layer({ BOUNDARY_MODE: 2 });
  progress('the same, boundaries by saliency');
  const chosen = layer({ BOUNDARY_MODE: 0 });
  return [
    ...gains(digital, chosen),
    ...errors(digital, chosen),
    ...histogram(chosen),
    efficiency(digital),
    ...line(digital, chosen),
    ...(full ? longer(options, digital) : []),
  ];
}

function gains(digital: MacroRun, chosen: MacroRun): Row[] {
  return adcFamilies.map((family) =>
    incomparable({
      figure: `one layer: gain over all digital, converter by ${family}`,
      published: publishedGain,
      ours: energy(digital, family) / energy(chosen, family),
      unit: 'x',
      basis: 'predicted',
      note:
        `price fixed beforehand: ${adcSources[family]}; adders from 28 nm gates scaled to 65 nm. Not judged: published ` +
        'for a network on CIFAR-100; this is one trained layer with thresholds out of reset, its error in the rows below',
    }),
  );
}

function errors(digital: MacroRun, chosen: MacroRun): Row[] {
  const error = (what: string, run: MacroRun): Row =>
    measured({
      figure: `error over signal, ${what}`,
      ours: run.metrics['error_to_signal_power'],
      unit: 'power',
      basis: 'predicted',
      note: 'against exact arithmetic, 75,264 outputs',
    });
  return [error('all digital (rounding to codes only)', digital), error('by saliency', chosen)];
}

const count = (run: MacroRun, boundary: number): number =>
  run.stats.engines['osahcim'][`boundary_${boundary}`];
const evaluated = (run: MacroRun): number =>
  boundaries.reduce((sum, boundary) => sum + count(run, boundary), 0);

function meanBoundary(run: MacroRun): number {
  const weighted = boundaries.reduce((sum, b) => sum + b * count(run, b), 0);
  return weighted / evaluated(run);
}

function histogram(chosen: MacroRun): Row[] {
  const share = (boundary: number): Row =>
    measured({
      figure: `outputs with boundary ${boundary}`,
      ours: (100 * count(chosen, boundary)) / evaluated(chosen),
      unit: '%',
      basis: 'predicted',
    });
  const mean = measured({
    figure: 'mean boundary',
    ours: meanBoundary(chosen),
    unit: '',
    basis: 'predicted',
  });
  return [...boundaries.map(share), mean];
}

/** 144 rows: two operations each, 64 column MACs. */
function efficiency(digital: MacroRun): Row {
  const columnPj =
    digital.picojoules('digital_column_mac') /
    digital.stats.engines['osahcim']['digital_column_macs'];
  return incomparable({
    figure: 'efficiency all digital, full columns',
    published: 2.97,
    ours: (2 * 144) / (pairs * columnPj),
    unit: 'TOPS/W',
    basis: 'predicted',
    note: 'a recalled 5.79 TOPS/W over 1.95; ours from gates alone',
  });
}

/** Cost of a conversion, all analog energy included, in one-bit column MACs, at which a gain is reached. */
export function costOnLine(boundary: number, gain: number): number {
  const [low, high] = [Math.floor(boundary), Math.ceil(boundary)];
  const between = (of: (b: number) => number): number =>
    of(low) + (boundary - low) * (of(high) - of(low));
  const digital = between((b) => sharesOf(8, b).digital);
  return (pairs / gain - digital) / between((b) => sharesOf(8, b).conversions);
}

function line(digital: MacroRun, chosen: MacroRun): Row[] {
  const engine = chosen.stats.engines['osahcim'];
  const columnPj =
    digital.picojoules('digital_column_mac') /
    digital.stats.engines['osahcim']['digital_column_macs'];
  const analog = ['charge', 'dac_conversion', 'saliency_evaluation'].reduce(
    (sum, price) => sum + chosen.picojoules(price),
    0,
  );
  const ours = adcFamilies.map((family) =>
    measured({
      figure: `a conversion by ${family} with its array, row converters and saliency`,
      ours: (analog / engine['adc_conversions'] + conversionPj(family, adcBits)) / columnPj,
      unit: 'one-bit column MACs',
      basis: 'predicted',
    }),
  );
  const points = [7.5, 8, 8.5, 9, 9.5, 10].map((boundary) =>
    measured({
      figure: `1.95x at mean boundary ${boundary} needs a conversion of`,
      ours: costOnLine(boundary, publishedGain),
      unit: 'one-bit column MACs',
      basis: 'predicted',
      note: 'arithmetic on counts of one-bit MACs; negative: out of reach at any price',
    }),
  );
  return [...ours, ...points];
}

function longer({ progress }: StudyOptions, digital: MacroRun): Row[] {
  const pair = (what: string, run: MacroRun): Row[] => [
    measured({
      figure: `gain (neurosim), ${what}`,
      ours: energy(digital, 'neurosim') / energy(run, 'neurosim'),
      unit: 'x',
      basis: 'predicted',
      note: `mean boundary ${meanBoundary(run).toFixed(2)}`,
    }),
    measured({
      figure: `error over signal, ${what}`,
      ours: run.metrics['error_to_signal_power'],
      unit: 'power',
      basis: 'predicted',
    }),
  ];
  return [
    ...boundaries.flatMap((boundary) => {
      progress(`boundary ${boundary} for all`);
      return pair(`boundary ${boundary}`, layer({ BOUNDARY_MODE: 1, BOUNDARY: boundary }));
    }),
    ...scales.flatMap(([name, values]) => {
      progress(`thresholds ${name}`);
      return pair(`thresholds ${name}`, layer({ BOUNDARY_MODE: 0, ...thresholdModes(values) }));
    }),
  ];
}
