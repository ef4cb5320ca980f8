import { Testbench } from '../../emulator/hwpe/testbench.js';
import { imaEngine } from '../../accel/ima/ima.js';
import { imaRegisters } from '../../accel/ima/registers.js';
import { conformance } from '../hwpe/conformance.js';
import { random } from '../hwpe/random.js';
import { expectedMemory, imaConfig, prepareTables, programJob, section } from './ima-bench.js';
import type { JobSpec } from './ima-bench.js';

const config = imaConfig({ rows: 64, cols: 64, arrays: 2 });
const next = random(5);
const table = Array.from({ length: 2 * 64 * 64 }, () => next(16) - 8);
const cell = (array: number, y: number, x: number): number => table[(array * 64 + y) * 64 + x];

const outputs = 11;
const requant = {
  mul: Array.from({ length: outputs }, (_, c) => 1000 + 77 * c),
  bias: Array.from({ length: outputs }, (_, c) => BigInt(40000 * c - 100000)),
  shift: 12,
  lo: -128,
  hi: 127,
  mulAt: 0x6000,
  biasAt: 0x6100,
};

/** 3x3 windows of an 8 x 8 x 5 tensor: 45 inputs in two row tiles, 8-bit weights, requantised. */
const windows: JobSpec = {
  places: [
    { array: 0, x: 3, y: 2, rows: 30 },
    { array: 1, x: 8, y: 20, rows: 15 },
  ],
  outputs,
  weightBits: 8,
  signed: true,
  m: 3,
  r: 8,
  source: 0x100,
  line: 15,
  lineStride: 40,
  linesPerBlock: 3,
  blockStride: 0,
  pixels: 9,
  alphaIn: [2, 5],
  betaIn: 40 - 10,
  alphaOut: [8, outputs],
  betaOut: 0,
  destination: 0x4000,
  requant,
};

/** Plain vectors of 50 unsigned inputs, 4-bit weights, codes straight out. */
const plain: JobSpec = {
  ...windows,
  places: [{ array: 1, x: 0, y: 7, rows: 50 }],
  outputs: 40,
  weightBits: 4,
  signed: false,
  source: 0x1003,
  line: 50,
  linesPerBlock: 1,
  pixels: 5,
  alphaIn: [5, 50],
  alphaOut: [5, 40],
  destination: 0x5000,
};
delete plain.requant;

const jobs = [windows, plain];

conformance({
  name: 'ima',
  factory: imaEngine(config),
  map: imaRegisters,
  plainRegister: 'J_START_X',
  prepare(bench) {
    for (const array of [0, 1])
      bench.accelerator.preload(
        `.ima.${array}`,
        section(64, 64, (y, x) => cell(array, y, x)),
      );
    prepareTables(bench.memory, windows);
  },
  program: (set, job) => programJob(set, jobs[job]),
  expected(memory, job) {
    const { destination, pixels, outputs: width } = jobs[job];
    const after = expectedMemory(memory, jobs[job], cell, config);
    const bytes = after.slice(destination, destination + pixels * width);
    return { address: Testbench.base + destination, bytes };
  },
});
