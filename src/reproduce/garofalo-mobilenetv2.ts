/**
 * MobileNetV2 1.0 at 224x224, end to end, with trained weights: the published latency leaves out what
 * moving activations costs, so it is judged under a preset in which that takes no time.
 */
import { loadCommittedPicture } from '../datasets/index.js';
import { OctobarError } from '../../emulator/sim/error.js';
import { packBest, publishedRule, pack } from '../deploy/pack/maxrects.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import { executeNetwork } from '../deploy/reference/network.js';
import {
  deployModel,
  fitPicture,
  runNetwork,
  splitByUnit,
  type Deployment,
  type LayerRun,
  type NetworkRun,
  type RunNetworkOptions,
} from '../network/index.js';
import type { Preset, SessionOptions } from '../session/index.js';
import type { Entry, StudyOptions } from './entry.js';
import { garofalo } from './entry.js';
import { compared, incomparable, measured } from './row.js';
import type { Row } from './row.js';

const model = 'mobilenet-v2';
/** A picture that calibration has not seen. */
const picture = 'cat';

const published = {
  latencyMs: 10.1,
  energyUj: 482,
  arrays: 34,
  areaMm2: 30,
  arrayMm2: 0.83,
  vegaRatio: 10,
  vegaEnergyRatio: 2.5,
  /** 1.19 mJ a picture, as recalled. */
  vegaUj: 1190,
  /** Vega's own latency as recalled: about 10 pictures a second. */
  vegaMs: 100,
  mcuRatio: 423,
} as const;

/** Pictures a second that a latency in ms allows. */
const perSecond = (ms: number): number => 1e3 / ms;

export const garofaloMobilenetV2: Entry = {
  name: 'garofalo-mobilenetv2',
  title: 'MobileNetV2 end to end: latency by unit, jobs, arrays, and other systems',
  source: `${garofalo}. It counts no time for moving activations between L2 and TCDM`,
  full: '8, 17 and 68 arrays, and 8-bit weights on 68',
  parameters: [
    'ima.',
    'depthwise.',
    'energy.',
    'hwpe.',
    'dma.',
    'tcdm.',
    'l2.',
    'clock_hz',
    'harts',
  ],
  async rows(options) {
    const deployment = await deployed('4', options);
    const one = { sequential: true };
    const paper = run(deployment, { preset: 'garofalo2022-paper' }, options, one);
    const real = run(deployment, { preset: 'garofalo2022-net' }, options, one);
    const both = run(deployment, { preset: 'garofalo2022-net' }, options);
    const rows: Row[] = [latency(paper), ...unitRows(paper)];
    rows.push(...realRows(real, paper), overlapRow(both, real), jobs(real), ...arrayRows(real));
    rows.push(energyRow(paper), movedEnergyRow(both, paper), ...otherSystems(paper));
    rows.push(singleHart(deployment, real, options));
    if (options.full) rows.push(...(await resources(deployment, options)));
    return rows;
  },
};

/** The network with weights of so many bits. */
export async function deployed(
  weights: '4' | '8',
  { progress }: Pick<StudyOptions, 'progress'>,
): Promise<Deployment> {
  return deployModel({ preset: 'garofalo2022-net', model, weights, progress });
}

/** @throws OctobarError `mismatch` when a byte differs from the reference */
export function run(
  { plan }: Deployment,
  session: SessionOptions,
  { progress }: Pick<StudyOptions, 'progress'>,
  how: Pick<RunNetworkOptions, 'kernels' | 'sequential'> = {},
): NetworkRun {
  const input = quantisePicture(plan.input, fitPicture(loadCommittedPicture(picture), plan));
  const reference = executeNetwork(plan, input);
  const set = Object.entries(session.set ?? {}).map(([key, value]) => `, ${key} = ${value}`);
  progress(`running ${plan.name} under ${machineName(session)}${set.join('')}`);
  const result = runNetwork(plan, {
    ...session,
    ...how,
    input,
    reference: (layer) => {
      const codes = reference.get(layer)!;
      return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
    },
  });
  if (result.bit_exact === true) return result;
  throw new OctobarError('mismatch', `${plan.name}: results differ from the reference`, {
    hint: `octobar infer ${model} --image FILE shows where`,
  });
}

