import { describe, expect, it } from 'vitest';
import { osahcimEngine } from '../../accel/osahcim/osahcim.js';
import { sharesOf } from '../../accel/osahcim/orders.js';
import { osahcimParameters } from '../../accel/osahcim/parameters.js';
import type { OsahcimConfig } from '../../accel/osahcim/parameters.js';
import { osahcimRegisters } from '../../accel/osahcim/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { conformance } from '../hwpe/conformance.js';
import { fillRandom, random } from '../hwpe/random.js';
import { setter } from '../hwpe/registers.js';
import { exactColumn, expectedMemory, programJob, section } from './ima-bench.js';
import type { JobSpec } from './ima-bench.js';

const config = (changes: Partial<OsahcimConfig> = {}): OsahcimConfig => ({
  ...defaultsOf(osahcimParameters),
  conversion_noise: 0,
  ...changes,
});

const next = random(23);
/** High nibbles of -8 only with low ones from 0 up: eight bits in two's complement. */
const table = Array.from({ length: 2 * 144 * 16 }, () => next(15) - 7);
const cell = (array: number, y: number, x: number): number => table[(array * 144 + y) * 16 + x];

/** 100 + 30 signed inputs in two row tiles, 8-bit weights. */
const signedJob: JobSpec = {
  places: [
    { array: 0, x: 1, y: 20, rows: 100 },
    { array: 0, x: 0, y: 114, rows: 30 },
  ],
  outputs: 7,
  weightBits: 8,
  signed: true,
  m: 1,
  r: 8,
  source: 0x100,
  line: 130,
  lineStride: 130,
  linesPerBlock: 1,
  blockStride: 0,
  pixels: 6,
  alphaIn: [6, 131],
  betaIn: 0,
  alphaOut: [6, 7],
  betaOut: 0,
  destination: 0x4000,
};
const unsignedJob: JobSpec = {
  ...signedJob,
  places: [{ array: 0, x: 2, y: 0, rows: 144 }],
  outputs: 13,
  weightBits: 4,
  signed: false,
  source: 0x1001,
  line: 144,
  alphaIn: [6, 144],
  alphaOut: [6, 13],
  destination: 0x5000,
};
const jobs = [signedJob, unsignedJob];

interface Modes {
  mode: number;
  boundary: number;
  shift: number;
  thresholds: readonly number[];
  step: number;
}
const reset: Modes = { mode: 0, boundary: 8, shift: 0, thresholds: [1, 2, 4, 8, 16], step: 896 };

/** One row tile of one output. */
interface Mac {
  weights: bigint[];
  inputs: bigint[];
  weightBits: number;
  signed: boolean;
}

const bitOf = (value: bigint, bit: number): bigint => (value >> BigInt(bit)) & 1n;
const negativeTop = (bit: number, top: number, signed: boolean): bigint =>
  signed && bit === top ? -(1n << BigInt(bit)) : 1n << BigInt(bit);

/** From the definition: every product of bits of every row at its order, kept, converted or dropped. */
function hybrid(mac: Mac, modes: Modes): { boundary: number; sixteenths: bigint } {
  const { weights, inputs, weightBits, signed } = mac;
  const column = (i: number, low: number, high: number): bigint => {
    let sum = 0n;
    for (const [row, weight] of weights.entries())
      for (let j = low; j <= high; j++)
        sum += bitOf(weight, i) * bitOf(inputs[row], j) * negativeTop(j, 7, signed);
    return sum * (i === weightBits - 1 ? -1n : 1n);
  };
  let top = 0n;
  for (let i = 0; i < weightBits; i++) if (10 - i <= 7) top += column(i, 10 - i, 7) << BigInt(i);
  let twice = (2n * top) >> 10n;
  for (const input of inputs)
    for (let j = 11 - weightBits; j <= 7; j++)
      twice += bitOf(input, j) * (signed && j === 7 ? -1n : 1n);
  const size = Number((twice < 0n ? -twice : twice) >> BigInt(1 + modes.shift));
  const saliency = size > 255 ? 255 : size;
  const chosen = 10 - modes.thresholds.filter((t) => saliency >= t).length;
  const boundary = modes.mode === 0 ? chosen : modes.mode === 1 ? modes.boundary : 0;
  let sixteenths = 0n;
  for (let i = 0; i < weightBits; i++) {
    const digital = Math.max(0, boundary - i);
    if (digital <= 7) sixteenths += 16n * (column(i, digital, 7) << BigInt(i));
    const low = Math.max(0, boundary - 4 - i);
    const high = Math.min(7, boundary - 1 - i);
    if (high < low) continue;
    const sign = i === weightBits - 1 ? -1n : 1n;
    const level = (sign * column(i, low, high)) >> BigInt(low);
    const step = BigInt(modes.step);
    // Round half up in units of a code, three bits; codes around zero when the level can be negative.
    let code = (32n * level + step) / (2n * step);
    if (32n * level + step < 0n && (32n * level + step) % (2n * step) !== 0n) code -= 1n;
    const bottom = signed && high === 7 ? -4n : 0n;
    code = code < bottom ? bottom : code > bottom + 7n ? bottom + 7n : code;
    sixteenths += sign * ((code * step) << BigInt(i + low));
  }
  return { boundary, sixteenths };
}

