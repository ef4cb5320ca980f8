/** Whole networks: from a model to a run on the cluster that is compared byte by byte. */
export { checkAccuracySample, type CheckedPicture } from './accuracy-check.js';
export { measureAccuracy, type Accuracy, type AccuracyOptions } from './accuracy.js';
export { ChipNetwork } from './chip-network.js';
export {
  checkArrays,
  deployModel,
  deploymentSchema,
  fitPicture,
  isDeployment,
  loadDeployment,
  picturesIn,
  type DeployOptions,
  type Deployment,
  type DeploymentInfo,
} from './deployment.js';
export {
  deploymentDocument,
  writeModel,
  type GroupDocument,
  type PackingDocument,
} from './deployment-document.js';
export { inferenceDocument, inferSchema } from './document.js';
export { testPictures } from './labelled-pictures.js';
export { drawDetections } from './draw.js';
export { formatInference, layerCycles, splitByUnit } from './format.js';
export { infer, type Answer, type InferOptions, type Inference } from './infer.js';
export {
  macsOf,
  prebuiltRunner,
  runNetwork,
  type LayerRun,
  type NetworkRun,
  type RunNetworkOptions,
} from './run.js';
export { scheduleFor, writeDeployment, type DeploymentFiles } from './write-deployment.js';
export { sweep, sweepPicture, type SweepPoint } from './sweep.js';
export { type Weights } from './weights.js';
