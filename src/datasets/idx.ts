/** The IDX format of MNIST and its relatives. */
import { OctobarError } from '../../emulator/sim/error.js';

/** Pictures with a label each, one byte a value, white 255. */
export interface LabelledPictures {
  readonly side: number;
  readonly count: number;
  /** [count][side][side], or [count][side][side][channels] where they have colours */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * Headers: magic number, count, and for pictures rows and columns, big-endian.
 * @throws OctobarError `image`
 */
export function readIdx(pictures: Uint8Array, labels: Uint8Array, what: string): LabelledPictures {
  const word = (bytes: Uint8Array, at: number): number =>
    bytes.length < at + 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  const [count, side] = [word(pictures, 4), word(pictures, 8)];
  const sound =
    word(pictures, 0) === 0x803 &&
    word(labels, 0) === 0x801 &&
    word(labels, 4) === count &&
    pictures.length === 16 + count * side * side &&
    labels.length === 8 + count;
  if (!sound) throw new OctobarError('image', `the files of ${what} are no pictures with labels`);
  return { side, count, pixels: pictures.subarray(16), labels: labels.subarray(8) };
}
