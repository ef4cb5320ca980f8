import { describe, expect, it } from 'vitest';
import { fpirmEngine } from '../../accel/fpirm/fpirm.js';
import { fpirmParameters } from '../../accel/fpirm/parameters.js';
import type { FpirmConfig } from '../../accel/fpirm/parameters.js';
import { fpirmRegisters } from '../../accel/fpirm/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { conformance } from '../hwpe/conformance.js';
import { fillRandom, random } from '../hwpe/random.js';
import { setter } from '../hwpe/registers.js';
import { operands, softAdd, softMultiply } from './fpirm-softfloat.js';
import { exactColumn, expectedMemory, programJob, section } from './ima-bench.js';
import type { ColumnModel, JobSpec } from './ima-bench.js';
import { adc } from './reference.js';

const config = (changes: Partial<FpirmConfig> = {}): FpirmConfig => ({
  ...defaultsOf(fpirmParameters),
  rows: 64,
  cols: 64,
  ...changes,
});

const next = random(8);
const table = Array.from({ length: 64 * 64 }, () => next(16) - 8);
const cell = (_: number, y: number, x: number): number => table[y * 64 + x];

const job: JobSpec = {
  places: [{ array: 0, x: 2, y: 5, rows: 20 }],
  outputs: 9,
  weightBits: 8,
  signed: true,
  m: 300,
  r: 14,
  source: 0x100,
  line: 20,
  lineStride: 20,
  linesPerBlock: 1,
  blockStride: 0,
  pixels: 4,
  alphaIn: [4, 21],
  betaIn: 0,
  alphaOut: [4, 9],
  betaOut: 0,
  destination: 0x4000,
};
const jobs: JobSpec[] = [
  job,
  { ...job, signed: false, weightBits: 4, outputs: 40, alphaOut: [4, 40], destination: 0x5000 },
];

/** Exact, and then only scaled: converters of unlimited range. */
const scaledColumn: ColumnModel = (terms, { m, r }) => adc(exactColumn(terms, job), m, r, 40);

function prepare(bench: Testbench): void {
  bench.accelerator.preload(
    '.ima.0',
    section(64, 64, (y, x) => cell(0, y, x)),
  );
}

conformance({
  name: 'fpirm',
  factory: fpirmEngine(config()),
  map: fpirmRegisters,
  plainRegister: 'A_ADDR',
  prepare,
  program: (set, index) => programJob(set, jobs[index]),
  expected(memory, index) {
    const { destination, pixels, outputs } = jobs[index];
    const after = expectedMemory(memory, jobs[index], cell, scaledColumn);
    const bytes = after.slice(destination, destination + pixels * outputs);
    return { address: Testbench.base + destination, bytes };
  },
});

type Registers = Record<string, number>;

function run(changes: Partial<FpirmConfig>, memory: Uint8Array, registers: Registers, seed = 1) {
  const bench = new Testbench(fpirmEngine(config(changes)), {
    slot: 1,
    seed,
    memoryBytes: memory.length,
  });
  bench.memory.set(memory);
  prepare(bench);
  bench.read(0x04);
  const set = setter(bench, fpirmRegisters);
  for (const [name, value] of Object.entries(registers)) set(name, value);
  const start = bench.now;
  set('TRIGGER', 0);
  bench.runToEvent(1);
  return { bench, cycles: bench.now - start, counters: bench.accelerator.counters() };
}

const at = (offset: number): number => Testbench.base + offset;

