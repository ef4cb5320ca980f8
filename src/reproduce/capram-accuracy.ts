/** Pruned networks that fit one CAP-RAM macro, run as firmware on whole test sets. */
import { exactAnswer } from '../classifier/index.js';
import type { Classification, Labelled, Model, Tuning } from '../classifier/index.js';
import { withWeightBits } from '../classifier/round.js';
import { trainClassifier } from '../train/classifier.js';
import type { DataName } from '../train/classifier.js';
import { cachedModel } from './cached-model.js';
import type { StudyOptions } from './entry.js';
import {
  available,
  committedModel,
  meanAndSpread,
  percent,
  pictureEnergy,
  runTrials,
  testPictures,
  validationPictures,
} from './classifiers.js';
import type { Trial } from './classifiers.js';
import { linePlot } from './line-plot.js';
import type { Series } from './line-plot.js';
import { incomparable, measured } from './row.js';
import type { Row } from './row.js';

const published = { mnist: 98.8, cifar10: 89 };
const macroBits = 512 * 128;
const chips = 10;
/** For curves; the test pictures are for the accuracies alone. */
const curvePictures = 2000;
const preset = 'capram';

export async function accuracies(options: StudyOptions): Promise<Row[]> {
  if (options.pictures === 0) return [];
  return [
    ...(await mnist(options)),
    ...(await fashion(options)),
    ...(await cifar10(options)),
    ...(options.full ? await curves(options) : []),
  ];
}

const bound = (row: Omit<Row, 'published' | 'tolerance' | 'met' | 'basis' | 'unit'>): Row => ({
  ...row,
  published: published.mnist,
  unit: '%',
  tolerance: null,
  met: row.ours >= published.mnist,
  basis: 'predicted',
});

async function mnist(options: StudyOptions): Promise<Row[]> {
  const model = committedModel('capram-mnist-4');
  const pictures = await testPictures('mnist', options);
  const seeds = Array.from({ length: options.full ? chips : 1 }, (_, i) => i + 1);
  const results = await runTrials(
    seeds.map((seed): Trial => ({ what: `MNIST, chip ${seed}`, model, pictures, preset, seed })),
    options,
  );
  const values = results.map((result) => percent(result, pictures));
  const { mean, spread } = meanAndSpread(values);
  const tested = `${pictures.count} test pictures as firmware, noise and mismatch on, 4-bit weights, eight levels`;
  const first = results[0]!;
  const several: Row[] =
    results.length < 2
      ? []
      : [
          bound({ figure: `MNIST accuracy, mean of ${chips} chips`, ours: mean, note: tested }),
          measured({
            figure: `its standard deviation over ${chips} chips`,
            ours: spread,
            unit: '%',
            basis: 'predicted',
            note: `seeds 1 to ${chips}: ${values.map((value) => value.toFixed(2)).join(', ')}`,
          }),
        ];
  return [
    bound({
      figure: 'MNIST accuracy, chip 1',
      ours: values[0]!,
      note: `at least as published: ${tested}. ${chips} chips with --full`,
    }),
    ...several,
    ...costs(first, model, pictures),
  ];
}

function costs(result: Classification, model: Model, pictures: Labelled): Row[] {
  const { macro, all } = pictureEnergy(result, preset);
  const size = pictures.pixels.length / pictures.count;
  const sample = Math.min(pictures.count, 1000);
  let same = 0;
  for (let i = 0; i < sample; i++) {
    const exact = exactAnswer(model, pictures.pixels.subarray(i * size, (i + 1) * size));
    same += Number(exact === result.answers[i]);
  }
  const figure = (name: string, ours: number, unit: string, note = ''): Row =>
    measured({ figure: name, ours, unit, basis: 'predicted', note });
  return [
    figure(
      'bits of weights in the macro',
      4 * result.metrics['cells_written']!,
      'bit',
      `of ${macroBits}; they stay there for the whole test`,
    ),
    figure('cycles of a picture', result.metrics['picture_cycles']!, 'cycle'),
    figure('energy of a picture, macro', macro, 'nJ'),
    figure('energy of a picture, whole cluster', all, 'nJ'),
    figure(
      'answers that noise changes',
      (100 * (sample - same)) / sample,
      '%',
      `against exact arithmetic on the host, the first ${sample} pictures`,
    ),
  ];
}

/** By `bestStep`. */
const fashionTuning: Tuning = { step: { all: 24 } };

async function fashion(options: StudyOptions): Promise<Row[]> {
  if (!(await available('fashion-mnist', options))) return [];
  const model = committedModel('capram-fashion-4');
  const pictures = await testPictures('fashion-mnist', options);
  const [result] = await runTrials(
    [{ what: 'Fashion-MNIST', model, pictures, preset, tuning: fashionTuning }],
    options,
  );
  return [
    measured({
      figure: 'Fashion-MNIST accuracy, chip 1',
      ours: percent(result!, pictures),
      unit: '%',
      basis: 'predicted',
      note: `in the place of CIFAR-10; ${pictures.count} test pictures, the network that MNIST has`,
    }),
  ];
}

