import { OctobarError } from '../../emulator/sim/error.js';
import { sha256, type Progress } from './cache.js';
import { fetchNpmTarball, type PinnedTarball } from './npm-tarball.js';
import type { LayersModelFiles } from './nsfwjs.js';
import type { Literal } from './script-literal.js';
import { extractFiles } from './tar.js';

/** @vladmandic/human, MIT; the model itself is Google's MoveNet, Apache-2.0. */
const tarball: PinnedTarball = {
  name: '@vladmandic/human',
  version: '3.3.6',
  sha256: '425e9c51dbbca0c8934362b170cb0d54c2529c11c654b3c03092b16e9d6ad3f7',
  bytes: 28_615_417,
};

const weightsDigest = 'bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34';

/**
 * MoveNet Lightning: a MobileNetV2 1.0 backbone at 192x192 with a feature pyramid and heads, as a
 * TensorFlow graph with float16 weights.
 *
 * @throws OctobarError `file` offline with an empty cache, `image` when anything is malformed.
 */
export async function loadMovenet(progress?: Progress): Promise<LayersModelFiles> {
  const [model, weights] = extractFiles(await fetchNpmTarball(tarball, progress), [
    'package/models/movenet-lightning.json',
    'package/models/movenet-lightning.bin',
  ]);
  if (sha256(weights!) !== weightsDigest) {
    throw new OctobarError('image', 'the weights of movenet-lightning do not have their digest');
  }
  const description = JSON.parse(Buffer.from(model!).toString('utf8')) as Literal;
  return { description, weights: weights! };
}
