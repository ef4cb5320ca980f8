import { imaEngine } from '../../accel/ima/ima.js';
import { imaParameters } from '../../accel/ima/parameters.js';
import type { ImaConfig } from '../../accel/ima/parameters.js';
import { imaRegisters } from '../../accel/ima/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import type { TestbenchOptions } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { setter } from '../hwpe/registers.js';
import type { Setter } from '../hwpe/registers.js';
import { adc, requantise, signedByte, writeTables } from './reference.js';
import type { Requant } from './reference.js';

export const imaConfig = (changes: Partial<ImaConfig> = {}): ImaConfig => ({
  ...defaultsOf(imaParameters),
  ...changes,
});

export interface Place {
  array: number;
  x: number;
  y: number;
  rows: number;
}

/** A job in the terms of the register map; addresses are offsets into the TCDM. */
export interface JobSpec {
  places: Place[];
  outputs: number;
  weightBits: 4 | 8;
  signed: boolean;
  m: number;
  r: number;
  source: number;
  line: number;
  lineStride: number;
  linesPerBlock: number;
  blockStride: number;
  pixels: number;
  alphaIn: [number, number];
  betaIn: number;
  alphaOut: [number, number];
  betaOut: number;
  destination: number;
  requant?: Requant & { mulAt: number; biasAt: number };
}

export function openIma(config: ImaConfig, options: TestbenchOptions = {}): Testbench {
  return new Testbench(imaEngine(config), { slot: 1, memoryBytes: 64 * 1024, ...options });
}

export function programJob(set: Setter, job: JobSpec): void {
  const [first, ...others] = job.places;
  set('J_START_X', first!.x);
  set('J_START_Y', first!.y);
  set('ARRAY', first!.array);
  set('J_HIGHT', first!.rows);
  set('ROW_TILES', job.places.length);
  for (const [i, { array, x, y, rows }] of others.entries()) {
    set(`TILE_PLACE[${i + 1}]`, (array << 24) | (y << 12) | x);
    set(`TILE_ROWS[${i + 1}]`, rows);
  }
  set('J_WIDTH', job.outputs);
  set('WEIGHT_BITS', job.weightBits);
  set('INPUT_SIGNED', job.signed ? 1 : 0);
  set('ADC_M', job.m);
  set('ADC_R', job.r);
  set('J_SRC_ADDR', Testbench.base + job.source);
  set('JOB_LINE_LENGTH', job.line);
  set('J_SRC_STRID', job.lineStride);
  set('JOB_FEAT_LENGTH', job.linesPerBlock);
  set('JOB_FEAT_STRIDE', job.blockStride);
  set('NUM_JOBS', job.pixels);
  set('ALPHA_IN_LENGTH', job.alphaIn[0]);
  set('ALPHA_IN_STRIDE', job.alphaIn[1]);
  set('BETA_IN_LENGTH', 1000);
  set('BETA_IN_STRIDE', job.betaIn);
  set('J_DST_ADDR', Testbench.base + job.destination);
  set('ALPHA_OUT_LENGTH', job.alphaOut[0]);
  set('ALPHA_OUT_STRIDE', job.alphaOut[1]);
  set('BETA_OUT_LENGTH', 1000);
  set('BETA_OUT_STRIDE', job.betaOut);
  set('REQUANT', job.requant ? 1 : 0);
  if (!job.requant) return;
  set('MUL_ADDR', Testbench.base + job.requant.mulAt);
  set('BIAS_ADDR', Testbench.base + job.requant.biasAt);
  set('SHIFT', job.requant.shift);
  set('CLIP_LO', job.requant.lo);
  set('CLIP_HI', job.requant.hi);
}

export function prepareTables(memory: Uint8Array, job: JobSpec): void {
  if (job.requant) writeTables(memory, job.requant.mulAt, job.requant.biasAt, job.requant);
}

export function startJob(bench: Testbench, job: JobSpec, hart = 0): void {
  bench.read(0x04, hart);
  const set = setter(bench, imaRegisters, hart);
  programJob(set, job);
  set('TRIGGER', 0);
}

/** The offset of input `i` of a pixel, by division instead of by walking. */
const inputAt = (job: JobSpec, i: number): number => {
  const line = Math.floor(i / job.line);
  const block = Math.floor(line / job.linesPerBlock);
  return block * job.blockStride + (line % job.linesPerBlock) * job.lineStride + (i % job.line);
};

/** The offset of pixel p: full rounds of alpha steps plus a beta step, then the rest. */
const stepped = (p: number, [length, stride]: [number, number], beta: number): number => {
  const rounds = Math.floor(p / (length + 1));
  return rounds * (length * stride + beta) + (p % (length + 1)) * stride;
};

/** One input of a column and the cell that it meets. */
export interface Term {
  row: number;
  input: number;
  cell: number;
}

/** What a macro makes of a column of 4-bit cells, in the units of the contract. */
export type ColumnModel = (terms: readonly Term[], job: JobSpec) => bigint;

export const exactColumn: ColumnModel = (terms) =>
  terms.reduce((sum, { input, cell }) => sum + BigInt(input * cell), 0n);

const crossbarColumn =
  ({ adc_bits, ideal }: ImaConfig): ColumnModel =>
  (terms, job) =>
    ideal ? exactColumn(terms, job) : adc(exactColumn(terms, job), job.m, job.r, adc_bits);

/** Writes what the job must produce into a copy of the memory. Cells are [array][row][column]. */
export function expectedMemory(
  memory: Uint8Array,
  job: JobSpec,
  cells: (array: number, y: number, x: number) => number,
  engine: ImaConfig | ColumnModel,
): Uint8Array {
  const model = typeof engine === 'function' ? engine : crossbarColumn(engine);
  const result = memory.slice();
  for (let p = 0; p < job.pixels; p++) {
    const base = job.source + stepped(p, job.alphaIn, job.betaIn);
    const target = job.destination + stepped(p, job.alphaOut, job.betaOut);
    for (let c = 0; c < job.outputs; c++) {
      let acc = 0n;
      let consumed = 0;
      for (const { array, x, y, rows } of job.places) {
        const column = (at: number): bigint => {
          const terms = Array.from({ length: rows }, (_, i): Term => {
            const byte = memory[base + inputAt(job, consumed + i)];
            return {
              row: y + i,
              input: job.signed ? signedByte(byte) : byte,
              cell: cells(array, y + i, at),
            };
          });
          return model(terms, job);
        };
        acc +=
          job.weightBits === 4 ? column(x + c) : 16n * column(x + 2 * c) + column(x + 2 * c + 1);
        consumed += rows;
      }
      const q = job.requant
        ? requantise(acc, c, job.requant)
        : Number(acc > 127n ? 127n : acc < -128n ? -128n : acc);
      result[target + c] = q & 0xff;
    }
  }
  return result;
}

/** Cells of a formula as a preload section: row-major, two a byte, low nibble first. */
export function section(
  rows: number,
  cols: number,
  cell: (y: number, x: number) => number,
): Uint8Array {
  const bytes = new Uint8Array((rows * cols) / 2);
  for (let i = 0; i < rows * cols; i++)
    bytes[i >> 1] |= (cell(Math.floor(i / cols), i % cols) & 15) << (4 * (i & 1));
  return bytes;
}
