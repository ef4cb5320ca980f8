/**
 * The crossbar with the devices of its array: published errors beside ours, and what a whole network
 * makes of errors of programming and of drift.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkPictureNames } from '../datasets/index.js';
import { packageRoot } from '../datasets/package-root.js';
import { cellErrors, characterise } from '../macro/index.js';
import { deployModel, measureAccuracy } from '../network/index.js';
import type { Accuracy, Deployment } from '../network/index.js';
import type { Settings } from '../session/index.js';
import type { Entry, StudyOptions } from './entry.js';
import { linePlot } from './line-plot.js';
import type { Series } from './line-plot.js';
import { compared, measured } from './row.js';
import type { Row } from './row.js';

const preset = 'garofalo2022-pcm';
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
  full: 'ten chips instead of two, and the network in floating point beside them',
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

interface Point {
  readonly seconds: number;
  readonly accuracy: Accuracy;
  /** Share of answers that are those of ideal cells, chip by chip. */
  readonly same: readonly number[];
}

/** Where the first point of a logarithmic axis stands: the start of drift. */
const atOnce = 20;

/** MobileNetV2 1.0 with 4-bit weights on 34 arrays, chip by chip, on pictures that calibration has not seen. */
async function network(options: StudyOptions): Promise<Row[]> {
  const { full, progress } = options;
  const deployment = await deployModel({
    preset: 'garofalo2022-net',
    model: 'mobilenet-v2',
    weights: '4',
    progress,
  });
  const chips = full ? 10 : 2;
  const study: Study = { deployment, images: testPictures(), chips, float: full, progress };
  try {
    const ideal = await measure(study, { 'ima.program_noise': 0 });
    const compensated = await curve(study, ideal, true);
    const plain = await curve(study, ideal, false);
    draw(options, study, compensated, plain);
    return [
      ...floatRows('ideal cells', ideal),
      ...compensated.flatMap((point, i) =>
        pointRows(study, `5 % of programming, ${ages[i]![0]}`, point),
      ),
      ...plain
        .slice(1)
        .flatMap((point, i) => pointRows(study, `${ages[i + 1]![0]}, without compensation`, point)),
    ];
  } finally {
    rmSync(study.images, { recursive: true, force: true });
  }
}

interface Study {
  readonly deployment: Deployment;
  readonly images: string;
  readonly chips: number;
  /** Beside the network in floating point. */
  readonly float: boolean;
  readonly progress: (text: string) => void;
}

async function curve(study: Study, ideal: Accuracy, compensated: boolean): Promise<Point[]> {
  const points: Point[] = [];
  for (const [name, seconds] of ages) {
    study.progress(`${name}, ${compensated ? 'compensated' : 'as it drifts'}`);
    const set = { 'ima.drift_seconds': seconds, 'ima.drift_compensation': compensated };
    const accuracy = await measure(study, set);
    points.push({ seconds, accuracy, same: sameAnswers(accuracy, ideal) });
  }
  return points;
}

function measure({ deployment, images, chips, float }: Study, set: Settings): Promise<Accuracy> {
  return measureAccuracy({ deployment, session: { preset, set }, chips, images, float });
}

/** Share of the answers of all chips that are those of ideal cells, chip by chip. */
function sameAnswers({ answers, chips }: Accuracy, ideal: Accuracy): number[] {
  return chips.map((_, chip) => {
    const same = answers.filter((one, i) => one.answers[chip] === ideal.answers[i]!.answers[0]);
    return same.length / answers.length;
  });
}

function draw(
  { plot }: StudyOptions,
  { chips }: Study,
  compensated: readonly Point[],
  plain: readonly Point[],
): void {
  const series = (
    name: string,
    points: readonly Point[],
    of: (point: Point) => number,
  ): Series => ({
    name,
    points: points.map((point) => [Math.max(point.seconds, atOnce) / day, of(point)] as const),
  });
  const figures = [
    ['pcm-agreement', 'answers as with ideal cells, %', (point: Point) => 100 * mean(point.same)],
    [
      'pcm-cosine',
      'mean cosine of the centred logits',
      ({ accuracy }: Point) => accuracy.agreement?.mean,
    ],
  ] as const;
  for (const [name, y, of] of figures) {
    if (of(plain[0]!) === undefined) continue;
    const value = (point: Point): number => of(point) ?? 0;
    const both = [series('compensated', compensated, value), series('as it drifts', plain, value)];
    const title = `MobileNetV2 on PCM with 5 % of programming error, ${chips} chips`;
    plot(
      name,
      linePlot({ title, x: 'days after programming', y, series: both, logarithmic: true }),
    );
  }
}

function pointRows({ chips }: Study, what: string, { accuracy, same }: Point): Row[] {
  const [least, most] = [Math.min(...same), Math.max(...same)];
  const answers = accuracy.answers.length;
  const row = measured({
    figure: `MobileNetV2, ${what}: answers as with ideal cells`,
    ours: 100 * mean(same),
    unit: '%',
    basis: 'predicted',
    note: `${answers} pictures, ${chips} chips from ${share(least)} to ${share(most)}`,
  });
  return [row, ...floatRows(what, accuracy)];
}

function floatRows(what: string, { agreement, pictures }: Accuracy): Row[] {
  if (agreement === undefined) return [];
  const constant = share(agreement.constantSame / pictures);
  return [
    measured({
      figure: `MobileNetV2, ${what}: cosine of the centred logits`,
      ours: agreement.mean,
      unit: '',
      basis: 'predicted',
      note: `least ${agreement.least.toFixed(3)}; one answer to all pictures would be the trained network's for ${constant}`,
    }),
  ];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const share = (part: number): string => `${(100 * part).toFixed(1)} %`;

/** A folder of its own, since a study takes a folder. */
function testPictures(): string {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-pcm-'));
  for (const name of networkPictureNames('test'))
    copyFileSync(
      join(packageRoot(), 'fixtures/pictures', `${name}.png`),
      join(folder, `${name}.png`),
    );
  return folder;
}