const machineName = ({ preset }: SessionOptions): string =>
  preset === undefined || typeof preset === 'string' ? (preset ?? 'the default') : preset.name;

const ms = ({ after, cycles: all }: NetworkRun, cycles = all): number =>
  (1e3 * cycles) / after.clock_hz;

/** Rates that the published latency can be put together from. */
const publishedRates = {
  /** 958 GOPS: a product of 256 x 256 every so many ns. */
  productNs: 136.8,
  /** Depth-wise engine; its source is recalled. */
  depthwise: 29.7,
  /** PULP-NN's best, for layers with many channels. */
  harts: 15.5,
} as const;

/**
 * Where the difference to the published latency comes from: the same layers at published rates. What has
 * no published rate (additions, pooling, classifier, the commands of transfers) is taken as we measure it.
 */
function latency(paper: NetworkRun): Row {
  const clock = paper.after.clock_hz;
  const sum = (choose: (layer: LayerRun) => boolean, pick: (layer: LayerRun) => number): number =>
    paper.layers.filter(choose).reduce((total, layer) => total + pick(layer), 0);
  const isFirst = (layer: LayerRun): boolean =>
    layer.kind === 'convolution' && layer.unit === 'harts' && layer.group === 0;
  const parts = [
    {
      name: 'products',
      ours: sum(
        ({ unit }) => unit === 'ima',
        ({ tally }) => tally.cycles,
      ),
      theirs: (jobsOf(paper) * publishedRates.productNs * clock) / 1e9,
      rate: `${publishedRates.productNs} ns each`,
    },
    {
      name: 'depth-wise layers',
      ours: sum(
        ({ unit }) => unit === 'depthwise',
        ({ tally }) => tally.cycles,
      ),
      theirs:
        sum(
          ({ unit }) => unit === 'depthwise',
          ({ macs }) => macs,
        ) / publishedRates.depthwise,
      rate: `${publishedRates.depthwise} MAC/cycle`,
    },
    {
      name: 'first convolution',
      ours: sum(isFirst, ({ tally }) => tally.cycles),
      theirs: sum(isFirst, ({ macs }) => macs) / publishedRates.harts,
      rate: `${publishedRates.harts} MAC/cycle`,
    },
  ];
  const rest = paper.cycles - parts.reduce((total, { ours }) => total + ours, 0);
  const rated = parts.reduce((total, { theirs }) => total + theirs, 0);
  const text = parts.map(
    ({ name, ours, theirs, rate }) =>
      `${name} ${ms(paper, ours).toFixed(2)} (${ms(paper, theirs).toFixed(2)} at ${rate})`,
  );
  return compared({
    figure: 'latency at 500 MHz, transfers take no time, one unit at a time',
    published: published.latencyMs,
    ours: ms(paper),
    unit: 'ms',
    basis: 'predicted',
    note:
      `preset garofalo2022-paper, every byte equals the reference. In ms: ${text.join(', ')}, all else ${ms(paper, rest).toFixed(2)}. ` +
      `With the rates in brackets, which are published, the whole would take ${ms(paper, rated + rest).toFixed(2)} ms`,
  });
}

function unitRows(paper: NetworkRun): Row[] {
  return splitByUnit(paper).map(({ name, cycles }) =>
    measured({
      figure: `  of it: ${name}`,
      ours: ms(paper, cycles),
      unit: 'ms',
      basis: 'predicted',
      note:
        name === 'waiting for DMA' ? 'commands and status registers; no transfer takes time' : '',
    }),
  );
}

