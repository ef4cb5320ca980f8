import { mix, noiseKey } from '../physics/noise.js';
import { wordsOf } from './rows.js';
import type { Row } from './rows.js';

/** Primitives of a domain-block cluster, as they are timed and priced. */
export interface Primitives {
  reads: number;
  writes: number;
  /** Steps in which one access point or both write: what writing costs in time when both can at once. */
  writeSteps: number;
  shifts: number;
  transverseReads: number;
  transverseWrites: number;
}

export const noPrimitives = (): Primitives => ({
  reads: 0,
  writes: 0,
  writeSteps: 0,
  shifts: 0,
  transverseReads: 0,
  transverseWrites: 0,
});

export function addPrimitives(to: Primitives, more: Readonly<Primitives>, times = 1): void {
  to.reads += times * more.reads;
  to.writes += times * more.writes;
  to.writeSteps += times * more.writeSteps;
  to.shifts += times * more.shifts;
  to.transverseReads += times * more.transverseReads;
  to.transverseWrites += times * more.transverseWrites;
}

/** Geometry of a cluster. */
export interface DbcShape {
  /** Nanowires: bits of a row. A multiple of 32. */
  readonly wires: number;
  /** Data domains of a wire. */
  readonly domains: number;
}

/** Domains between the two access points, both included. */
export const window = 7;

/** A count that a transverse read gets wrong: which read, which wire, one too many or too few. */
export interface Fault {
  readonly read: number;
  readonly wire: number;
  readonly up: boolean;
}

/**
 * A domain-block cluster: parallel nanowires whose magnetic domains are pushed back and forth past two
 * access points. A transverse read returns, wire by wire, how many of the domains between the access points hold a
 * one: three bits, of which the sum bit, the carry and the second carry of an addition follow.
 *
 * Source: PIRM (arXiv 2108.01202) and CORUSCANT (MICRO 2022); functional behaviour as in the public
 * SPIMulator (ACM TECS 2024) except its order of carries. Limits: shifts never misalign unless a fault is
 * injected; a row is always accessed whole.
 */
export class Dbc {
  readonly counts = noPrimitives();
  /** Tape with room for one window on either side, so that every row reaches both access points. */
  private readonly tape: Row[];
  /** Tape index under access point 0. */
  private position = window;
  private readonly words: number;
  private faults: readonly Fault[] = [];
  private readsSinceFaults = 0;

  constructor(readonly shape: DbcShape) {
    this.words = wordsOf(shape.wires);
    this.tape = Array.from(
      { length: shape.domains + 2 * window },
      () => new Uint32Array(this.words),
    );
  }

  /** Faults of the transverse reads from here on. */
  inject(faults: readonly Fault[]): void {
    this.faults = faults;
    this.readsSinceFaults = 0;
  }

  /** Shifts until data row `row` lies under an access point. */
  align(row: number, point: 0 | 1 = 0): void {
    const target = window + row - (point === 1 ? window - 1 : 0);
    this.counts.shifts += Math.abs(target - this.position);
    this.position = target;
  }

  read(point: 0 | 1): Row {
    this.counts.reads++;
    return this.at(point).slice();
  }

  /** Writes the wires of a mask at one access point; the others keep their domain. */
  write(point: 0 | 1, data: Row, mask: Row): void {
    this.counts.writeSteps++;
    this.put(point, data, mask);
  }

  /** Writes at both access points in one step. */
  writeBoth(data: readonly [Row, Row], masks: readonly [Row, Row]): void {
    this.counts.writeSteps++;
    this.put(0, data[0], masks[0]);
    this.put(1, data[1], masks[1]);
  }

  /** Pushes a row in at access point 0: the window moves by one, its row at access point 1 is lost. */
  transverseWrite(data: Row): void {
    this.counts.transverseWrites++;
    for (let i = window - 1; i > 0; i--)
      this.tape[this.position + i].set(this.tape[this.position + i - 1]);
    this.tape[this.position].set(data);
  }

  /** Counts the ones of each wire between the access points, as three rows: bits 0, 1 and 2. */
  transverseRead(): [Row, Row, Row] {
    this.counts.transverseReads++;
    const [sum, carry, second] = [0, 1, 2].map(() => new Uint32Array(this.words));
    for (let i = 0; i < this.words; i++) {
      let [s, c, d] = [0, 0, 0];
      for (let k = 0; k < window; k++) {
        const bit = this.tape[this.position + k][i];
        const over = s & bit;
        s ^= bit;
        d ^= c & over;
        c ^= over;
      }
      sum[i] = s;
      carry[i] = c;
      second[i] = d;
    }
    this.strike(sum, carry, second);
    return [sum, carry, second];
  }

  private put(point: 0 | 1, data: Row, mask: Row): void {
    this.counts.writes++;
    const row = this.at(point);
    for (let i = 0; i < this.words; i++) row[i] = (data[i] & mask[i]) | (row[i] & ~mask[i]);
  }

  private at(point: 0 | 1): Row {
    return this.tape[this.position + (point === 1 ? window - 1 : 0)];
  }

  private strike(sum: Row, carry: Row, second: Row): void {
    const read = this.readsSinceFaults++;
    for (const fault of this.faults) {
      if (fault.read !== read) continue;
      const [word, bit] = [fault.wire >> 5, fault.wire & 31];
      const get = (row: Row): number => (row[word] >>> bit) & 1;
      const count = get(sum) + 2 * get(carry) + 4 * get(second);
      const wrong = fault.up ? count + 1 : count - 1;
      // At an extreme there is one neighbour only: half of the faults have nowhere to go.
      if (wrong < 0 || wrong > window) continue;
      for (const [k, row] of [sum, carry, second].entries())
        row[word] = (row[word] & ~(1 << bit)) | (((wrong >> k) & 1) << bit);
    }
  }
}

/**
 * Faults of one operation of `reads` transverse reads over `wires` wires: a pure function of seed and
 * number of the operation. The chance of two in one operation is neglected (below 1e-4 of the faults).
 * @param threshold probability that a read of one wire is wrong, times 2^32, times wires and reads of
 * the operation, at most 2^32
 */
export function faultsOf(
  seed: number,
  operation: number,
  shape: { readonly reads: number; readonly wires: number },
  perRead: number,
): Fault[] {
  const chance = perRead * shape.reads * shape.wires * 2 ** 32;
  if (chance === 0) return [];
  const key = noiseKey(seed, operation >>> 0, Math.floor(operation / 2 ** 32));
  if (mix(key) >>> 0 >= chance) return [];
  const place = mix(key ^ 0x5bd1e995) >>> 0;
  const index = Math.floor((place / 2 ** 32) * shape.reads * shape.wires);
  return [
    {
      read: Math.floor(index / shape.wires),
      wire: index % shape.wires,
      up: (mix(key ^ 0x27d4eb2f) & 1) === 1,
    },
  ];
}
