import { Dbc, window } from './dbc.js';
import { and, choose, constant, field, move, not, or, shiftLanes, spread } from './rows.js';
import type { Row } from './rows.js';

/** Most operands of one addition: the window less the two rows for carries. */
export const maxOperands = window - 2;

/**
 * Integer arithmetic on a cluster: rows of lanes, one number a lane, lowest bit on the lowest wire. All lanes of a row
 * are worked on together, so that the number of primitives depends on widths only, never on values.
 */
export class IntegerUnit {
  constructor(
    readonly dbc: Dbc,
    /** Wires of a lane. */
    readonly width: number,
  ) {}

  get wires(): number {
    return this.dbc.shape.wires;
  }

  zero(): Row {
    return new Uint32Array(this.wires >> 5);
  }

  /** The same number in every lane. */
  number(value: bigint): Row {
    return constant(BigInt.asUintN(this.width, value), this.width, this.wires);
  }

  /** Fills the window with up to 7 rows; rows that are not given are preset to zero. */
  load(rows: readonly Row[]): void {
    for (let i = window - 1; i >= 0; i--) this.dbc.transverseWrite(rows[i] ?? this.zero());
  }

  /**
   * Sum of up to five rows modulo 2^width, over the lowest `bits` wires of each lane. Strictly from the lowest wire up: the
   * sum bit of wire k stays on wire k at access point 0, the carry goes to wire k + 1 at access
   * point 1, the second carry to wire k + 2 at access point 0; each is on its wire before that wire is read.
   */
  add(operands: readonly Row[], bits = this.width): Row {
    const { dbc } = this;
    this.load([this.zero(), ...operands, ...this.padding(operands.length)]);
    for (let k = 0; k < bits; k++) {
      const [sum, carry, second] = dbc.transverseRead();
      const wire = this.wire(k);
      const after = k + 2 < bits ? this.wire(k + 2) : this.zero();
      const up = and(move(and(second, wire), 2), after);
      const low = or(and(sum, wire), up);
      if (k + 1 === bits) {
        dbc.write(0, low, wire);
        continue;
      }
      const next = this.wire(k + 1);
      dbc.writeBoth([low, and(move(and(carry, wire), 1), next)], [or(wire, after), next]);
    }
    return and(dbc.read(0), field(0, bits, this.width, this.wires));
  }

  /** a - b modulo 2^bits, in two's complement. */
  subtract(a: Row, b: Row, bits = this.width): Row {
    return this.add([a, this.complement(b, bits), this.number(1n)], bits);
  }

  complement(a: Row, bits = this.width): Row {
    return and(not(a), field(0, bits, this.width, this.wires));
  }

  /** Where `negative` is one over the lane: -a, elsewhere a. */
  negateWhere(negative: Row, a: Row, bits = this.width): Row {
    const one = and(negative, this.number(1n));
    return this.add([choose(negative, this.complement(a, bits), a), one], bits);
  }

  /** Seven rows to three of the same sum: one transverse read for all wires. */
  reduce(rows: readonly Row[]): [Row, Row, Row] {
    this.load(rows);
    const [sum, carry, second] = this.dbc.transverseRead();
    return [
      sum,
      shiftLanes(carry, 1, this.width, this.wires),
      shiftLanes(second, 2, this.width, this.wires),
    ];
  }

  /** Sum of any number of rows: reductions from seven to three until one addition can take the rest. */
  addMany(rows: readonly Row[], bits = this.width): Row {
    let left = [...rows];
    while (left.length > maxOperands) {
      const taken = left.slice(0, window);
      left = [...this.reduce(taken), ...left.slice(window)];
    }
    return this.add(left, bits);
  }

  /** Unsigned product of the lowest `bits` bits; needs lanes of at least 2 `bits` wires. */
  multiply(a: Row, b: Row, bits: number): Row {
    const partial = Array.from({ length: bits }, (_, i) =>
      and(shiftLanes(a, i, this.width, this.wires), spread(b, i, this.width, this.wires)),
    );
    return this.addMany(partial, 2 * bits);
  }

  /** Signed product: of the magnitudes, negated where the signs differ. `bits` includes the sign. */
  multiplySigned(a: Row, b: Row, bits: number): Row {
    const [na, nb] = [a, b].map((row) => spread(row, bits - 1, this.width, this.wires));
    const product = this.multiply(
      this.negateWhere(na, a, bits),
      this.negateWhere(nb, b, bits),
      bits,
    );
    const differ = or(and(na, not(nb)), and(nb, not(na)));
    return this.negateWhere(differ, product, 2 * bits);
  }

  private wire(k: number): Row {
    return field(k, k + 1, this.width, this.wires);
  }

  private padding(operands: number): Row[] {
    return Array.from({ length: maxOperands - operands }, () => this.zero());
  }
}

/** Reductions from seven rows to three that a sum of `rows` rows takes. */
export const reductions = (rows: number): number =>
  Math.max(0, Math.ceil((rows - maxOperands) / (window - 3)));
