/** A LeNet-5-class network on racetrack memory: training and inference by firmware/apps/lenet. */
export { compareCurve, digestOf, infer, openCheckpoint, train } from './train.js';
export type {
  Comparison,
  Inference,
  InferenceFormat,
  Trained,
  TrainingOptions,
  TrainingPlan,
} from './train.js';
export type { LossPoint, TrainingData } from './run.js';
export { batch } from './shape.js';
