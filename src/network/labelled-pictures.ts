/** Pictures with labels: folders named after classes, or the IDX files of the MNIST family. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf } from '../datasets/cache.js';
import { loadCommittedPicture, networkPictureNames, readPicture } from '../datasets/index.js';
import type { NetworkPlan } from '../deploy/graph/network-plan.js';
import { fitPicture, picturesIn } from './deployment.js';

export interface LabelledPictures {
  readonly count: number;
  /** Class of a picture, or undefined when the folder names none. */
  label(index: number): number | undefined;
  name(index: number): string;
  /** Bytes in the size of the network. */
  pixels(index: number): Uint8Array;
}

/** MNIST and its relatives name their test set so. */
const idx = { images: 't10k-images-idx3-ubyte.gz', labels: 't10k-labels-idx1-ubyte.gz' };

/** Instead of a folder: the committed pictures on which networks are measured and never calibrated. */
export const testPictures = '';

/**
 * @param folder pictures, or `testPictures`; or one sub-folder of pictures for each class, named by its label or number;
 * or gzipped IDX files
 * @throws OctobarError `file` when there is nothing to read, `image` when it is malformed
 */
export function labelledPictures(
  folder: string,
  network: Pick<NetworkPlan, 'input' | 'tail'>,
): LabelledPictures {
  if (folder === testPictures) return committedPictures(network);
  if (existsSync(join(folder, idx.images))) return idxPictures(folder, network);
  const classes = subFolders(folder);
  const items =
    classes.length === 0
      ? picturesIn(folder).map((path) => ({ path, label: undefined }))
      : classes.flatMap((name) => {
          const label = classOf(name, network);
          return picturesIn(join(folder, name)).map((path) => ({ path, label }));
        });
  return {
    count: items.length,
    label: (index) => items[index]!.label,
    name: (index) => items[index]!.path,
    pixels: (index) => fitPicture(readPicture(items[index]!.path), network),
  };
}

function committedPictures(network: Pick<NetworkPlan, 'input' | 'tail'>): LabelledPictures {
  const names = networkPictureNames('test');
  return {
    count: names.length,
    label: () => undefined,
    name: (index) => names[index]!,
    pixels: (index) => fitPicture(loadCommittedPicture(names[index]!), network),
  };
}

function subFolders(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => statSync(join(folder, name)).isDirectory())
      .toSorted();
  } catch (cause) {
    throw new OctobarError('file', `cannot read the folder ${folder}: ${messageOf(cause)}`);
  }
}

function classOf(name: string, { tail }: Pick<NetworkPlan, 'input' | 'tail'>): number {
  const labels = tail.kind === 'classifier' ? tail.labels : [];
  const found = labels.findIndex((label) => label.toLowerCase() === name.toLowerCase());
  if (found >= 0) return found;
  if (/^\d{1,4}$/.test(name)) return Number(name);
  throw new OctobarError('usage', `the folder "${name}" names no class of the network`, {
    hint: labels.length > 0 ? `the classes are ${labels.join(', ')}` : 'name folders 0, 1, 2 ...',
  });
}

function idxPictures(
  folder: string,
  { input }: Pick<NetworkPlan, 'input' | 'tail'>,
): LabelledPictures {
  const images = readIdx(join(folder, idx.images), 3);
  const labels = readIdx(join(folder, idx.labels), 1);
  const [count, height, width] = images.sizes as [number, number, number];
  if (height !== input.height || width !== input.width || input.channels !== 1) {
    const size = `${input.height}x${input.width}x${input.channels}`;
    throw new OctobarError('image', `${folder} holds ${height}x${width}x1 pictures, not ${size}`);
  }
  if (labels.sizes[0] !== count) {
    throw new OctobarError('image', `${folder} holds ${count} pictures, ${labels.sizes[0]} labels`);
  }
  const bytes = height * width;
  return {
    count,
    label: (index) => labels.data[index]!,
    name: (index) => `${idx.images}[${index}]`,
    pixels: (index) => images.data.subarray(index * bytes, (index + 1) * bytes),
  };
}

const largestIdx = 256 * 1024 * 1024;

/** Unsigned bytes with `rank` big-endian sizes in front. */
function readIdx(path: string, rank: number): { sizes: number[]; data: Uint8Array } {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(readFileSync(path), { maxOutputLength: largestIdx });
  } catch (cause) {
    throw new OctobarError('file', `cannot read ${path}: ${messageOf(cause)}`);
  }
  const head = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < head || view.getUint32(0) !== 0x0800 + rank) {
    throw new OctobarError('image', `${path} is not an IDX file of ${rank} dimensions`);
  }
  const sizes = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== head + count) {
    throw new OctobarError('image', `${path} does not hold the ${count} bytes that it claims`);
  }
  return { sizes, data: bytes.subarray(head) };
}
