import { OctobarError } from '../../emulator/sim/error.js';
import { sha256, type Progress } from './cache.js';
import { decodeBase64, latin1, nsfwjsTarball, type LayersModelFiles } from './nsfwjs.js';
import { fetchNpmTarball } from './npm-tarball.js';
import { parseExportedLiteral } from './script-literal.js';
import { extractFiles } from './tar.js';

const folder = 'package/dist/models/mobilenet_v2_mid';

/** SHA-256 of the decoded weight file of `mobilenet_v2_mid`. */
const weightsDigest = 'fee38f0bcbad1a223b8301c014bbf78984365aef5ab08fc3289ed4229ab67f0e';

/**
 * nsfwjs `mobilenet_v2_mid`: MobileNetV2 1.4 at 224x224 as a TensorFlow graph, 8-bit weights.
 *
 * @throws OctobarError `file` offline with an empty cache, `image` when anything is malformed.
 */
export async function loadNsfwjsMid(progress?: Progress): Promise<LayersModelFiles> {
  const [model, ...shards] = extractFiles(await fetchNpmTarball(nsfwjsTarball, progress), [
    `${folder}/model.min.js`,
    `${folder}/group1-shard1of2.min.js`,
    `${folder}/group1-shard2of2.min.js`,
  ]);
  const parts = shards.map((shard) => decodeBase64(parseExportedLiteral(latin1(shard))));
  const weights = new Uint8Array(Buffer.concat(parts));
  if (sha256(weights) !== weightsDigest) {
    throw new OctobarError(
      'image',
      'the weights of nsfwjs mobilenet_v2_mid do not have their digest',
    );
  }
  return { description: parseExportedLiteral(latin1(model!)), weights };
}
