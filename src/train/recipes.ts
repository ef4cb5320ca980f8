/** What the classifiers of fixtures/classifiers are trained with. */

export type DataName = 'mnist' | 'fashion-mnist' | 'cifar10' | 'cifar100';

export interface Recipe {
  readonly data: DataName;
  /** Trained on first, then frozen behind residual branches. */
  readonly trunk?: DataName;
  /** Options of the trainer, src/train/macro-train.c. */
  readonly options: Readonly<Record<string, string | number>>;
}

/** Of the training pictures the last ones choose between models, thresholds and ranges. */
export const validationPictures = 5000;

/** Kernel, stride, border, outputs: 28 -> 14 -> 7 -> 3 -> 1. */
const small = '5 2 2 16,3 2 1 32,3 2 0 32,3 1 0 10';
const wide = '5 2 2 16,3 2 1 32,3 2 0 64,3 1 0 10';

/**
 * For CAP-RAM: eight input levels, and outputs pruned until all weights lie in 512 x 128 bits: one group of rows for
 * the first layer, two and four for the next ones, the last one in what is left beside them.
 */
const capram = (weights: number, epochs: number, finetune: number): Recipe => ({
  data: 'mnist',
  options: {
    shape: small,
    weights,
    activations: 3,
    noise: 2,
    augment: 'warp',
    rate: 0.003,
    seed: 20211,
    epochs,
    keep: '14 28 28',
    finetune,
  },
});

export const recipes: Readonly<Record<string, Recipe>> = {
  'capram-mnist-4': capram(4, 14, 8),
  'capram-fashion-4': {
    data: 'fashion-mnist',
    options: { ...capram(4, 5, 3).options, augment: 'flip', seed: 20212 },
  },
  'capram-cifar10-4': {
    data: 'cifar10',
    options: { ...capram(4, 20, 10).options, augment: 'flip', seed: 20213, keep: '11 28 28' },
  },
  'fashion-8': {
    data: 'fashion-mnist',
    options: {
      shape: small,
      weights: 8,
      activations: 8,
      noise: 8,
      rate: 0.003,
      seed: 20231,
      augment: 'flip',
      epochs: 10,
    },
  },
  'cifar100-8': {
    data: 'cifar100',
    options: {
      shape: '5 2 2 16,3 2 1 32,3 2 0 48,3 1 0 100',
      weights: 8,
      activations: 8,
      noise: 8,
      rate: 0.003,
      seed: 20232,
      augment: 'flip',
      epochs: 20,
    },
  },
  // The new task of YOLoC by all weights, and by branches beside a trunk of the old task
  'mnist-8': {
    data: 'mnist',
    options: {
      shape: wide,
      weights: 8,
      activations: 7,
      noise: 8,
      rate: 0.003,
      seed: 20222,
      augment: 'none',
      epochs: 8,
    },
  },
  'yoloc-rebranch': {
    data: 'mnist',
    trunk: 'fashion-mnist',
    options: {
      shape: wide,
      weights: 8,
      activations: 7,
      noise: 8,
      rate: 0.003,
      seed: 20221,
      trunkepochs: 8,
      trunkaugment: 'flip',
      augment: 'none',
      epochs: 8,
      ratio: 4,
    },
  },
};
