import type { FloatJob, View } from './float-job.js';
import { operations } from './registers.js';

/** An index of a view: how often, and how far apart. */
interface Index {
  readonly count: number;
  readonly stride: number;
}

/** Elements of an operand in the order in which they are streamed, last index fastest. */
export interface Stream {
  readonly base: number;
  readonly indices: readonly Index[];
  readonly elements: number;
}

const stream = (base: number, indices: readonly Index[]): Stream => ({
  base,
  indices,
  elements: indices.reduce((count, index) => count * index.count, 1),
});

const outer = (job: FloatJob, view: View): Index[] => [
  { count: job.m1, stride: view.m1 },
  { count: job.m2, stride: view.m2 },
];

export const streamA = (job: FloatJob): Stream =>
  stream(job.a.address, [
    ...outer(job, job.a),
    ...(job.operation === operations.MATMUL
      ? [
          { count: job.k1, stride: job.a.k1 },
          { count: job.k2, stride: job.a.k2 },
        ]
      : [{ count: job.n, stride: job.a.n }]),
  ]);

export const streamB = (job: FloatJob): Stream =>
  stream(job.b.address, [
    ...(job.operation === operations.MATMUL
      ? [
          { count: job.k1, stride: job.b.k1 },
          { count: job.k2, stride: job.b.k2 },
        ]
      : outer(job, job.b)),
    { count: job.n, stride: job.b.n },
  ]);

export const streamC = (job: FloatJob): Stream =>
  stream(job.c.address, [...outer(job, job.c), { count: job.n, stride: job.c.n }]);

/** Address of element `position`, and how many from there on lie side by side. */
export function place(
  { base, indices }: Stream,
  position: number,
  bytes: number,
): { address: number; run: number } {
  let rest = position;
  let address = base;
  let run = 1;
  let dense = true;
  for (let i = indices.length - 1; i >= 0; i--) {
    const { count, stride } = indices[i];
    const at = rest % count;
    rest = (rest - at) / count;
    address += at * stride;
    // Only the fastest index that moves decides: lines that happen to touch are not joined.
    if (dense && count > 1) {
      if (stride === bytes) run = count - at;
      dense = false;
    }
  }
  return { address, run };
}
