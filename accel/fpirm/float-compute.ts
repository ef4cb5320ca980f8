import { floatAddition, floatMaximum, floatMultiplication, floatSelection } from './costs.js';
import type { Primitives } from './dbc.js';
import { FloatUnit } from './float.js';
import { fp32 } from './float-format.js';
import type { FloatFormat } from './float-format.js';
import type { FloatJob } from './float-job.js';
import { operations } from './registers.js';
import { fromLanes, toLanes } from './rows.js';
import type { Tally } from './tally.js';
import { addWords, maximumWords, multiplyWords, selectWords } from './word.js';

type Words = Uint32Array;
type Binary = (a: number, b: number, format: FloatFormat) => number;

/** An operation of rows: its price, its words, its domains. */
interface Kind {
  readonly cost: Readonly<Primitives>;
  readonly words: Binary;
  readonly domains: 'add' | 'multiply' | 'maximum' | 'select';
}

const kindsOf = (format: FloatFormat) =>
  ({
    add: { cost: floatAddition(format), words: addWords, domains: 'add' },
    multiply: { cost: floatMultiplication(format), words: multiplyWords, domains: 'multiply' },
    maximum: { cost: floatMaximum(format), words: maximumWords, domains: 'maximum' },
    select: { cost: floatSelection, words: selectWords, domains: 'select' },
  }) satisfies Record<string, Kind>;

/** Primitives of one cluster for the longest chain of the job, and how many groups of lanes there are. */
export interface Work {
  readonly groups: number;
  readonly chain: readonly Readonly<Primitives>[];
  readonly repeats: number;
}

/** Results and price of floating-point jobs. */
export class FloatCompute {
  private readonly units = new Map<FloatFormat, FloatUnit>();

  constructor(
    private readonly tally: Tally,
    private readonly wires: number,
  ) {}

  /** Lanes of a row in this format. */
  lanes(format: FloatFormat): number {
    return this.wires / format.lane;
  }

  /** @param c on entry what C holds where the job accumulates, else zeros; on return the result */
  run(job: FloatJob, a: Words, b: Words, c: Words): Work {
    const kinds = kindsOf(job.format);
    const groups = Math.ceil(c.length / this.lanes(job.format));
    switch (job.operation) {
      case operations.MATMUL:
        this.matmul(job, a, b, c, kinds);
        return { groups, chain: [kinds.multiply.cost, kinds.add.cost], repeats: job.k1 * job.k2 };
      case operations.SCALE_ADD: {
        const scalar = new Uint32Array(c.length).fill(job.scalar);
        const scaled = new Uint32Array(c.length);
        this.each(job.format, kinds.multiply, a, scalar, scaled);
        this.each(job.format, kinds.add, scaled, b, c);
        return { groups, chain: [kinds.multiply.cost, kinds.add.cost], repeats: 1 };
      }
      default: {
        const kind = [kinds.add, kinds.multiply, undefined, kinds.maximum, kinds.select][
          job.operation - operations.ADD
        ]!;
        this.each(job.format, kind, a, b, c);
        return { groups, chain: [kind.cost], repeats: 1 };
      }
    }
  }

  /** Element by element; an operation is one row of lanes. */
  private each(format: FloatFormat, kind: Kind, a: Words, b: Words, c: Words): void {
    const lanes = this.lanes(format);
    for (let first = 0; first < c.length; first += lanes)
      this.row(
        format,
        kind,
        a.subarray(first, first + lanes),
        b.subarray(first, first + lanes),
        c.subarray(first, first + lanes),
      );
  }

  private matmul(
    job: FloatJob,
    a: Words,
    b: Words,
    c: Words,
    kinds: ReturnType<typeof kindsOf>,
  ): void {
    const { format, n } = job;
    const depth = job.k1 * job.k2;
    const lanes = this.lanes(format);
    if (this.tally.plain) {
      const groups = Math.ceil(c.length / lanes);
      this.tally.skip(kinds.multiply.cost, groups * depth);
      this.tally.skip(kinds.add.cost, groups * depth);
      if (format.name === 'fp32') multiplySingles(a, b, c, { n, depth });
      else multiplyWordwise(format, a, b, c, { n, depth });
      return;
    }
    const [x, y] = [new Uint32Array(lanes), new Uint32Array(lanes)];
    for (let first = 0; first < c.length; first += lanes) {
      const sums = c.subarray(first, first + lanes);
      const [left, right] = [x.subarray(0, sums.length), y.subarray(0, sums.length)];
      for (let k = 0; k < depth; k++) {
        for (let lane = 0; lane < sums.length; lane++) {
          const m = Math.floor((first + lane) / n);
          left[lane] = a[m * depth + k];
          right[lane] = b[k * n + ((first + lane) % n)];
        }
        this.row(format, kinds.multiply, left, right, left);
        this.row(format, kinds.add, sums, left, sums);
      }
    }
  }