/** Output bytes and boundaries of a job. */
function model(memory: Uint8Array, job: JobSpec, modes: Modes) {
  const bytes: number[] = [];
  const chosen: number[] = [];
  for (let p = 0; p < job.pixels; p++)
    for (let c = 0; c < job.outputs; c++) {
      let acc = 0n;
      let used = job.source + p * job.alphaIn[1];
      for (const { array, x, y, rows } of job.places) {
        const weights = Array.from({ length: rows }, (_, i) =>
          job.weightBits === 4
            ? BigInt(cell(array, y + i, x + c))
            : BigInt(16 * cell(array, y + i, x + 2 * c) + cell(array, y + i, x + 2 * c + 1)),
        );
        const inputs = Array.from({ length: rows }, (_, i) => BigInt(memory[used + i]));
        used += rows;
        const { signed, weightBits } = job;
        const { boundary, sixteenths } = hybrid({ weights, inputs, weightBits, signed }, modes);
        chosen.push(boundary);
        const size = sixteenths < 0n ? -sixteenths : sixteenths;
        const scaled = (size * BigInt(job.m) + (8n << BigInt(job.r))) >> BigInt(job.r + 4);
        acc += sixteenths < 0n ? -scaled : scaled;
      }
      bytes.push(Number(acc > 127n ? 127n : acc < -128n ? -128n : acc) & 255);
    }
  return { bytes: Uint8Array.from(bytes), chosen };
}

function prepare(bench: Testbench): void {
  bench.accelerator.preload(
    '.ima.0',
    section(144, 16, (y, x) => cell(0, y, x)),
  );
}

function run(changes: Partial<OsahcimConfig>, job: JobSpec, modes: Partial<Modes> = {}, seed = 1) {
  const all = { ...reset, ...modes };
  const bench = new Testbench(osahcimEngine(config(changes)), {
    slot: 1,
    seed,
    memoryBytes: 32 * 1024,
  });
  fillRandom(bench.memory, 99);
  prepare(bench);
  const before = bench.memory.slice();
  bench.read(0x04);
  const set = setter(bench, osahcimRegisters);
  programJob(set, job);
  set('BOUNDARY_MODE', all.mode);
  set('BOUNDARY', all.boundary);
  set('OSE_SHIFT', all.shift);
  for (const [i, t] of all.thresholds.entries()) set(`OSE_THRESHOLD_${i}`, t);
  set('ADC_STEP', all.step);
  set('TRIGGER', 0);
  bench.runToEvent(1);
  const size = job.pixels * job.outputs;
  return {
    bench,
    before,
    output: bench.memory.slice(job.destination, job.destination + size),
    counters: bench.accelerator.counters(),
    modes: all,
  };
}

conformance({
  name: 'osahcim',
  factory: osahcimEngine(config()),
  map: osahcimRegisters,
  plainRegister: 'J_START_X',
  prepare,
  program: (set, job) => programJob(set, jobs[job]),
  expected(memory, job) {
    const { bytes } = model(memory, jobs[job], reset);
    return { address: Testbench.base + jobs[job].destination, bytes };
  },
});

describe('OSA-HCIM orders', () => {
  it('fall to adders, converters and nothing as counted over the 64 pairs of bits', () => {
    // Order k has 8 - |k - 7| pairs.
    const expected = [
      [5, 49, 14, 1, 5],
      [6, 43, 18, 3, 6],
      [7, 36, 22, 6, 7],
      [8, 28, 26, 10, 8],
      [9, 21, 28, 15, 8],
      [10, 15, 28, 21, 8],
    ];
    for (const [boundary, digital, analog, dropped, conversions] of expected)
      expect(sharesOf(8, boundary)).toEqual({ digital, analog, dropped, conversions });
  });
});

