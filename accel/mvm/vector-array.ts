import type { ReadNoise } from '../physics/noise.js';
import { adcSpan } from '../physics/adc.js';
import { Arena, vectorHost } from '../simd/arena.js';
import { createKernels } from '../simd/kernels.js';
import type { Kernels } from '../simd/kernels.js';
import { blockColumns, pairBytes } from '../simd/multiply.js';
import { counterOf } from '../simd/noise.js';
import type { CellArray } from './cells.js';

/**
 * Vector arithmetic of one engine with arrays of 4-bit cells: exact column sums and, for macros that
 * have them, column converters. Results stay in place until the next product.
 */
export class VectorUnit {
  readonly arena: Arena;
  private readonly kernels: Kernels;
  /** Bytes of the row tile as they come, then widened; sums of all columns; the outputs at hand. */
  private readonly bytes: number;
  private readonly inputs: number;
  private readonly sums: number;
  private readonly outputs: number;
  /** `outputs` as a view, made anew when the arena has grown. */
  private outputView: Int32Array;
  private first = 0;

  /** @throws OctobarError `config` where this host cannot run vector code */
  constructor(
    rows: number,
    private readonly cols: number,
  ) {
    const host = vectorHost();
    this.arena = new Arena(host);
    this.kernels = createKernels(host, this.arena);
    this.bytes = this.arena.allocate(rows + 18);
    this.inputs = this.arena.allocate(2 * (rows + 18));
    this.sums = this.arena.allocate(4 * Math.ceil(cols / blockColumns) * blockColumns);
    this.outputs = this.arena.allocate(4 * cols);
    this.outputView = this.viewOutputs();
  }

  /**
   * Adds the columns to outputs, `columnsPerOutput` for each.
   * @param outputs as long as an array has columns; from `count` on they stay as they are
   */
  accumulate(count: number, columnsPerOutput: number, outputs: Int32Array): void {
    const { memory, i32 } = this.arena;
    if (this.outputView.buffer !== memory.buffer) this.outputView = this.viewOutputs();
    i32.set(outputs, this.outputs / 4);
    this.kernels.accumulate(this.place, this.outputs, count, columnsPerOutput - 1);
    for (let i = count; i < count + 3 && i < this.cols; i++) this.outputView[i] = outputs[i];
    outputs.set(this.outputView);
  }

  /**
   * Exact sums of the columns [x, x + count) over the rows [y, y + rows).
   * @param input bytes of the rows, signed or not; no longer than an array has rows
   */
  multiply(
    array: VectorArray | WideArray,
    y: number,
    rows: number,
    x: number,
    count: number,
    input: Uint8Array,
    signed: boolean,
  ): void {
    const { u8 } = this.arena;
    const odd = y & 1;
    const end = odd + rows;
    if (odd === 1) u8[this.bytes] = 0;
    u8.set(input, this.bytes + odd);
    // The last pair may have one row only
    u8[this.bytes + end] = 0;
    this.kernels.widen(this.bytes, this.inputs, end + 1, signed ? 1 : 0);
    const block = Math.floor(x / blockColumns);
    const blocks = Math.floor((x + count - 1) / blockColumns) - block + 1;
    this.first = x % blockColumns;
    const multiply = array.weightBytes === 1 ? this.kernels.multiply : this.kernels.multiplyWide;
    multiply(
      array.base + block * array.blockBytes + (y >> 1) * pairBytes * array.weightBytes,
      this.inputs,
      (end + 1) >> 1,
      this.sums,
      blocks,
      array.blockBytes,
    );
  }

  /** The columns just multiplied, from the first on; valid until the arena grows. */
  get columns(): Int32Array {
    return this.arena.i32.subarray(this.place / 4);
  }

  /**
   * Puts the first `count` columns through the converter.
   * @param slope codes for a unit of the columns
   * @param x column of the array that comes first
   * @returns how many were clipped
   */
  convert(count: number, slope: number, bits: number, noise: ReadNoise | null, x: number): number {
    const { kernels, place } = this;
    const { hi } = adcSpan(bits);
    if (noise === null) return kernels.convert(place, count, slope, hi);
    return kernels.convertNoisy(place, count, slope, hi, noise.gain, counterOf(x, noise.key));
  }

  /** Where the first column of the tile stands. */
  private get place(): number {
    return this.sums + 4 * this.first;
  }

  private viewOutputs(): Int32Array {
    return new Int32Array(this.arena.memory.buffer, this.outputs, this.cols);
  }
}

/** Weights of 16 bits that are not what was programmed: conductances. */
export class WideArray {
  readonly weightBytes = 2;
  readonly base: number;
  readonly blockBytes: number;
  private readonly arena: Arena;

  constructor(unit: VectorUnit, rows: number, cols: number) {
    this.blockBytes = Math.ceil(rows / 2) * pairBytes * this.weightBytes;
    this.arena = unit.arena;
    this.base = this.arena.allocate(Math.ceil(cols / blockColumns) * this.blockBytes);
  }

  set(x: number, y: number, value: number): void {
    const block = this.base + Math.floor(x / blockColumns) * this.blockBytes;
    const place = (y >> 1) * pairBytes + 2 * (x % blockColumns) + (y & 1);
    this.arena.i16[block / 2 + place] = value;
  }
}

/** One array of signed cells as `accel/simd/multiply.ts` reads it. */
export class VectorArray implements CellArray {
  readonly weightBytes = 1;
  /** Row-major. */
  readonly cells: Int8Array;
  readonly base: number;
  readonly blockBytes: number;
  private readonly arena: Arena;

  constructor(
    readonly unit: VectorUnit,
    rows: number,
    readonly cols: number,
  ) {
    this.cells = new Int8Array(rows * cols);
    this.blockBytes = Math.ceil(rows / 2) * pairBytes;
    this.arena = unit.arena;
    const blocks = Math.ceil(cols / blockColumns);
    this.base = this.arena.allocate(blocks * this.blockBytes);
  }

  get(x: number, y: number): number {
    return this.cells[y * this.cols + x];
  }

  set(x: number, y: number, value: number): void {
    this.cells[y * this.cols + x] = value;
    const block = this.base + Math.floor(x / blockColumns) * this.blockBytes;
    const place = (y >> 1) * pairBytes + 2 * (x % blockColumns) + (y & 1);
    this.arena.i8[block + place] = value;
  }

  load(cells: Int8Array): void {
    const { cols } = this;
    for (let i = 0; i < cells.length; i++) this.set(i % cols, Math.floor(i / cols), cells[i]);
  }
}