function realRows(real: NetworkRun, paper: NetworkRun): Row[] {
  const before = real.before.dma;
  const bytes = (key: string): number => (real.after.dma[key] ?? 0) - (before[key] ?? 0);
  return [
    incomparable({
      figure: 'latency at 500 MHz, activations and tables moved by DMA, one unit at a time',
      published: published.latencyMs,
      ours: ms(real),
      unit: 'ms',
      basis: 'predicted',
      note:
        'not judged: published without these transfers. Preset garofalo2022-net; double buffering hides all but ' +
        `${(100 * (real.cycles / paper.cycles - 1)).toFixed(1)} %: ${bytes('bytes_in')} bytes in, ${bytes('bytes_out')} out`,
    }),
    ...splitByUnit(real).map(({ name, cycles }) =>
      measured({
        figure: `  of it: ${name}`,
        ours: ms(real, cycles),
        unit: 'ms',
        basis: 'predicted',
      }),
    ),
  ];
}

function overlapRow(both: NetworkRun, real: NetworkRun): Row {
  return incomparable({
    figure: 'latency at 500 MHz, moved by DMA, harts and crossbars overlap',
    published: published.latencyMs,
    ours: ms(both),
    unit: 'ms',
    basis: 'predicted',
    note:
      'not judged: whether the published mapping overlaps units is not known, its sum reads as one after the other. ' +
      `The first convolution of a stripe runs while the crossbars project the one before: ${(100 * (1 - both.cycles / real.cycles)).toFixed(1)} % saved`,
  });
}

const jobsOf = ({ layers }: NetworkRun): number =>
  layers.reduce((sum, { tally }) => sum + tally.jobs, 0);

function jobs(real: NetworkRun): Row {
  return measured({
    figure: 'matrix-vector products',
    ours: jobsOf(real),
    unit: 'products',
    basis: 'predicted',
    note: 'counted by the engine; row tiles x column tiles x pixels of the 34 pointwise layers give 50,617',
  });
}

function arrayRows(real: NetworkRun): Row[] {
  const { arrays, arrayLayers, target } = real.schedule;
  const rectangles = arrayLayers.flatMap((layer) => layer.rectangles);
  const bin = { width: target.arrays!.cols, height: target.arrays!.rows };
  const best = packBest(rectangles, bin);
  return [
    compared({
      figure: 'arrays that hold all pointwise layers, one column a weight',
      published: published.arrays,
      ours: pack(rectangles, bin, publishedRule).arrays,
      unit: 'arrays',
      tolerance: 0,
      basis: 'predicted',
      note: `${rectangles.length} tiles of ${arrayLayers.length} layers; MaxRects, best short side fit, best-fitting bin, sorted by area`,
    }),
    measured({
      figure: 'arrays with the best of our packings',
      ours: best.arrays,
      unit: 'arrays',
      basis: 'predicted',
      note: `free rectangle by ${best.rule.heuristic}, sorted by ${best.rule.order}; the run used ${arrays?.arrays ?? 0}`,
    }),
    compared({
      figure: 'area of the arrays',
      published: published.areaMm2,
      ours: pack(rectangles, bin, publishedRule).arrays * published.arrayMm2,
      unit: 'mm2',
      basis: 'identity',
      note: `${published.arrayMm2} mm2 an array as published; "about 30"`,
    }),
  ];
}

function energyRow(paper: NetworkRun): Row {
  const { total_uj, components } = paper.energy;
  const parts = Object.entries(components)
    .filter(([, part]) => part > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, part]) => `${name} ${part.toFixed(1)}`);
  return compared({
    figure: 'energy, transfers take no time, one unit at a time',
    published: published.energyUj,
    ours: total_uj,
    unit: 'uJ',
    tolerance: 0.02,
    basis: 'fitted',
    note: `one of three totals that three prices were fitted to (octobar reproduce garofalo-energy): ${parts.join(', ')} uJ`,
  });
}

