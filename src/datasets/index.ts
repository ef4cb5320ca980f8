/** Weights and pictures: fetched with checksums, cached, read as data. */
export { cacheFolder, sha256, type Progress } from './cache.js';
export {
  classNames,
  loadNsfwjsMobileNet,
  nsfwjsTarball,
  weightsDigest,
  type LayersModelFiles,
} from './nsfwjs.js';
export { loadCifar, type CifarKind } from './cifar.js';
export { fashionMnistFolder, loadFashionMnist } from './fashion-mnist.js';
export { type LabelledPictures } from './idx.js';
export { loadMnist } from './mnist.js';
export { loadMovenet } from './movenet.js';
export { loadNsfwjsMid } from './nsfwjs-mid.js';
export { loadObjectronDetector, type DetectorFiles } from './objectron.js';
export { fixturePath, packageRoot } from './package-root.js';
export {
  decodePicture,
  encodePng,
  readPicture,
  resample,
  squarePicture,
  type Picture,
} from './picture.js';
export {
  committedPictures,
  defaultPicture,
  loadCommittedPicture,
  networkPictureNames,
  picturesFor,
  pictureSide,
  type CommittedPicture,
  type PictureUse,
} from './pictures.js';
