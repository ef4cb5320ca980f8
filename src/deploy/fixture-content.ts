import {
  defaultPicture,
  loadCommittedPicture,
  loadNsfwjsMobileNet,
  type Progress,
} from '../datasets/index.js';
import { encodeBlockFile } from './block-file.js';
import { deployBlock, fixtureBlock, inputOf, provenanceOf } from './block-source.js';
import { importMobileNet } from './network/import.js';

/** Bytes of the committed block file, made from the trained network. */
export async function makeFixture(progress: Progress): Promise<Uint8Array> {
  const network = importMobileNet(await loadNsfwjsMobileNet(progress));
  const blocks = deployBlock(network, fixtureBlock, [4, 8], progress);
  const picture = loadCommittedPicture(defaultPicture);
  return encodeBlockFile({
    blocks,
    input: inputOf(network, fixtureBlock, defaultPicture, picture),
    provenance: provenanceOf(defaultPicture),
  });
}