function movedEnergyRow(both: NetworkRun, paper: NetworkRun): Row {
  const { total_uj, components } = both.energy;
  const part = (name: string): string => (components[name] ?? 0).toFixed(1);
  return measured({
    figure: 'energy, moved by DMA, harts and crossbars overlap',
    ours: total_uj,
    unit: 'uJ',
    basis: 'predicted',
    note: `preset garofalo2022-net: ${part('DMA')} uJ for the DMA and ${part('L2')} for L2, ${(100 * (1 - both.cycles / paper.cycles)).toFixed(0)} % less time for clock tree and leakage`,
  });
}

function otherSystems(paper: NetworkRun): Row[] {
  return [
    incomparable({
      figure: 'energy of a Vega-like digital system over ours',
      published: published.vegaEnergyRatio,
      ours: published.vegaUj / paper.energy.total_uj,
      unit: 'x',
      basis: 'fitted',
      note: `not judged: the other system is not simulated, its ${published.vegaUj} uJ are recalled from its publication`,
    }),
    incomparable({
      figure: 'latency of a Vega-like digital system over ours',
      published: published.vegaRatio,
      ours: published.vegaMs / ms(paper),
      unit: 'x',
      basis: 'predicted',
      note: `not judged: the other system is not simulated, its ${perSecond(published.vegaMs)} pictures/s are recalled from its publication`,
    }),
  ];
}

/** The machine of the network preset without its depth-wise engine. */
const withoutDepthwise: Preset = {
  schema: 'octobar-preset/1',
  name: 'garofalo2022-net without a depth-wise engine',
  meaning: 'an in-memory engine beside harts',
  source: garofalo,
  engines: [null, 'ima'],
  set: { 'ima.arrays': 34, 'l2.size': 8_388_608 },
};

/** One hart with plain RV32IMC kernels beside the IMA, no depth-wise engine: a microcontroller. */
function singleHart(deployment: Deployment, real: NetworkRun, options: StudyOptions): Row {
  const session = { preset: withoutDepthwise, set: { harts: 1 } };
  const single = run(deployment, session, options, { kernels: 'scalar' });
  const share = (kind: LayerRun['kind']): string => {
    const cycles = single.layers
      .filter((layer) => layer.kind === kind && layer.unit === 'harts')
      .reduce((sum, { tally }) => sum + tally.cycles, 0);
    return `${((100 * cycles) / single.cycles).toFixed(0)} %`;
  };
  const theirs = (published.mcuRatio * published.latencyMs) / 1e3;
  return incomparable({
    figure: 'latency of IMA and one scalar hart over ours',
    published: published.mcuRatio,
    ours: single.cycles / real.cycles,
    unit: 'x',
    basis: 'predicted',
    note:
      `not judged: published against another engine with a microcontroller. Ours: the same IMA and one RV32IMC hart, ${ms(single).toFixed(0)} ms, ` +
      `${share('depthwise')} of them depth-wise layers, ${share('convolution')} first convolution and classifier. ` +
      `Published are ${published.mcuRatio} x ${published.latencyMs} ms = ${theirs.toFixed(2)} s, as long as ours would take at ${(single.cycles / theirs / 1e6).toFixed(0)} MHz; ` +
      'the clock of that microcontroller could not be read',
  });
}

/** What fewer or more arrays cost. */
async function resources(deployment: Deployment, options: StudyOptions): Promise<Row[]> {
  const rows: Row[] = [];
  const row = (figure: string, result: NetworkRun): void => {
    const { arrays } = result.schedule;
    rows.push(
      measured({
        figure,
        ours: ms(result),
        unit: 'ms',
        basis: 'predicted',
        note: `${arrays?.reprogrammedRows ?? 0} rows of cells programmed for every picture`,
      }),
    );
  };
  for (const arrays of [8, 17, 68]) {
    const session = { preset: 'garofalo2022-net', set: { 'ima.arrays': arrays } };
    row(`latency with ${arrays} arrays`, run(deployment, session, options));
  }
  const wide = await deployed('8', options);
  const session = { preset: 'garofalo2022-net', set: { 'ima.arrays': 68 } };
  row('latency with 8-bit weights on 68 arrays', run(wide, session, options));
  return rows;
}
