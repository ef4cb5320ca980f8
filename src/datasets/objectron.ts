import { OctobarError } from '../../emulator/sim/error.js';
import { sha256, type Progress } from './cache.js';
import { fetchNpmTarball, type PinnedTarball } from './npm-tarball.js';
import { extractFiles } from './tar.js';

/** @mediapipe/objectron, Apache-2.0, (c) The MediaPipe Authors. */
const tarball: PinnedTarball = {
  name: '@mediapipe/objectron',
  version: '0.4.1675468480',
  sha256: 'fc3e37b326b05e8f596099c90b3e0931b05a56cd3160b9ac450b621794bac94c',
  bytes: 32_667_233,
};

/** SHA-256 of the model inside the packed assets. */
const modelDigest = 'd0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6';
/** The packed assets begin with the label map; the model follows. */
const labelBytes = 184;

/** The object detector that finds what Objectron then turns in space. */
export interface DetectorFiles {
  readonly model: Uint8Array;
  /** The first is the background. */
  readonly labels: readonly string[];
}

/**
 * SSD MobileNetV2 1.0 at 300x300, trained on Open Images v4, float16 weights.
 *
 * @throws OctobarError `file` offline with an empty cache, `image` when anything is malformed.
 */
export async function loadObjectronDetector(progress?: Progress): Promise<DetectorFiles> {
  const [assets] = extractFiles(await fetchNpmTarball(tarball, progress), [
    'package/objectron_solution_packed_assets.data',
  ]);
  const model = assets!.slice(labelBytes);
  if (sha256(model) !== modelDigest) {
    throw new OctobarError(
      'image',
      'the detector of @mediapipe/objectron does not have its digest',
    );
  }
  const text = Buffer.from(assets!.subarray(0, labelBytes)).toString('utf8');
  return { model, labels: text.split('\n').filter((line) => line !== '') };
}
