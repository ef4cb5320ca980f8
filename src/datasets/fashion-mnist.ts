import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf, sha256 } from './cache.js';
import { readIdx, type LabelledPictures } from './idx.js';

/** Where the Debian package dataset-fashion-mnist puts it. */
export const fashionMnistFolder = '/usr/share/datasets/fashion-mnist';

/** Of the unpacked files. */
const files = [
  ['train-images-idx3-ubyte', 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888'],
  ['train-labels-idx1-ubyte', 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9'],
  ['t10k-images-idx3-ubyte', '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b'],
  ['t10k-labels-idx1-ubyte', '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34'],
] as const;

/** 28 x 28 bytes and a label. */
const mostBytes = 64 << 20;

/**
 * The 60,000 training and 10,000 test pictures of clothes, Zalando SE, MIT licence: gzipped IDX files in a folder.
 *
 * @throws OctobarError `file` when they are not there, `image` when they are not the published ones
 */
export function loadFashionMnist(folder = fashionMnistFolder): {
  train: LabelledPictures;
  test: LabelledPictures;
} {
  const found = files.map(([name, digest]) => {
    const path = join(folder, `${name}.gz`);
    const bytes = read(path);
    if (sha256(bytes) !== digest)
      throw new OctobarError('image', `${path} is not the published file`);
    return bytes;
  });
  return {
    train: readIdx(found[0], found[1], folder),
    test: readIdx(found[2], found[3], folder),
  };
}

function read(path: string): Uint8Array {
  if (!existsSync(path))
    throw new OctobarError('file', `there is no Fashion-MNIST at ${path}`, {
      hint: 'Debian: apt-get install dataset-fashion-mnist',
    });
  try {
    return new Uint8Array(gunzipSync(readFileSync(path), { maxOutputLength: mostBytes }));
  } catch (cause) {
    throw new OctobarError('image', `cannot unpack ${path}: ${messageOf(cause)}`);
  }
}
