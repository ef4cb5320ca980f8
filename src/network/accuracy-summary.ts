/** Counts what pictures on chips were taken for. */
import { OctobarError } from '../../emulator/sim/error.js';
import type { ChipAnswer, ShareResult } from './accuracy-share.js';

export interface ClassAccuracy {
  readonly label: string;
  /** Labelled pictures of this class. */
  readonly pictures: number;
  /** On all chips together. */
  readonly right: number;
  readonly floatRight: number | undefined;
}

/** How close to the trained network, over pictures and chips. */
export interface Agreement {
  /** Same answer. */
  readonly same: number;
  /** Cosine of the centred logits. */
  readonly mean: number;
  readonly least: number;
  /** Cosine of the features. */
  readonly features: { readonly mean: number; readonly least: number };
}

export interface ChipAccuracy {
  /** undefined: arrays as they should be. */
  readonly seed: number | undefined;
  readonly right: number;
  readonly agreement: Agreement | undefined;
}

/** Of a share of pictures, chip by chip. */
export interface Spread {
  /** Right answers of labelled pictures; without labels, answers as in float. */
  readonly of: 'right' | 'same';
  readonly mean: number;
  /** Standard deviation of the sample of chips. */
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
}

export interface Summary {
  readonly pictures: number;
  readonly labelled: number;
  readonly classes: readonly ClassAccuracy[];
  /** [true class][answer], of the labelled pictures on all chips together. */
  readonly confusion: readonly (readonly number[])[];
  /** On all chips together. */
  readonly right: number;
  readonly floatRight: number | undefined;
  /** What always answering the most frequent class gets right. */
  readonly constantRight: number;
  readonly chips: readonly ChipAccuracy[];
  readonly spread: Spread | undefined;
  readonly agreement:
    | (Agreement & {
        /** Pictures by the answer of the trained network, and how often the chips gave the same. */
        readonly classes: readonly {
          readonly label: string;
          readonly pictures: number;
          readonly same: number;
        }[];
        /** Pictures for which always giving its most frequent answer would be the same. */
        readonly constantSame: number;
      })
    | undefined;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/**
 * @param seeds of the chips; undefined: one that is as it should be
 * @throws OctobarError `image` when a label is none of the network
 */
export function summarise(
  results: readonly ShareResult[],
  labels: readonly string[],
  labelOf: (index: number) => number | undefined,
  seeds: readonly number[] | undefined,
): Summary {
  const chipSeeds = seeds ?? [undefined];
  const float = results[0]?.floatAnswer !== undefined;
  const confusion = labels.map(() => labels.map(() => 0));
  const pictures = labels.map(() => 0);
  const floatRights = labels.map(() => 0);
  const rights = chipSeeds.map(() => 0);
  for (const { index, chips, floatAnswer } of results) {
    const label = labelOf(index);
    if (label === undefined) continue;
    const row = confusion[label];
    if (row === undefined) {
      throw new OctobarError('image', `label ${label} of a network with ${labels.length} classes`);
    }
    pictures[label]! += 1;
    if (floatAnswer === label) floatRights[label]! += 1;
    chips.forEach(({ answer }, chip) => {
      row[answer]! += 1;
      if (answer === label) rights[chip]! += 1;
    });
  }
  const labelled = sum(pictures);
  const chips = chipSeeds.map((seed, chip): ChipAccuracy => {
    const own = results.map((result) => ({ ...result, chips: [result.chips[chip]!] }));
    return { seed, right: rights[chip]!, agreement: float ? agreementOf(own) : undefined };
  });
  return {
    pictures: results.length,
    labelled,
    classes: labels.map((label, k) => ({
      label,
      pictures: pictures[k]!,
      right: confusion[k]![k]!,
      floatRight: float ? floatRights[k] : undefined,
    })),
    confusion,
    right: sum(rights),
    floatRight: float ? sum(floatRights) : undefined,
    constantRight: Math.max(...pictures),
    chips,
    spread: spreadOf(chips, labelled, results.length),
    agreement: float ? { ...agreementOf(results), ...byFloat(results, labels) } : undefined,
  };
}

type Pictures = readonly Pick<ShareResult, 'chips' | 'floatAnswer'>[];

const sameAs = (float: number | undefined, chips: readonly ChipAnswer[]): number =>
  chips.filter(({ answer }) => answer === float).length;

function agreementOf(results: Pictures): Agreement {
  const all = results.flatMap(({ chips }) => chips);
  const cosines = all.map(({ cosine }) => cosine!);
  const features = all.map((answer) => answer.features!);
  return {
    same: sum(results.map(({ chips, floatAnswer }) => sameAs(floatAnswer, chips))),
    mean: mean(cosines),
    least: Math.min(...cosines),
    features: { mean: mean(features), least: Math.min(...features) },
  };
}

function byFloat(results: Pictures, labels: readonly string[]) {
  const classes = labels.map((label, k) => {
    const own = results.filter(({ floatAnswer }) => floatAnswer === k);
    return { label, pictures: own.length, same: sum(own.map(({ chips }) => sameAs(k, chips))) };
  });
  return { classes, constantSame: Math.max(...classes.map(({ pictures }) => pictures)) };
}

function spreadOf(
  chips: readonly ChipAccuracy[],
  labelled: number,
  pictures: number,
): Spread | undefined {
  if (chips.length < 2) return undefined;
  const of = labelled > 0 ? 'right' : 'same';
  const shares =
    of === 'right'
      ? chips.map(({ right }) => right / labelled)
      : chips.flatMap(({ agreement }) =>
          agreement === undefined ? [] : [agreement.same / pictures],
        );
  if (shares.length === 0) return undefined;
  const middle = mean(shares);
  const variance = sum(shares.map((share) => (share - middle) ** 2)) / (shares.length - 1);
  return {
    of,
    mean: middle,
    deviation: Math.sqrt(variance),
    least: Math.min(...shares),
    most: Math.max(...shares),
  };
}