/** Converter steps in sixteenths; a finer one clips earlier. */
const steps = [16, 24, 32, 48] as const;
const stepPictures = 500;

/** The step that most validation pictures are right with; of equal ones the finest. */
export async function bestStep(
  model: Model,
  data: DataName,
  options: StudyOptions,
): Promise<Tuning> {
  const pictures = await validationPictures(data, stepPictures, options);
  const tunings = steps.map((step): Tuning => ({ step: { all: step } }));
  const results = await runTrials(
    tunings.map((tuning, i): Trial => {
      return { what: `${data}, validation, step ${steps[i]!}/16`, model, pictures, preset, tuning };
    }),
    options,
  );
  const most = Math.max(...results.map(({ correct }) => correct));
  return tunings[results.findIndex(({ correct }) => correct === most)]!;
}

/** Trained here when the user has the data: a network that fits one macro, of which the paper says nothing. */
async function cifar10(options: StudyOptions): Promise<Row[]> {
  const { folders, progress } = options;
  if (folders.cifar10 === undefined) {
    progress(
      'CIFAR-10 (89.0 % published) is not reproduced: it cannot be installed; --cifar10 <folder> runs it',
    );
    return [];
  }
  const model = await cachedModel('capram-cifar10-4', options, trainClassifier);
  const tuning = await bestStep(model, 'cifar10', options);
  const pictures = await testPictures('cifar10', options);
  const [result] = await runTrials(
    [{ what: 'CIFAR-10', model, pictures, preset, tuning }],
    options,
  );
  return [
    incomparable({
      figure: 'CIFAR-10 accuracy, chip 1',
      published: published.cifar10,
      ours: percent(result!, pictures),
      unit: '%',
      basis: 'predicted',
      note:
        'ours is one macro with all weights resident; topology and pruning of the published network are not known, ' +
        'nor how often it reloads',
    }),
  ];
}

interface Curve {
  readonly name: string;
  readonly figure: string;
  readonly x: string;
  readonly trials: readonly {
    readonly x: number;
    readonly trial: Omit<Trial, 'pictures' | 'what'>;
  }[];
}

async function curves(options: StudyOptions): Promise<Row[]> {
  const pictures = await validationPictures('mnist', curvePictures, options);
  const rows: Row[] = [];
  for (const curve of curveList()) {
    const results = await runTrials(
      curve.trials.map(({ x, trial }) => ({ ...trial, pictures, what: `${curve.figure} ${x}` })),
      options,
    );
    const points = results.map((result, i): [number, number] => [
      curve.trials[i]!.x,
      percent(result, pictures),
    ]);
    draw(options, curve, [{ name: 'MNIST, chip 1', points }]);
    const note = `${pictures.count} validation pictures, which choose; the test pictures are not touched`;
    for (const [x, y] of points)
      rows.push(
        measured({
          figure: `accuracy, ${curve.figure} ${x}`,
          ours: y,
          unit: '%',
          basis: 'predicted',
          note,
        }),
      );
  }
  return rows;
}

const draw = ({ plot }: StudyOptions, { name, x }: Curve, series: readonly Series[]): void => {
  const title = `CAP-RAM: accuracy over ${x}`;
  plot(`capram-${name}`, linePlot({ title, x, y: 'accuracy on validation pictures (%)', series }));
};

/** The step of the headline's converter; fewer bits cover the same range, more resolve it finer. */
const referenceStep = 16;
const referenceBits = 7;

function curveList(): Curve[] {
  const model = committedModel('capram-mnist-4');
  return [
    {
      name: 'weight-bits',
      figure: 'weights of bits',
      x: 'bits of a weight, rounded from the four trained ones',
      trials: [1, 2, 3, 4].map((bits) => ({
        x: bits,
        trial: { model: withWeightBits(model, bits), preset },
      })),
    },
    {
      name: 'adc-bits',
      figure: 'converter of bits',
      x: 'bits of the converter, the same range',
      trials: [3, 4, 5, 6, 7, 8].map((bits) => ({
        x: bits,
        trial: {
          model,
          preset,
          set: { 'capram.adc_bits': bits },
          tuning: { step: { all: referenceStep * 2 ** (referenceBits - bits) } },
        },
      })),
    },
    {
      name: 'mismatch',
      figure: 'mismatch of capacitors in %',
      x: 'standard deviation of a capacitor (%)',
      trials: [0, 0.66, 2, 5, 10, 20].map((sigma) => ({
        x: sigma,
        trial: { model, preset, set: { 'capram.cap_mismatch': sigma } },
      })),
    },
  ];
}
