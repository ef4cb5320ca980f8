/** CIFAR-10 and CIFAR-100 in their published binary form, from a folder of the user's: they cannot be installed. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import type { LabelledPictures } from './idx.js';

export type CifarKind = 'cifar10' | 'cifar100';

interface Form {
  readonly train: readonly string[];
  readonly test: string;
  /** Bytes before the pixels, and which of them is the label. */
  readonly labels: number;
  readonly label: number;
  readonly classes: number;
  readonly folder: string;
}

const side = 32;
const plane = side * side;

/** A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009: "binary version". */
const forms: Record<CifarKind, Form> = {
  cifar10: {
    train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
    test: 'test_batch.bin',
    labels: 1,
    label: 0,
    classes: 10,
    folder: 'cifar-10-batches-bin',
  },
  // A coarse label, then the fine one
  cifar100: {
    train: ['train.bin'],
    test: 'test.bin',
    labels: 2,
    label: 1,
    classes: 100,
    folder: 'cifar-100-binary',
  },
};

/** No published file is larger. */
const mostBytes = 200 << 20;

/**
 * @param folder that holds the files, or the folder of the archive that does
 * @throws OctobarError `file` when one is missing, `image` when it has another form
 */
export function loadCifar(
  kind: CifarKind,
  folder: string,
): { train: LabelledPictures; test: LabelledPictures; classes: number } {
  const form = forms[kind];
  const inner = join(folder, form.folder);
  const from = existsSync(join(inner, form.test)) ? inner : folder;
  const load = (names: readonly string[]): LabelledPictures =>
    joined(names.map((name) => readRecords(join(from, name), form)));
  return { train: load(form.train), test: load([form.test]), classes: form.classes };
}

function readRecords(path: string, form: Form): LabelledPictures {
  const { labels: header, label, classes } = form;
  const size = header + 3 * plane;
  if (!existsSync(path))
    throw new OctobarError('file', `there is no ${path}`, {
      hint: 'unpack the binary version of the data set and name its folder',
    });
  const length = statSync(path).size;
  if (length === 0 || length % size !== 0 || length > mostBytes)
    throw new OctobarError(
      'image',
      `${path} has ${length} bytes, no whole number of records of ${size}`,
    );
  const bytes = new Uint8Array(readFileSync(path));
  const count = length / size;
  const pixels = new Uint8Array(count * 3 * plane);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * size;
    labels[i] = bytes[at + label];
    if (labels[i] >= classes)
      throw new OctobarError(
        'image',
        `${path}: record ${i} has label ${labels[i]}, there are ${classes} classes`,
      );
    // Three planes become three neighbours
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < plane; p++)
        pixels[(i * plane + p) * 3 + c] = bytes[at + header + c * plane + p];
  }
  return { side, count, pixels, labels };
}

function joined(parts: readonly LabelledPictures[]): LabelledPictures {
  const together = (of: (part: LabelledPictures) => Uint8Array): Uint8Array => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + of(part).length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(of(part), at);
      at += of(part).length;
    }
    return all;
  };
  return {
    side,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    pixels: together(({ pixels }) => pixels),
    labels: together(({ labels }) => labels),
  };
}