describe.each([
  { name: 'fp32' as const, bytes: 4, lanes: 8 },
  { name: 'bf16' as const, bytes: 2, lanes: 16 },
])('floating-point jobs in $name', ({ name, bytes, lanes }) => {
  const format = { FORMAT: name === 'bf16' ? 1 : 0 };
  const store = (memory: Uint8Array, offset: number, value: number): void => {
    const view = new DataView(memory.buffer);
    if (bytes === 4) view.setUint32(offset, value, true);
    else view.setUint16(offset, value, true);
  };
  const fetch = (memory: Uint8Array, offset: number): number => {
    const view = new DataView(memory.buffer, memory.byteOffset);
    return bytes === 4 ? view.getUint32(offset, true) : view.getUint16(offset, true);
  };

  /** A 3 x 5 x 4 product of matrices whose rows lie apart, B transposed in memory. */
  const shape = { m: 15, n: 7, k: 6 };
  const matmul: Registers = {
    ...format,
    OPERATION: 1,
    M1: 3,
    M2: 5,
    N: 7,
    K1: 2,
    K2: 3,
    A_ADDR: at(0),
    A_M1: 5 * 8 * bytes,
    A_M2: 8 * bytes,
    A_K1: 3 * bytes,
    A_K2: bytes,
    B_ADDR: at(4096),
    B_N: 6 * bytes,
    B_K1: 3 * bytes,
    B_K2: bytes,
    C_ADDR: at(8192),
    C_M1: 5 * 9 * bytes,
    C_M2: 9 * bytes,
    C_N: bytes,
  };
  const memory = new Uint8Array(16384);
  const random2 = random(77);
  for (let i = 0; i < 2048; i++) {
    const [a, b] = operands(random2, name);
    // Mostly ordinary magnitudes, so that sums do not end in infinities at once.
    const value =
      i % 9 === 0 ? a : Math.floor(b % 2 ** 14) + (name === 'fp32' ? 0x3f000000 : 0x3f00);
    store(memory, i * bytes, name === 'bf16' ? value & 0xffff : value);
  }
  for (let i = 0; i < 64; i++) store(memory, 4096 + i * bytes, fetch(memory, 512 + i * bytes));
  for (let i = 0; i < 256; i++) store(memory, 8192 + i * bytes, fetch(memory, 1024 + i * bytes));

  const expected = (accumulate: boolean): number[] => {
    const result: number[] = [];
    for (let m = 0; m < shape.m; m++)
      for (let n = 0; n < shape.n; n++) {
        let sum = accumulate ? fetch(memory, 8192 + (m * 9 + n) * bytes) : 0;
        for (let k = 0; k < shape.k; k++) {
          const a = fetch(memory, (m * 8 + k) * bytes);
          const b = fetch(memory, 4096 + (n * 6 + k) * bytes);
          sum = softAdd(sum, softMultiply(a, b, name), name);
        }
        result.push(sum);
      }
    return result;
  };
  const results = (bench: Testbench): number[] =>
    Array.from({ length: shape.m * shape.n }, (_, i) =>
      fetch(bench.memory, 8192 + (Math.floor(i / 7) * 9 + (i % 7)) * bytes),
    );

  it('multiply matrices in the order of k, rounding each step', () => {
    for (const accumulate of [0, 1]) {
      const { bench } = run({}, memory, { ...matmul, ACCUMULATE: accumulate });
      expect(results(bench)).toEqual(expected(accumulate === 1));
    }
  });

  it('give the same bytes, primitives and cycles domain by domain', () => {
    const words = run({}, memory, matmul);
    const domains = run({ model: 'domains' }, memory, matmul);
    const checked = run({ check_every: 3 }, memory, matmul);
    for (const other of [domains, checked]) {
      expect(other.bench.memory).toEqual(words.bench.memory);
      expect(other.cycles).toBe(words.cycles);
      expect({
        ...other.counters,
        row_operations_by_domains: 0,
        row_operations_checked: 0,
      }).toEqual(words.counters);
    }
    // Groups of lanes over 105 results, 6 products and 6 sums each.
    const operationsOf = Math.ceil(105 / lanes) * 12;
    expect(words.counters).toMatchObject({ row_operations: operationsOf, float_operations: 1260 });
    expect(domains.counters).toMatchObject({ row_operations_by_domains: operationsOf });
    expect(checked.counters).toMatchObject({ row_operations_checked: Math.ceil(operationsOf / 3) });
  });

  it('strike the same faults by words and by domains', () => {
    // Every operation has a fault; one in 32 or 64 hits a wire that is just being added up.
    const faulty = { fault_rate: 1e-4 };
    const ordinary = memory.slice();
    for (let i = 0; i < 4096; i++)
      store(ordinary, i * bytes, (name === 'fp32' ? 0x3f000000 : 0x3f00) + 37 * (i % 100));
    const words = run(faulty, ordinary, matmul, 3);
    const domains = run({ ...faulty, model: 'domains' }, ordinary, matmul, 3);
    expect(words.counters['transverse_read_faults']).toBeGreaterThan(0);
    expect(domains.counters['transverse_read_faults']).toBe(
      words.counters['transverse_read_faults'],
    );
    expect(domains.bench.memory).toEqual(words.bench.memory);
    expect(words.bench.memory).not.toEqual(run({}, ordinary, matmul).bench.memory);
  });

  it.each([
    ['add', 2, (a: number, b: number) => softAdd(a, b, name)],
    ['multiply', 3, (a: number, b: number) => softMultiply(a, b, name)],
    [
      'scale and add',
      4,
      (a: number, b: number) =>
        softAdd(softMultiply(a, name === 'fp32' ? 0x3e99999a : 0x3e9a, name), b, name),
    ],
  ] as const)('%s element by element', (_, operation, formula) => {
    const registers: Registers = {
      ...format,
      OPERATION: operation,
      SCALAR: name === 'fp32' ? 0x3e99999a : 0x3e9a,
      M1: 2,
      M2: 9,
      N: 5,
      A_ADDR: at(0),
      A_M1: 50 * bytes,
      A_M2: 5 * bytes,
      A_N: bytes,
      B_ADDR: at(1024),
      B_M1: 0,
      B_M2: 0,
      B_N: 2 * bytes,
      C_ADDR: at(8192),
      C_M1: 45 * bytes,
      C_M2: 5 * bytes,
      C_N: bytes,
    };
    const { bench } = run({ check_every: 2 }, memory, registers);
    for (let m1 = 0; m1 < 2; m1++)
      for (let m2 = 0; m2 < 9; m2++)
        for (let n = 0; n < 5; n++)
          expect(fetch(bench.memory, 8192 + (m1 * 45 + m2 * 5 + n) * bytes)).toBe(
            formula(
              fetch(memory, (m1 * 50 + m2 * 5 + n) * bytes),
              fetch(memory, 1024 + 2 * n * bytes),
            ),
          );
  });

  it('compare and select', () => {
    const one = name === 'fp32' ? 0x3f800000 : 0x3f80;
    const sign = name === 'fp32' ? 0x80000000 : 0x8000;
    const infinity = name === 'fp32' ? 0x7f800000 : 0x7f80;
    const nan = name === 'fp32' ? 0x7fc00000 : 0x7fc0;
    const a = [0, sign, one, one + sign, one, infinity, infinity + sign, nan, one + 1, one + sign];
    const b = [sign, 0, one + sign, one, nan, one, one, one, one, one + 1 + sign];
    const memory2 = new Uint8Array(4096);
    for (const [i, value] of a.entries()) store(memory2, i * bytes, value);
    for (const [i, value] of b.entries()) store(memory2, 1024 + i * bytes, value);
    const registers: Registers = {
      ...format,
      N: a.length,
      A_ADDR: at(0),
      A_N: bytes,
      B_ADDR: at(1024),
      B_N: bytes,
      C_ADDR: at(2048),
      C_N: bytes,
    };
    const result = (operation: number): number[] => {
      const { bench } = run({ model: 'domains' }, memory2, { ...registers, OPERATION: operation });
      const words = run({}, memory2, { ...registers, OPERATION: operation });
      expect(words.bench.memory).toEqual(bench.memory);
      return a.map((_, i) => fetch(bench.memory, 2048 + i * bytes));
    };
    // Equal zeros and operands that are no numbers give B.
    expect(result(5)).toEqual([sign, 0, one, one, nan, infinity, one, one, one + 1, one + sign]);
    expect(result(6)).toEqual([0, 0, 0, one + sign, 0, infinity, infinity + sign, nan, one + 1, 0]);
  });
});

describe('integer products on racetracks', () => {
  it('are exact and the same domain by domain', () => {
    for (const spec of jobs) {
      const [words, domains] = (['words', 'domains'] as const).map((model) => {
        const bench = new Testbench(fpirmEngine(config({ model })), {
          slot: 1,
          memoryBytes: 32768,
        });
        fillRandom(bench.memory, 5);
        prepare(bench);
        bench.read(0x04);
        const set = setter(bench, fpirmRegisters);
        programJob(set, spec);
        set('TRIGGER', 0);
        bench.runToEvent(1);
        return bench;
      });
      expect(domains.memory).toEqual(words.memory);
      expect(domains.now).toBe(words.now);
    }
  });

  it('refuses jobs that do not exist', () => {
    const refused = (registers: Registers, text: RegExp): void => {
      expect(() => run({}, new Uint8Array(256), registers)).toThrow(text);
    };
    refused({ OPERATION: 7 }, /OPERATION is 7/);
    refused({ OPERATION: 2, A_ADDR: at(2) }, /A_ADDR/);
    refused({ OPERATION: 1, M1: 4096, K1: 4096 }, /A has/);
  });
});
