import { describe, expect, it } from 'vitest';
import { yolocEngine } from '../../accel/yoloc/yoloc.js';
import { yolocParameters } from '../../accel/yoloc/parameters.js';
import type { YolocConfig } from '../../accel/yoloc/parameters.js';
import { yolocRegisters } from '../../accel/yoloc/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { conformance } from '../hwpe/conformance.js';
import { fillRandom, random } from '../hwpe/random.js';
import { get, setter } from '../hwpe/registers.js';
import { exactColumn, expectedMemory, programJob, section } from './ima-bench.js';
import type { ColumnModel, JobSpec } from './ima-bench.js';

const config = (changes: Partial<YolocConfig> = {}): YolocConfig => ({
  ...defaultsOf(yolocParameters),
  sram_arrays: 1,
  rom_arrays: 2,
  ...changes,
});

const next = random(31);
const table = Array.from({ length: 3 * 128 * 64 }, () => next(16) - 8);
const cell = (array: number, y: number, x: number): number => table[(array * 128 + y) * 64 + x];

/** A row tile in SRAM and one in ROM, 8-bit weights, signed inputs. */
const mixedJob: JobSpec = {
  places: [
    { array: 0, x: 3, y: 40, rows: 60 },
    { array: 2, x: 0, y: 1, rows: 127 },
  ],
  outputs: 12,
  weightBits: 8,
  signed: true,
  m: 1,
  r: 10,
  source: 0x100,
  line: 187,
  lineStride: 187,
  linesPerBlock: 1,
  blockStride: 0,
  pixels: 4,
  alphaIn: [4, 188],
  betaIn: 0,
  alphaOut: [4, 12],
  betaOut: 0,
  destination: 0x4000,
};
const romJob: JobSpec = {
  ...mixedJob,
  places: [{ array: 1, x: 11, y: 0, rows: 128 }],
  outputs: 53,
  weightBits: 4,
  signed: false,
  source: 0x1001,
  line: 128,
  alphaIn: [4, 128],
  alphaOut: [4, 53],
  destination: 0x5000,
};
const jobs = [mixedJob, romJob];

/**
 * Bit by bit from the description: ones that meet on a bit line for one input bit, rounded to codes of `step`
 * sixteenths, 31 at most, then shifted, added, and scaled by the slope.
 */
const converted =
  (step: number): ColumnModel =>
  (terms, job) => {
    let sixteenths = 0n;
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 8; j++) {
        const ones = terms.filter(
          ({ input, cell: weight }) => ((input >> j) & (weight >> i) & 1) === 1,
        ).length;
        const code = Math.min(31, Math.floor((32 * ones + step) / (2 * step)));
        const value = BigInt(code * step) << BigInt(i + j);
        const negative = (i === 3) !== (job.signed && j === 7);
        sixteenths += negative ? -value : value;
      }
    const size = sixteenths < 0n ? -sixteenths : sixteenths;
    const code = (size * BigInt(job.m) + (8n << BigInt(job.r))) >> BigInt(job.r + 4);
    return sixteenths < 0n ? -code : code;
  };

function prepare(bench: Testbench): void {
  for (const array of [0, 1, 2])
    bench.accelerator.preload(
      `.ima.${array}`,
      section(128, 64, (y, x) => cell(array, y, x)),
    );
}

function run(changes: Partial<YolocConfig>, job: JobSpec, step = 16, seed = 1) {
  const bench = new Testbench(yolocEngine(config(changes)), {
    slot: 1,
    seed,
    memoryBytes: 32 * 1024,
  });
  fillRandom(bench.memory, 99);
  prepare(bench);
  const before = bench.memory.slice();
  bench.read(0x04);
  const set = setter(bench, yolocRegisters);
  programJob(set, job);
  set('ADC_STEP', step);
  set('TRIGGER', 0);
  bench.runToEvent(1);
  const { destination, pixels, outputs } = job;
  return {
    bench,
    before,
    output: bench.memory.slice(destination, destination + pixels * outputs),
    counters: bench.accelerator.counters(),
  };
}

const expectedOutput = (memory: Uint8Array, job: JobSpec, model: ColumnModel): Uint8Array =>
  expectedMemory(memory, job, cell, model).slice(
    job.destination,
    job.destination + job.pixels * job.outputs,
  );

