import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import { bf16, fp32 } from './float-format.js';
import type { FloatFormat } from './float-format.js';
import { F, operations } from './registers.js';

/** Bytes from element to element along each index. */
export interface View {
  readonly address: number;
  readonly m1: number;
  readonly m2: number;
  readonly n: number;
  readonly k1: number;
  readonly k2: number;
}

export interface FloatJob {
  readonly operation: number;
  readonly format: FloatFormat;
  readonly bytes: 2 | 4;
  readonly accumulate: boolean;
  readonly scalar: number;
  readonly m1: number;
  readonly m2: number;
  readonly n: number;
  readonly k1: number;
  readonly k2: number;
  readonly a: View;
  readonly b: View;
  readonly c: View;
}

export const isFloat = (job: JobRegisters): boolean => job[F.OPERATION] !== operations.MVM;
export const needsB = (operation: number): boolean => operation >= operations.MATMUL;

export function decodeFloatJob(job: JobRegisters): FloatJob {
  const matmul = job[F.OPERATION] === operations.MATMUL;
  return {
    operation: job[F.OPERATION],
    format: job[F.FORMAT] === 1 ? bf16 : fp32,
    bytes: job[F.FORMAT] === 1 ? 2 : 4,
    accumulate: job[F.ACCUMULATE] === 1,
    scalar: job[F.SCALAR] >>> 0,
    m1: job[F.M1],
    m2: job[F.M2],
    n: job[F.N],
    k1: matmul ? job[F.K1] : 1,
    k2: matmul ? job[F.K2] : 1,
    a: {
      address: job[F.A_ADDR],
      m1: job[F.A_M1],
      m2: job[F.A_M2],
      n: matmul ? 0 : job[F.A_N],
      k1: matmul ? job[F.A_K1] : 0,
      k2: matmul ? job[F.A_K2] : 0,
    },
    b: {
      address: job[F.B_ADDR],
      m1: matmul ? 0 : job[F.B_M1],
      m2: matmul ? 0 : job[F.B_M2],
      n: job[F.B_N],
      k1: matmul ? job[F.B_K1] : 0,
      k2: matmul ? job[F.B_K2] : 0,
    },
    c: {
      address: job[F.C_ADDR],
      m1: job[F.C_M1],
      m2: job[F.C_M2],
      n: job[F.C_N],
      k1: 0,
      k2: 0,
    },
  };
}

/** Most elements of one operand: what the engine buffers of a job. */
export const maxElements = 2 ** 17;

/** Refuses a job that cannot run, naming the register. */
export function checkFloatJob(job: JobRegisters): void {
  within(job, 'OPERATION', 0, operations.SELECT);
  within(job, 'FORMAT', 0, 1);
  within(job, 'ACCUMULATE', 0, 1);
  for (const name of ['M1', 'M2', 'N', 'K1', 'K2'] as const) within(job, name, 1, maxElements);
  const f = decodeFloatJob(job);
  const [m, k] = [f.m1 * f.m2, f.k1 * f.k2];
  for (const [name, count] of [
    ['A', m * (f.operation === operations.MATMUL ? k : f.n)],
    ['B', (f.operation === operations.MATMUL ? k : m) * f.n],
    ['C', m * f.n],
  ] as const)
    if (count > maxElements)
      throw refuse(`${name} has ${count} elements`, `at most ${maxElements}; cut the job`);
  for (const [name, view] of [
    ['A', f.a],
    ['B', f.b],
    ['C', f.c],
  ] as const)
    for (const [index, bytes] of Object.entries(view))
      if (bytes % f.bytes !== 0)
        throw refuse(
          `${name}_${index === 'address' ? 'ADDR' : index.toUpperCase()} is ${bytes}`,
          `a multiple of ${f.bytes} bytes in this format`,
        );
}

function within(job: JobRegisters, name: keyof typeof F, low: number, high: number): void {
  const value = job[F[name]];
  if (value < low || value > high) throw refuse(`${name} is ${value}`, `legal: ${low} to ${high}`);
}

const refuse = (reason: string, hint: string): Error => misuse(`fpirm: ${reason}`, -1, hint);
