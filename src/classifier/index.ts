/** Trained classifiers on in-memory computing macros: models, deployment, runs of firmware. */
export { exactAnswer, exactScores } from './exact.js';
export { programOf, type Program } from './image.js';
export { modelSchema, parseModel, readModel, type Model } from './model.js';
export { classify, picturesFrom, type Classification, type Labelled } from './run.js';
export { targetOf, type Target } from './target.js';
export type { Tuning } from './tuning.js';