describe('OSA-HCIM products', () => {
  it.each([
    ['all digital', { mode: 2 }],
    ...[5, 6, 7, 8, 9, 10].map(
      (boundary) => [`boundary ${boundary}`, { mode: 1, boundary }] as const,
    ),
    ['saliency', { mode: 0, shift: 2, thresholds: [1, 2, 3, 3, 40] }],
  ] as const)('agree with the definition: %s', (_, modes) => {
    for (const job of jobs) {
      // A slope at which no output of either job is beyond int8 everywhere.
      const scaled = { ...job, r: job.weightBits === 8 ? 13 : 8 };
      const { before, output, counters, modes: all } = run({}, scaled, modes);
      const { bytes, chosen } = model(before, scaled, all);
      expect(output).toEqual(bytes);
      expect(new Set(output).size).toBeGreaterThan(10);
      for (const boundary of [5, 6, 7, 8, 9, 10])
        expect(counters[`boundary_${boundary}`]).toBe(chosen.filter((b) => b === boundary).length);
      expect(counters['all_digital']).toBe(chosen.filter((b) => b === 0).length);
    }
  });

  it('all digital with a slope of one, and ideal under every mode, are exact sums', () => {
    for (const job of jobs) {
      const memory = new Uint8Array(32 * 1024);
      fillRandom(memory, 99);
      const exact = { ...job, m: 2, r: 1 };
      const after = expectedMemory(memory, exact, cell, exactColumn);
      const bytes = after.slice(job.destination, job.destination + job.pixels * job.outputs);
      expect(run({}, exact, { mode: 2 }).output).toEqual(bytes);
      expect(run({ ideal: true }, exact).output).toEqual(bytes);
    }
  });

  it('count where each one-bit MAC of a column went', () => {
    const { counters } = run({}, signedJob, { mode: 1, boundary: 9 });
    const macs = 6 * 7 * 2;
    expect(counters).toMatchObject({
      digital_column_macs: 21 * macs,
      analog_column_macs: 28 * macs,
      dropped_column_macs: 15 * macs,
      adc_conversions: 8 * macs,
      dac_conversions: 6 * 130,
      saliency_evaluations: 0,
      // 6 input bits from order 9 up, one conversion phase.
      macro_cycles: 12 * 7,
    });
    expect(run({}, signedJob).counters['saliency_evaluations']).toBe(macs);
  });

  it('take the input bits of the lowest boundary, a conversion phase and the saliency stage', () => {
    const cycles = (modes: Partial<Modes>): number =>
      run({}, signedJob, modes).counters['macro_cycles'] / 12;
    expect(cycles({ mode: 2 })).toBe(8);
    expect(cycles({ mode: 1, boundary: 10 })).toBe(5 + 1);
    expect(cycles({ mode: 1, boundary: 7 })).toBe(8 + 1);
    expect(cycles({ thresholds: [256, 256, 256, 256, 256] })).toBe(5 + 1 + 1);
    expect(cycles({ thresholds: [0, 0, 0, 0, 0] })).toBe(8 + 1 + 1);
  });

  it('draw noise from the seed', () => {
    const wide = { ...signedJob, r: 10 };
    const noisy = { conversion_noise: 1 };
    const [a, b, c] = [1, 1, 2].map((seed) => run(noisy, wide, {}, seed).output);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('refuse modes that do not exist and weights beyond eight bits', () => {
    expect(() => run({}, signedJob, { mode: 1, boundary: 4 })).toThrow(/BOUNDARY is 4/);
    expect(() => run({}, signedJob, { thresholds: [4, 3, 5, 6, 7] })).toThrow(/OSE_THRESHOLD_1/);
    const bench = new Testbench(osahcimEngine(config()), { slot: 1 });
    bench.accelerator.preload(
      '.ima.0',
      section(144, 16, () => -8),
    );
    bench.read(0x04);
    programJob(setter(bench, osahcimRegisters), signedJob);
    expect(() => {
      setter(bench, osahcimRegisters)('TRIGGER', 0);
      bench.runToEvent(1);
    }).toThrow(/eight bit columns hold/);
  });
});
