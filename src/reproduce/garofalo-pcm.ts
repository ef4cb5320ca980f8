/**
 * The crossbar with the devices of its array: published errors beside ours, and what a whole network
 * makes of errors of programming and of drift.
 */
import { networkPictureNames, loadCommittedPicture } from '../datasets/index.js';
import { runFloat, pictureValues } from '../deploy/float/executor.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import { loadModel } from '../deploy/models.js';
import { cosine } from '../deploy/quantise/statistics.js';
import { centred, featureLayer } from '../deploy/report/deviation.js';
import { cellErrors, characterise } from '../macro/index.js';
import { executorOf } from '../network/accuracy-share.js';
import { deployModel, fitPicture } from '../network/index.js';
import type { Deployment } from '../network/index.js';
import type { Settings } from '../session/index.js';
import type { Entry, StudyOptions } from './entry.js';
import { linePlot } from './line-plot.js';
import type { Series } from './line-plot.js';
import { compared, measured } from './row.js';
import type { Row } from './row.js';

const preset = 'garofalo2022-pcm';
/** Errors of programming, percent of the largest weight. */
const noises = [0.5, 1, 2, 3] as const;

const published = { programming: 5, product: 1.94 } as const;

const day = 86_400;
/** Seconds after programming. The first is before any drift. */
const ages = [
  ['right after programming', 0],
  ['after 1 hour', 3600],
  ['after 1 day', day],
  ['after 1 month', 30 * day],
  ['after 1 year', 365 * day],
] as const;

export const garofaloPcm: Entry = {
  name: 'garofalo-pcm',
  title: 'errors of the PCM crossbar, and MobileNetV2 under noise and drift',
  source:
    'HERMES core (256x256 PCM, 14 nm), by way of a literature card: weights are programmed to about 5 %, a product errs by 1.94 %; the cluster paper itself computes without errors',
  preset,
  full: 'ten chips instead of two',
  parameters: ['ima.'],
  async rows(options) {
    return [...anchors(options), ...(await network(options))];
  },
};

function anchors({ progress }: StudyOptions): Row[] {
  progress('1,000 random products of 256x256 on one chip');
  const work = { products: 1000, inputs: 'uniform' } as const;
  const { error, circuits } = characterise({ ...work, session: { preset } });
  const programming = circuits.find(({ name }) => name === 'programming');
  return [
    compared({
      figure: 'error of programming',
      published: published.programming,
      ours: cellErrors({ preset }).sigma,
      unit: '% of largest weight',
      basis: 'identity',
      note: 'standard deviation over 65,536 cells, read back by products with one row driven',
    }),
    compared({
      figure: 'error of a product',
      published: published.product,
      ours: error.sigma_percent,
      unit: '% of full scale',
      basis: 'predicted',
      note:
        'follows from the error of programming and 8-bit converters; the full scale is the largest of ' +
        '16,384 sums, which is our reading of the published figure',
    }),
    measured({
      figure: 'of it by programming alone',
      ours: programming?.sigma_percent ?? 0,
      unit: '% of full scale',
      basis: 'predicted',
    }),
    measured({
      figure: 'effective bits of a product',
      ours: error.effective_bits ?? 0,
      unit: 'bit',
      basis: 'predicted',
    }),
  ];
}

/** Pictures that calibration has not seen, as the network takes them, with what it says of them in floating point. */
interface Sample {
  readonly codes: Int8Array | Uint8Array;
  readonly logits: Float64Array;
  readonly features: Float32Array;
}

interface Study {
  readonly deployment: Deployment;
  readonly samples: readonly Sample[];
  readonly chips: number;
  readonly progress: (text: string) => void;
}

/** Chips in one state, against the network in floating point. */
interface Point {
  /** Where it stands on its axis. */
  readonly at: number;
  /** Mean cosines over pictures and chips: of the centred logits, and of the 1,280 features before them. */
  readonly logits: number;
  readonly features: number;
  /** Share of equal answers, chip by chip. */
  readonly same: readonly number[];
}

/** Where the first point of a logarithmic axis stands: the start of drift. */
const atOnce = 20;

