import { describe, expect, it } from 'vitest';
import { fillRandom, random } from '../hwpe/random.js';
import { setter } from '../hwpe/registers.js';
import { imaRegisters } from '../../accel/ima/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import {
  expectedMemory,
  imaConfig,
  openIma,
  prepareTables,
  section,
  startJob,
} from './ima-bench.js';
import type { JobSpec, Place } from './ima-bench.js';

type Cell = (array: number, y: number, x: number) => number;

function randomCells(
  rows: number,
  cols: number,
  arrays: number,
  next: (n: number) => number,
): Cell {
  const table = Array.from({ length: rows * cols * arrays }, () => next(16) - 8);
  return (array, y, x) => table[(array * rows + y) * cols + x];
}

function preload(bench: Testbench, cell: Cell, rows: number, cols: number, arrays: number): void {
  for (let array = 0; array < arrays; array++)
    bench.accelerator.preload(
      `.ima.${array}`,
      section(rows, cols, (y, x) => cell(array, y, x)),
    );
}

/** A job that fits the arrays and the memory, with everything else at random. */
function randomJob(
  rows: number,
  cols: number,
  arrays: number,
  next: (n: number) => number,
): JobSpec {
  const weightBits = next(2) === 0 ? 4 : 8;
  const outputs = 1 + next(weightBits === 8 ? cols / 2 : cols);
  const columns = outputs * (weightBits / 4);
  const places: Place[] = Array.from({ length: 1 + next(4) }, () => {
    const height = 1 + next(rows);
    return {
      array: next(arrays),
      x: next(cols - columns + 1),
      y: next(rows - height + 1),
      rows: height,
    };
  });
  const width = (): number => outputs + next(5);
  const job: JobSpec = {
    places,
    outputs,
    weightBits,
    signed: next(2) === 1,
    m: next(1 << 20),
    r: 8 + next(14),
    source: 0x1000 + next(64),
    line: 1 + next(70),
    lineStride: next(90),
    linesPerBlock: 1 + next(4),
    blockStride: next(300),
    pixels: 1 + next(7),
    alphaIn: [next(4), next(100)],
    betaIn: next(200) - 60,
    alphaOut: [next(4), width()],
    betaOut: width() + next(20),
    destination: 0xc000 + next(16),
  };
  if (next(3) === 0) return job;
  const mul = Array.from({ length: outputs }, () => (next(2) ? next(1 << 16) : next(2 ** 31)) | 0);
  const bias = mul.map(() => BigInt(next(2 ** 31)) * BigInt(next(1 << 22)) - (1n << 50n));
  const lo = next(2) === 0 ? -128 : 0;
  const hi = lo === 0 ? 255 : 127;
  return {
    ...job,
    requant: { mul, bias, shift: 1 + next(62), lo, hi, mulAt: 0x8004, biasAt: 0x9008 },
  };
}

describe('the IMA computes what the formulas say', () => {
  const [rows, cols, arrays] = [40, 48, 3];

  for (let seed = 1; seed <= 40; seed++)
    it(`random job ${seed}`, () => {
      const next = random(seed * 7919);
      const config = imaConfig({
        rows,
        cols,
        arrays,
        port_bits: 32 << next(5),
        adc_bits: [8, 8, 6, 10][next(4)],
        ideal: next(5) === 0,
        pipelined: next(5) !== 0,
      });
      const bench = openIma(config, { grant: (cycle) => (cycle * 7) % 5 !== 1 });
      const cell = randomCells(rows, cols, arrays, next);
      preload(bench, cell, rows, cols, arrays);
      fillRandom(bench.memory, seed);
      const job = randomJob(rows, cols, arrays, next);
      prepareTables(bench.memory, job);
      const expected = expectedMemory(bench.memory, job, cell, config);
      startJob(bench, job);
      bench.runToEvent(1);
      expect(Buffer.compare(bench.memory, expected)).toBe(0);
      const counters = bench.accelerator.counters();
      const inputs = job.places.reduce((sum, place) => sum + place.rows, 0);
      const columns = job.pixels * job.places.length * job.outputs * (job.weightBits / 4);
      expect(counters).toMatchObject({
        jobs: 1,
        mvms: job.pixels * job.places.length,
        rows_active: job.pixels * inputs,
        dac_conversions: job.pixels * inputs,
        columns_converted: columns,
        adc_conversions: columns,
        macs: job.pixels * inputs * job.outputs,
        pixels: job.pixels,
        bytes_in: job.pixels * inputs + (job.requant ? 12 * job.outputs : 0),
        bytes_out: job.pixels * job.outputs,
      });
    });

  it('streams the same bytes in the same cycles with ideal converters', () => {
    const [real, ideal] = [false, true].map((setting) => {
      const config = imaConfig({ rows, cols, arrays, ideal: setting });
      const bench = openIma(config);
      const next = random(3);
      preload(bench, randomCells(rows, cols, arrays, next), rows, cols, arrays);
      fillRandom(bench.memory, 3);
      startJob(bench, randomJob(rows, cols, arrays, next));
      bench.runToEvent(1);
      return bench;
    });
    expect(ideal!.events).toEqual(real!.events);
    const [a, b] = [ideal!.accelerator.counters(), real!.accelerator.counters()];
    expect(a).toEqual({ ...b, adc_clipped: 0 });
  });

  it('counts conversions that clip: 2 of 3 columns at slope 1', () => {
    // One row of input 100 with weights 7, 1 and -8: sums 700, 100, -800, codes -128..127.
    const bench = openIma(imaConfig());
    const set = setter(bench, imaRegisters);
    set('P_WIDTH', 3);
    set('P_HIGHT', 1);
    set('SUBMIT_PLOT', 0x817);
    bench.memory[0] = 100;
    startJob(bench, {
      ...simple,
      places: [{ array: 0, x: 0, y: 0, rows: 1 }],
      outputs: 3,
      m: 2,
      r: 1,
    });
    bench.runToEvent(1);
    expect(Array.from(bench.memory.subarray(0x4000, 0x4003))).toEqual([127, 100, 128]);
    expect(bench.accelerator.counters()['adc_clipped']).toBe(2);
  });

  it('takes the range from ADC_LOW and ADC_HIGH as ima_v1 does', () => {
    // ima_v1: (s / 889) * 127 / (low + high) = s / (7 * 4); s = 100 * 7 = 700 gives 25, -800 gives -28.57.
    const bench = openIma(imaConfig());
    const set = setter(bench, imaRegisters);
    set('P_WIDTH', 2);
    set('P_HIGHT', 1);
    set('SUBMIT_PLOT', 0x87);
    bench.memory[0] = 100;
    bench.read(0x04);
    set('ADC_LOW', 2);
    set('ADC_HIGH', 2);
    set('J_WIDTH', 2);
    set('J_HIGHT', 1);
    set('J_SRC_ADDR', Testbench.base);
    set('J_DST_ADDR', Testbench.base + 64);
    set('JOB_LINE_LENGTH', 1);
    set('TRIGGER', 0);
    bench.runToEvent(1);
    expect(Array.from(bench.memory.subarray(64, 66))).toEqual([25, 256 - 29]);
  });
});

