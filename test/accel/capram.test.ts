import { describe, expect, it } from 'vitest';
import { capramEngine } from '../../accel/capram/capram.js';
import { capramParameters } from '../../accel/capram/parameters.js';
import type { CapramConfig } from '../../accel/capram/parameters.js';
import { capramRegisters } from '../../accel/capram/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { conformance } from '../hwpe/conformance.js';
import { fillRandom, random } from '../hwpe/random.js';
import { setter } from '../hwpe/registers.js';
import { exactColumn, expectedMemory, programJob, section } from './ima-bench.js';
import type { ColumnModel, JobSpec } from './ima-bench.js';

const config = (changes: Partial<CapramConfig> = {}): CapramConfig => ({
  ...defaultsOf(capramParameters),
  ...changes,
});
const noiseless = { cap_mismatch: 0, conversion_noise: 0, sar_mismatch: 0 };

const next = random(11);
const table = Array.from({ length: 512 * 32 }, () => next(16) - 8);
const cell = (_: number, y: number, x: number): number => table[y * 32 + x];

/** 60 rows across two row groups, 8-bit weights, signed inputs. */
const signedJob: JobSpec = {
  places: [{ array: 0, x: 3, y: 40, rows: 60 }],
  outputs: 9,
  weightBits: 8,
  signed: true,
  m: 1 << 10,
  r: 17,
  source: 0x100,
  line: 60,
  lineStride: 60,
  linesPerBlock: 1,
  blockStride: 0,
  pixels: 5,
  alphaIn: [5, 61],
  betaIn: 0,
  alphaOut: [5, 9],
  betaOut: 0,
  destination: 0x4000,
};
const unsignedJob: JobSpec = {
  ...signedJob,
  places: [
    { array: 0, x: 1, y: 0, rows: 128 },
    { array: 0, x: 0, y: 200, rows: 7 },
  ],
  outputs: 30,
  weightBits: 4,
  signed: false,
  source: 0x1001,
  line: 135,
  alphaIn: [5, 135],
  alphaOut: [5, 30],
  destination: 0x5000,
};
const jobs = [unsignedJob, signedJob];

/**
 * The macro without noise, from its description: per row group of 64, per slice of 3 input bits, per stored
 * bit: 128 codes over 64 x 7 units, 3.5 units a code, half up; then shift and add with the top bit
 * negative. Signed inputs ride on an offset of 128 that is taken away again.
 */
const quantisedColumn: ColumnModel = (terms, job) => {
  let twice = 0;
  const groups = new Set(terms.map(({ row }) => row >> 6));
  for (const group of groups)
    for (let slice = 0; slice < 3; slice++)
      for (let bit = 0; bit < 4; bit++) {
        let sum = 0;
        for (const { row, input, cell: weight } of terms)
          if (row >> 6 === group && ((weight >> bit) & 1) === 1)
            sum += ((job.signed ? input + 128 : input) >> (3 * slice)) & 7;
        const code = Math.min(127, Math.floor((2 * sum + 3.5) / 7));
        twice += 7 * code * (bit === 3 ? -8 : 1 << bit) * 8 ** slice;
      }
  if (job.signed) for (const { cell: weight } of terms) twice -= 2 * 128 * weight;
  const magnitude = (Math.abs(twice) * job.m + 2 ** job.r) / 2 ** (job.r + 1);
  return BigInt(Math.sign(twice) * Math.floor(magnitude));
};

function prepare(bench: Testbench): void {
  bench.accelerator.preload(
    '.ima.0',
    section(512, 32, (y, x) => cell(0, y, x)),
  );
}

function run(changes: Partial<CapramConfig>, job: JobSpec, seed = 1): Testbench {
  const bench = new Testbench(capramEngine(config(changes)), {
    slot: 1,
    seed,
    memoryBytes: 32 * 1024,
  });
  fillRandom(bench.memory, 99);
  prepare(bench);
  bench.read(0x04);
  const set = setter(bench, capramRegisters);
  programJob(set, job);
  set('TRIGGER', 0);
  bench.runToEvent(1);
  return bench;
}

const output = (bench: Testbench, job: JobSpec): Uint8Array =>
  bench.memory.slice(job.destination, job.destination + job.pixels * job.outputs);

conformance({
  name: 'capram',
  factory: capramEngine(config(noiseless)),
  map: capramRegisters,
  plainRegister: 'J_START_X',
  prepare,
  program: (set, job) => programJob(set, jobs[job]),
  expected(memory, job) {
    const { destination, pixels, outputs } = jobs[job];
    const after = expectedMemory(memory, jobs[job], cell, quantisedColumn);
    const bytes = after.slice(destination, destination + pixels * outputs);
    return { address: Testbench.base + destination, bytes };
  },
});

