import { OctobarError } from '../../emulator/sim/error.js';
import { readCached, sha256, writeCached, type Progress } from './cache.js';
import { fetchNpmTarball, type PinnedTarball } from './npm-tarball.js';
import { parseExportedLiteral, type Literal } from './script-literal.js';
import { extractFiles } from './tar.js';

/** nsfwjs, MIT licence, (c) 2019 Infinite Red: a trained MobileNetV2 1.0 at 224x224, 5 classes. */
export const nsfwjsTarball: PinnedTarball = {
  name: 'nsfwjs',
  version: '4.4.0',
  sha256: '585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382',
  bytes: 24_973_068,
};

/** SHA-256 of the decoded weight file of `mobilenet_v2`. */
export const weightsDigest = '8e7dddbb16acacc1bf1601b1b8a761e730ff934b7f2d7771312b2f000e5f5f13';

/** The classes of the network in the order of its outputs. */
export const classNames = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'] as const;

const folder = 'package/dist/models/mobilenet_v2';

/** A tfjs LayersModel as its two files hold it, still uninterpreted. */
export interface LayersModelFiles {
  /** `modelTopology` and `weightsManifest`. */
  readonly description: Literal;
  /** All weights in the order of the manifest, 8-bit affine. */
  readonly weights: Uint8Array;
}

/**
 * The two files of the network, from the cache or from the npm registry.
 *
 * @throws OctobarError `file` offline with an empty cache, `image` when anything is malformed.
 */
export async function loadNsfwjsMobileNet(progress?: Progress): Promise<LayersModelFiles> {
  const small = readExtracted();
  if (small !== undefined) return small;
  const tarball = await fetchNpmTarball(nsfwjsTarball, progress);
  const [model, shard] = extractFiles(tarball, [
    `${folder}/model.min.js`,
    `${folder}/group1-shard1of1.min.js`,
  ]);
  const files = {
    description: parseExportedLiteral(latin1(model!)),
    weights: decodeBase64(parseExportedLiteral(latin1(shard!))),
  };
  if (sha256(files.weights) !== weightsDigest) {
    throw new OctobarError('image', 'the weights of nsfwjs mobilenet_v2 do not have their digest');
  }
  writeCached(extractedWeights, files.weights);
  writeCached(extractedModel, model!);
  return files;
}

// The two files unpacked beside the tarball: a later start need not gunzip 25 MB.
const extractedWeights = 'nsfwjs-4.4.0-mobilenet_v2.bin';
const extractedModel = 'nsfwjs-4.4.0-mobilenet_v2.model.js';
const modelDigest = 'c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a';

function readExtracted(): LayersModelFiles | undefined {
  const weights = readCached(extractedWeights, weightsDigest);
  const model = readCached(extractedModel, modelDigest);
  if (weights === undefined || model === undefined) return undefined;
  return { description: parseExportedLiteral(latin1(model)), weights };
}

export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

export function decodeBase64(value: Literal): Uint8Array {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    throw new OctobarError('image', 'the weight script does not hold one base64 string');
  }
  return new Uint8Array(Buffer.from(value, 'base64'));
}