/** MobileNetV2 1.0 with 4-bit weights on 34 arrays, chip by chip. */
async function network(options: StudyOptions): Promise<Row[]> {
  const { full, progress } = options;
  const deployment = await deployModel({
    preset: 'garofalo2022-net',
    model: 'mobilenet-v2',
    weights: '4',
    progress,
  });
  const samples = await samplesFor(deployment, progress);
  const study: Study = { deployment, samples, chips: full ? 10 : 2, progress };
  const ideal = measure(study, 0, { 'ima.program_noise': 0 });
  const noisy = noises.map((percent) => {
    progress(`${percent} % of programming`);
    return measure(study, percent, { 'ima.program_noise': percent });
  });
  const compensated = curve(study, true);
  const plain = curve(study, false);
  draw(options, 'pcm-noise', {
    title: `MobileNetV2 on PCM right after programming, ${study.chips} chips`,
    x: 'error of programming, % of the largest weight',
    curves: [['', [ideal, ...noisy]]],
  });
  draw(options, 'pcm-drift', {
    title: `MobileNetV2 on PCM with 5 % of programming error, ${study.chips} chips`,
    x: 'days after programming',
    logarithmic: true,
    curves: [
      ['compensated', compensated],
      ['as it drifts', plain],
    ],
  });
  return [
    ...pointRows(study, 'ideal cells', ideal),
    ...noisy.flatMap((point) => pointRows(study, `${point.at} % of programming`, point)),
    ...compensated.flatMap((point, i) =>
      pointRows(study, `5 % of programming, ${ages[i]![0]}`, point),
    ),
    ...plain
      .slice(1)
      .flatMap((point, i) => pointRows(study, `${ages[i + 1]![0]}, without compensation`, point)),
  ];
}

async function samplesFor(
  { plan, info }: Deployment,
  progress: Study['progress'],
): Promise<Sample[]> {
  const graph = await loadModel(info.model);
  const names = networkPictureNames('test');
  progress(`${names.length} pictures in floating point`);
  return names.map((name) => {
    const pixels = fitPicture(loadCommittedPicture(name), plan);
    const real = runFloat(graph, pictureValues(graph.input, pixels));
    return {
      codes: quantisePicture(plan.input, pixels),
      logits: centred(real.get(plan.outputs[0]!)!),
      features: real.get(featureLayer(plan))!,
    };
  });
}

function curve(study: Study, compensated: boolean): Point[] {
  return ages.map(([name, seconds]) => {
    study.progress(`${name}, ${compensated ? 'compensated' : 'as it drifts'}`);
    const set = { 'ima.drift_seconds': seconds, 'ima.drift_compensation': compensated };
    return measure(study, Math.max(seconds, atOnce) / day, set);
  });
}

function measure({ deployment, samples, chips }: Study, at: number, set: Settings): Point {
  const { plan } = deployment;
  const seeds = Array.from({ length: chips }, (_, i) => 1 + i);
  const executor = executorOf(plan, { preset, set }, seeds);
  const last: number[] = [];
  const before: number[] = [];
  const same = seeds.map((_, chip) => {
    let right = 0;
    for (const [index, { codes, logits, features }] of samples.entries()) {
      executor.run(chip, codes, index);
      const found = centred(executor.tensor(plan.outputs[0]!));
      last.push(agreement(found, logits));
      before.push(agreement(executor.tensor(featureLayer(plan)), features));
      if (largestAt(found) === largestAt(logits)) right += 1;
    }
    return right / samples.length;
  });
  return { at, logits: mean(last), features: mean(before), same };
}

interface Drawing {
  readonly title: string;
  readonly x: string;
  readonly logarithmic?: boolean;
  readonly curves: readonly (readonly [name: string, points: readonly Point[]])[];
}

function draw({ plot }: StudyOptions, name: string, { curves, ...drawing }: Drawing): void {
  const figures = [
    ['equal answers', ({ same }: Point) => mean(same)],
    ['cosine of the features', ({ features }: Point) => features],
    ['cosine of the logits', ({ logits }: Point) => logits],
  ] as const;
  const series = curves.flatMap(([label, points]) =>
    figures.map(([figure, of]): Series => {
      const drawn = points.map((point) => [point.at, of(point)] as const);
      return { name: label === '' ? figure : `${figure}, ${label}`, points: drawn };
    }),
  );
  plot(name, linePlot({ ...drawing, y: 'agreement with floating point', series }));
}

function pointRows({ samples, chips }: Study, what: string, point: Point): Row[] {
  const { same } = point;
  const answers = samples.map(({ logits }) => largestAt(logits));
  const counts = answers.map((answer) => answers.filter((other) => other === answer).length);
  const constant = Math.max(...counts) / samples.length;
  return [
    measured({
      figure: `MobileNetV2, ${what}: answers as in floating point`,
      ours: 100 * mean(same),
      unit: '%',
      basis: 'predicted',
      note:
        `${samples.length} pictures, ${chips} chips from ${share(Math.min(...same))} to ` +
        `${share(Math.max(...same))}; one answer to all would give ${share(constant)}`,
    }),
    measured({
      figure: `MobileNetV2, ${what}: cosine of the centred logits`,
      ours: point.logits,
      unit: '',
      basis: 'predicted',
    }),
    measured({
      figure: `MobileNetV2, ${what}: cosine of the features`,
      ours: point.features,
      unit: '',
      basis: 'predicted',
    }),
  ];
}

/** The cosine; 0 when nothing is left of a tensor, as after long drift. */
const agreement = (found: ArrayLike<number>, real: ArrayLike<number>): number =>
  cosine(found, real) || 0;

/** Of equal ones the first. */
const largestAt = (values: Float64Array): number => values.indexOf(Math.max(...values));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const share = (part: number): string => `${(100 * part).toFixed(1)} %`;
