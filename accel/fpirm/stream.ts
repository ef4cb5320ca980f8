import type { FloatJob, View } from './float-job.js';
import { operations } from './registers.js';

/** An index of a view: how often, and how far apart. */
interface Index {
  readonly count: number;
  readonly stride: number;
}

/** An operand cut into accesses of the port, in the order in which they are made. */
export interface Beats {
  /** Elements of the operand. */
  readonly elements: number;
  readonly addresses: Float64Array;
  /** Elements of each access. */
  readonly counts: Uint16Array;
}

const outer = (job: FloatJob, view: View): Index[] => [
  { count: job.m1, stride: view.m1 },
  { count: job.m2, stride: view.m2 },
];

const inner = (job: FloatJob, view: View): Index[] => [
  { count: job.k1, stride: view.k1 },
  { count: job.k2, stride: view.k2 },
];

/** Indices of an operand, the last one fastest. */
function indicesOf(job: FloatJob, operand: 'a' | 'b' | 'c'): Index[] {
  const view = job[operand];
  const columns = { count: job.n, stride: view.n };
  const matmul = job.operation === operations.MATMUL;
  if (operand === 'a' && matmul) return [...outer(job, view), ...inner(job, view)];
  if (operand === 'b' && matmul) return [...inner(job, view), columns];
  return [...outer(job, view), columns];
}

export const elementsOf = (job: FloatJob, operand: 'a' | 'b' | 'c'): number =>
  indicesOf(job, operand).reduce((product, { count }) => product * count, 1);

/**
 * Only elements along the fastest index that moves share an access, and only where they lie side by side:
 * lines that happen to touch are not joined.
 * @param width bytes of the port
 */
export function beatsOf(job: FloatJob, operand: 'a' | 'b' | 'c', width: number): Beats {
  const moving = indicesOf(job, operand).filter(({ count }) => count > 1);
  const fastest = moving.pop() ?? { count: 1, stride: 0 };
  const most = fastest.stride === job.bytes ? width / job.bytes : 1;
  const lines = moving.reduce((product, { count }) => product * count, 1);
  const perLine = Math.ceil(fastest.count / most);
  const addresses = new Float64Array(lines * perLine);
  const counts = new Uint16Array(lines * perLine);
  const at = moving.map(() => 0);
  let line = job[operand].address;
  for (let i = 0, beat = 0; i < lines; i++) {
    for (let first = 0; first < fastest.count; first += most, beat++) {
      addresses[beat] = line + first * fastest.stride;
      counts[beat] = Math.min(most, fastest.count - first);
    }
    for (let d = moving.length - 1; d >= 0; d--) {
      line += moving[d].stride;
      if (++at[d] < moving[d].count) break;
      line -= moving[d].count * moving[d].stride;
      at[d] = 0;
    }
  }
  return { elements: lines * fastest.count, addresses, counts };
}
