/**
 * Address patterns of streamers, as plain objects so that they are saved as they are.
 */

/**
 * Lines of `lineLength` contiguous bytes, `lineStride` apart; `linesPerBlock` of them make a
 * block, blocks start `blockStride` apart. This is the virtual im2col of `ima_v1`: a 3x3
 * window of an HWC tensor is three lines of 3 C bytes.
 */
export interface LineWalk {
  lineLength: number;
  lineStride: number;
  linesPerBlock: number;
  blockStride: number;
  blockStart: number;
  lineStart: number;
  /** Lines of this block behind us, and bytes of this line behind us. */
  line: number;
  offset: number;
}

export function lineWalk(): LineWalk {
  return {
    lineLength: 0,
    lineStride: 0,
    linesPerBlock: 1,
    blockStride: 0,
    blockStart: 0,
    lineStart: 0,
    line: 0,
    offset: 0,
  };
}

export function beginWalk(walk: LineWalk, base: number): void {
  walk.blockStart = base;
  walk.lineStart = base;
  walk.line = 0;
  walk.offset = 0;
}

/** Contiguous bytes from here to the end of the line. */
export const contiguous = (walk: LineWalk): number => walk.lineLength - walk.offset;

export const walkAddress = (walk: LineWalk): number => walk.lineStart + walk.offset;

/** Moves on by `bytes`, at most to the end of the line. */
export function advanceWalk(walk: LineWalk, bytes: number): void {
  walk.offset += bytes;
  if (walk.offset < walk.lineLength) return;
  walk.offset = 0;
  walk.line++;
  if (walk.line < walk.linesPerBlock) {
    walk.lineStart += walk.lineStride;
    return;
  }
  walk.line = 0;
  walk.blockStart += walk.blockStride;
  walk.lineStart = walk.blockStart;
}

/**
 * Two-level stepping between the pixels of a job: `alphaLength` times `alphaStride`, then once
 * `betaStride`, and again. Both strides are relative to the address they step from.
 */
export interface StepWalk {
  address: number;
  alphaLength: number;
  alphaStride: number;
  betaStride: number;
  count: number;
}

export function stepWalk(): StepWalk {
  return { address: 0, alphaLength: 0, alphaStride: 0, betaStride: 0, count: 0 };
}

export function advanceStep(walk: StepWalk): void {
  if (walk.count < walk.alphaLength) {
    walk.count++;
    walk.address += walk.alphaStride;
    return;
  }
  walk.count = 0;
  walk.address += walk.betaStride;
}