conformance({
  name: 'yoloc',
  // Fast enough that the streams decide when a job ends.
  factory: yolocEngine(config({ operation_ns: 2 })),
  map: yolocRegisters,
  plainRegister: 'J_START_X',
  prepare,
  program: (set, job) => programJob(set, jobs[job]),
  expected(memory, job) {
    const bytes = expectedOutput(memory, jobs[job], converted(16));
    return { address: Testbench.base + jobs[job].destination, bytes };
  },
});

describe('YOLoC products', () => {
  it('with ideal circuits are exact sums', () => {
    for (const job of jobs) {
      const { before, output } = run({ ideal: true }, job);
      expect(output).toEqual(expectedOutput(before, job, exactColumn));
    }
  });

  it('round and clip each bit line as the step says', () => {
    for (const step of [7, 16, 40]) {
      const { before, output, counters } = run({}, mixedJob, step);
      expect(output).toEqual(expectedOutput(before, mixedJob, converted(step)));
      // Random bits: a quarter of 127 rows meets, about 32 ones; 31 codes of 40 sixteenths reach 77.
      if (step === 40) expect(counters['adc_clipped']).toBe(0);
      else expect(counters['adc_clipped']).toBeGreaterThan(0);
    }
  });

  it('take an operation of 8.9 ns for each input bit and 64 bit lines', () => {
    const { counters } = run({}, mixedJob);
    // 12 outputs of two cells are 96 bit lines: 2 turns x 8 bits, in SRAM and again in ROM.
    expect(counters).toMatchObject({
      macro_operations: 4 * 2 * 16,
      sram_operations: 4 * 16,
      rom_operations: 4 * 16,
      adc_conversions: 4 * 2 * 8 * 96,
      bit_macs: 4 * 187 * 8 * 96,
      adc_clipped: counters['adc_clipped'],
    });
  });

  it('sustain 28.8 GOPS of 8 x 8 bit, as the recalled macro', () => {
    const cycles = [20, 120].map((pixels) => {
      const bench = new Testbench(yolocEngine(config()), { slot: 1 });
      bench.read(0x04);
      programJob(setter(bench, yolocRegisters), {
        ...romJob,
        places: [{ array: 1, x: 0, y: 0, rows: 128 }],
        weightBits: 8,
        outputs: 32,
        pixels,
        source: 0,
        destination: 65536,
        alphaIn: [pixels, 128],
        alphaOut: [pixels, 32],
      });
      const start = bench.now;
      setter(bench, yolocRegisters)('TRIGGER', 0);
      return bench.runToEvent(1) - start;
    });
    const gops = (2 * 128 * 32 * 100) / ((cycles[1] - cycles[0]) * 2);
    expect(Math.abs(gops - 256 / 8.9)).toBeLessThan(0.1);
  });

  it('draw noise from the seed when asked to', () => {
    const noisy = { conversion_noise: 1 };
    const [a, b, c] = [1, 1, 2].map((seed) => run(noisy, mixedJob, 16, seed).output);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });
});

describe('YOLoC memories', () => {
  const plot = (array: number): Testbench => {
    const bench = new Testbench(yolocEngine(config()), { slot: 1 });
    const set = setter(bench, yolocRegisters);
    set('PLOT_ARRAY', array);
    set('P_START_X', 0);
    set('P_START_Y', 0);
    set('P_WIDTH', 8);
    set('P_HIGHT', 1);
    set('SUBMIT_PLOT', 0x76543210);
    return bench;
  };

  it('SRAM is written, ROM refuses and names how it gets its contents', () => {
    const bench = plot(0);
    const set = setter(bench, yolocRegisters);
    set('PR_ADDR_X', 0);
    set('PR_ADDR_Y', 0);
    expect(get(bench, yolocRegisters, 'PR_VAL')).toBe(0x76543210);
    expect(() => plot(1)).toThrow(/array 1, which is read-only memory/);
    expect(() => plot(2)).toThrow(/\.ima\.<n>/);
  });

  it('the capability block tells firmware the arrays that it can write, and the capacity of all', () => {
    const bench = new Testbench(yolocEngine(config()), { slot: 1 });
    expect(get(bench, yolocRegisters, 'CAP_ARRAYS')).toBe(1);
    expect(get(bench, yolocRegisters, 'CAP_CAPACITY_BITS')).toBe(3 * 128 * 256);
  });
});