const simple: JobSpec = {
  places: [{ array: 0, x: 0, y: 0, rows: 256 }],
  outputs: 256,
  weightBits: 4,
  signed: false,
  m: 1,
  r: 1,
  source: 0,
  line: 256,
  lineStride: 0,
  linesPerBlock: 1,
  blockStride: 0,
  pixels: 1,
  alphaIn: [100, 256],
  betaIn: 0,
  alphaOut: [100, 256],
  betaOut: 0,
  destination: 0x4000,
};

/** Cycles from TRIGGER to the event: the first request comes 2 cycles after, the event in the last beat. */
const cyclesOf = (job: JobSpec, changes: Parameters<typeof imaConfig>[0] = {}): number => {
  const bench = openIma(imaConfig(changes));
  startJob(bench, job);
  const trigger = bench.now - 4; // a register access takes 4 cycles
  return bench.runToEvent(1) - trigger;
};

describe('the IMA takes the cycles of its stages', () => {
  const product = 65 + 3; // ceil(130 ns * 500 MHz) and the hand-over
  const beats = 256 / 16;

  it('one full product: stream-in, product, stream-out', () => {
    expect(cyclesOf(simple)).toBe(2 + beats + product + beats - 1);
  });

  it('a stream of products hides the streams behind the products', () => {
    expect(cyclesOf({ ...simple, pixels: 10 })).toBe(2 + beats + 10 * product + beats - 1);
  });

  it('without overlap the stages follow each other', () => {
    const each = 2 * beats + product;
    expect(cyclesOf({ ...simple, pixels: 10 }, { pipelined: false })).toBe(2 + 10 * each - 1);
  });

  it('row tiles stream in while their predecessor computes, and only the last streams out', () => {
    const places = [0, 1, 2].map(() => simple.places[0]);
    expect(cyclesOf({ ...simple, places, line: 768 })).toBe(2 + beats + 3 * product + beats - 1);
  });

  it('a line shorter than a beat still takes a beat', () => {
    // 256 bytes in lines of 8: 32 beats instead of 16.
    const job = { ...simple, line: 8, lineStride: 8, linesPerBlock: 32 };
    expect(cyclesOf(job)).toBe(2 + 32 + product + beats - 1);
  });

  it('requantisation tables are fetched before the first input: 12 bytes an output', () => {
    const requant = {
      mul: [],
      bias: [],
      shift: 1,
      lo: 0,
      hi: 255,
      mulAt: 0x8000,
      biasAt: 0x9000,
    };
    // 1024 bytes of multipliers and 2048 bytes of biases at 16 bytes a beat.
    expect(cyclesOf({ ...simple, requant })).toBe(2 + 192 + beats + product + beats - 1);
  });

  it('the next trigger streams in while the last product of this one computes', () => {
    const bench = openIma(imaConfig());
    startJob(bench, simple, 0);
    startJob(bench, simple, 0);
    // Programming the second takes 120 cycles here, so queue a third that waits in its context.
    bench.runToEvent(1);
    startJob(bench, { ...simple, pixels: 3 }, 0);
    startJob(bench, simple, 0);
    const end = bench.runToEvent(4);
    // The fourth streams in behind the third, whose three products cover it: one product later.
    expect(end - bench.events[2].at).toBe(product);
  });
});