describe('CAP-RAM products', () => {
  it('with ideal circuits are exact sums', () => {
    for (const job of jobs) {
      const bench = run({ ideal: true }, job);
      const memory = new Uint8Array(32 * 1024);
      fillRandom(memory, 99);
      const after = expectedMemory(memory, job, cell, exactColumn);
      expect(output(bench, job)).toEqual(
        after.slice(job.destination, job.destination + job.pixels * job.outputs),
      );
    }
  });

  it('depend on the seed of the chip and on nothing else', () => {
    const wide = { ...unsignedJob, m: 1 << 14 };
    const [a, b, c] = [1, 1, 2].map((seed) => output(run({ cap_mismatch: 5 }, wide, seed), wide));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('take groups x slices operations at the clock of the macro', () => {
    // Rows 40 to 99 lie in two groups: 2 x 3 operations a product; 9 outputs of 8 bits are 72 bit columns.
    const bench = run(noiseless, signedJob);
    expect(bench.accelerator.counters()).toMatchObject({
      mvms: 5,
      macs: 5 * 60 * 9,
      macro_operations: 5 * 6,
      adc_conversions: 5 * 6 * 72,
      bit_macs: 5 * 3 * 60 * 72,
    });
  });
});

describe('CAP-RAM in its own modes', () => {
  const native = (width: number, encoding: number, changes: Partial<CapramConfig>): Testbench => {
    const bench = new Testbench(capramEngine(config(changes)), { slot: 1, memoryBytes: 16384 });
    for (let i = 0; i < 64; i++) bench.memory[i] = (5 * i + 3) & 7;
    prepare(bench);
    bench.read(0x04);
    const set = setter(bench, capramRegisters);
    set('INPUT_SIGNED', 0);
    set('J_HIGHT', 64);
    set('J_WIDTH', Math.floor(128 / width));
    set('J_SRC_ADDR', Testbench.base);
    set('JOB_LINE_LENGTH', 64);
    set('J_DST_ADDR', Testbench.base + 1024);
    set('WEIGHT_WIDTH', width);
    set('ENCODING', encoding);
    set('INPUT_LEVELS', 1);
    set('REQUANT', 2);
    set('TRIGGER', 0);
    bench.runToEvent(1);
    return bench;
  };

  /** Stored bit of a bit column, from the cells. */
  const bit = (column: number, y: number): number =>
    (table[y * 32 + (column >> 2)] >> (column & 3)) & 1;
  const sums = (bench: Testbench, count: number): number[] =>
    Array.from(new Int32Array(bench.memory.buffer, 1024, count));

  it('six weight widths in two encodings are exact when ideal', () => {
    for (let width = 1; width <= 6; width++)
      for (const encoding of [0, 1]) {
        const outputs = Math.floor(128 / width);
        const expected = Array.from({ length: outputs }, (_, c) => {
          let sum = 0;
          for (let y = 0; y < 64; y++) {
            let weight = 0;
            for (let b = 0; b < width; b++) {
              const stored = bit(c * width + b, y);
              if (encoding === 1) weight += (2 * stored - 1) * 2 ** b;
              else weight += stored * (b === width - 1 && width > 1 ? -(2 ** b) : 2 ** b);
            }
            sum += weight * ((5 * y + 3) & 7);
          }
          return sum;
        });
        expect(sums(native(width, encoding, { ideal: true }), outputs)).toEqual(expected);
      }
  });

  it('convert each bit column once: codes of 3.5 units', () => {
    const expected = Array.from({ length: 128 }, (_, column) => {
      let sum = 0;
      for (let y = 0; y < 64; y++) sum += bit(column, y) * ((5 * y + 3) & 7);
      return Math.floor((2 * sum + 3.5) / 7);
    });
    expect(sums(native(1, 0, noiseless), 128)).toEqual(expected);
  });

  it('spread around the exact code with mismatch and noise', () => {
    const exact = sums(native(1, 0, { ideal: true }), 128);
    const codes = sums(native(1, 0, { cap_mismatch: 3, conversion_noise: 0.5 }), 128);
    const errors = codes.map((code, c) => code - exact[c] / 3.5);
    const rms = Math.sqrt(errors.reduce((a, e) => a + e * e, 0) / 128);
    // Rounding 0.29, noise 0.5, mismatch of 64 cells of 3 % each about 0.3: 0.65 in all.
    expect(rms).toBeGreaterThan(0.45);
    expect(rms).toBeLessThan(0.95);
  });

  it('sustain 8,192 cells every 28.57 ns: 573.4 GOPS', () => {
    const cycles = [50, 400].map((pixels) => {
      const bench = new Testbench(capramEngine(config(noiseless)), { slot: 1 });
      bench.read(0x04);
      const set = setter(bench, capramRegisters);
      set('INPUT_SIGNED', 0);
      set('J_HIGHT', 64);
      set('J_WIDTH', 128);
      set('J_SRC_ADDR', Testbench.base);
      set('JOB_LINE_LENGTH', 64);
      set('J_DST_ADDR', Testbench.base + 65536);
      set('NUM_JOBS', pixels);
      set('ALPHA_IN_LENGTH', pixels);
      set('ALPHA_IN_STRIDE', 64);
      set('ALPHA_OUT_LENGTH', pixels);
      set('ALPHA_OUT_STRIDE', 128);
      set('WEIGHT_WIDTH', 1);
      set('INPUT_LEVELS', 1);
      const start = bench.now;
      set('TRIGGER', 0);
      return bench.runToEvent(1) - start;
    });
    const gops = (2 * 8192 * 350) / ((cycles[1] - cycles[0]) * 2);
    expect(Math.abs(gops - 573.44)).toBeLessThan(1.5);
  });

  it('refuse levels that the row converter does not know, and modes that do not exist', () => {
    const bench = new Testbench(capramEngine(config()), { slot: 1 });
    const set = setter(bench, capramRegisters);
    bench.read(0x04);
    set('INPUT_SIGNED', 0);
    set('J_HIGHT', 4);
    set('J_WIDTH', 1);
    set('J_SRC_ADDR', Testbench.base);
    set('JOB_LINE_LENGTH', 4);
    set('J_DST_ADDR', Testbench.base + 64);
    set('WEIGHT_WIDTH', 7);
    expect(() => set('TRIGGER', 0)).toThrow(/WEIGHT_WIDTH is 7/);
    set('WEIGHT_WIDTH', 1);
    set('INPUT_LEVELS', 1);
    bench.memory[2] = 9;
    expect(() => {
      set('TRIGGER', 0);
      bench.runToEvent(1);
    }).toThrow(/level/);
  });
});