  /** One operation: a row of lanes, `to` may be an operand. */
  private row(format: FloatFormat, kind: Kind, a: Words, b: Words, to: Words): void {
    const { tally, wires } = this;
    const words = (): Words => a.map((value, i) => kind.words(value, b[i], format));
    if (tally.plain) {
      tally.skip(kind.cost, 1);
      to.set(words());
      return;
    }
    const rowOf = (values: Words) => fromLanes(Array.from(values, BigInt), format.lane, wires);
    const row = tally.next(
      kind.cost,
      () => this.unit(format)[kind.domains](rowOf(a), rowOf(b)),
      () => this.empty(format, kind, words(), rowOf),
    );
    if (row === undefined) to.set(words());
    else to.set(toLanes(row, format.lane, wires).slice(0, to.length).map(Number));
  }

  /** Lanes beyond the last element hold zeros; the operation on them is part of the row. */
  private empty(
    format: FloatFormat,
    kind: Kind,
    values: Words,
    rowOf: (values: Words) => Uint32Array,
  ): Uint32Array {
    const full = new Uint32Array(this.lanes(format)).fill(kind.words(0, 0, format));
    full.set(values);
    return rowOf(full);
  }

  private unit(format: FloatFormat): FloatUnit {
    let unit = this.units.get(format);
    if (unit === undefined) this.units.set(format, (unit = new FloatUnit(this.tally.dbc, format)));
    return unit;
  }
}

interface Shape {
  readonly n: number;
  readonly depth: number;
}

const smallestNormal = 2 ** -126;
const view = new DataView(new ArrayBuffer(4));
const single = (word: number): number => {
  view.setUint32(0, word);
  return view.getFloat32(0);
};
const word = (value: number): number => {
  if (Number.isNaN(value)) return 0x7fc00000;
  view.setFloat32(0, value);
  return view.getUint32(0);
};

/**
 * Products of single precision in the host's own arithmetic. Results at or below the smallest normal
 * number may have been rounded on the wrong grid: those go the exact way.
 */
function multiplySingles(a: Words, b: Words, c: Words, { n, depth }: Shape): void {
  const x = Float32Array.from(a, single);
  // By columns, so that both operands of a sum are read in line.
  const y = Float32Array.from({ length: n * depth }, (_, i) =>
    single(b[(i % depth) * n + Math.floor(i / depth)]),
  );
  const rows = c.length / n;
  for (let m = 0; m < rows; m++)
    for (let j = 0; j < n; j++) {
      let sum = single(c[m * n + j]);
      for (let k = 0; k < depth; k++) {
        let product = Math.fround(x[m * depth + k] * y[j * depth + k]);
        if (product !== 0 && Math.abs(product) <= smallestNormal)
          product = single(exactProduct(a[m * depth + k], b[k * n + j]));
        sum = Math.fround(sum + product);
        if (sum !== 0 && Math.abs(sum) < smallestNormal) sum = sum < 0 ? -0 : 0;
      }
      c[m * n + j] = word(sum);
    }
}

const exactProduct = (a: number, b: number): number => multiplyWords(a, b, fp32);

function multiplyWordwise(
  format: FloatFormat,
  a: Words,
  b: Words,
  c: Words,
  { n, depth }: Shape,
): void {
  const rows = c.length / n;
  for (let m = 0; m < rows; m++)
    for (let j = 0; j < n; j++) {
      let sum = c[m * n + j];
      for (let k = 0; k < depth; k++)
        sum = addWords(sum, multiplyWords(a[m * depth + k], b[k * n + j], format), format);
      c[m * n + j] = sum;
    }
}
