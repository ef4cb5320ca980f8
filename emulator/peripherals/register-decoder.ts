import { OctobarError, hex } from '../sim/error.js';
import type { Register, RegisterMap } from '../sim/registers.js';

/** A register and, in a register array, which copy of it. */
export interface RegisterHit {
  readonly register: Register;
  readonly index: number;
}

type Hits = readonly (RegisterHit | undefined)[];

/** By map: each machine has the same blocks. */
const known = new WeakMap<RegisterMap, Hits>();

/** Word by word, what lies in a block. */
function hitsOf(map: RegisterMap, block: string): Hits {
  const found = known.get(map);
  if (found !== undefined) return found;
  const hits: (RegisterHit | undefined)[] = Array.from({ length: map.size >> 2 });
  for (const register of map.registers) {
    const stride = register.stride ?? 4;
    for (let index = 0; index < (register.count ?? 1); index++) {
      const word = (register.offset + index * stride) >> 2;
      if (hits[word] !== undefined || word >= hits.length) {
        throw new OctobarError(
          'internal',
          `register ${register.name} of ${block} overlaps or lies outside the block`,
        );
      }
      hits[word] = { register, index };
    }
  }
  known.set(map, hits);
  return hits;
}

/**
 * Turns offsets into registers of a map and rejects, by name, every access that the map forbids:
 * the models behind it see legal accesses only.
 */
export class RegisterDecoder {
  private readonly hits: Hits;

  /**
   * @param block name for people, e.g. `event unit`
   * @param anySize true when byte and halfword accesses are legal
   */
  constructor(
    private readonly block: string,
    private readonly map: RegisterMap,
    private readonly anySize = false,
  ) {
    this.hits = hitsOf(map, block);
  }

  /** The register that `offset` names, if there is one. */
  at(offset: number): RegisterHit | undefined {
    return (offset & 3) === 0 ? this.hits[offset >>> 2] : undefined;
  }

  /** The register that `offset` names; throws `device-misuse` when this access is not legal. */
  find(offset: number, size: number, write: boolean): RegisterHit {
    const hit = this.hits[offset >> 2];
    if (hit === undefined) throw this.unclaimed(offset);
    const { register } = hit;
    if (register.modelled === false) {
      throw this.misuse(
        `${this.label(hit)} exists in hardware but is not modelled`,
        'the program must not depend on it; the register page of the block lists what is modelled',
      );
    }
    if (!this.anySize && (size !== 4 || (offset & 3) !== 0)) {
      throw this.misuse(
        `${this.label(hit)} is accessed with ${size} byte(s) at offset ${hex(offset)}`,
        'registers of this block are 32 bits wide: use an aligned lw or sw',
      );
    }
    if (write ? register.access === 'ro' : register.access === 'wo') {
      throw this.misuse(
        `${this.label(hit)} is ${write ? 'read-only' : 'write-only'}`,
        register.meaning,
      );
    }
    return hit;
  }

  /** Full name of a register for messages. */
  label(hit: RegisterHit): string {
    const copy = hit.register.count === undefined ? '' : `[${hit.index}]`;
    return `${this.block}: register ${this.map.name}_${hit.register.name}${copy}`;
  }

  misuse(reason: string, hint: string): OctobarError {
    return new OctobarError('device-misuse', reason, { hint });
  }

  private unclaimed(offset: number): OctobarError {
    let below = offset >> 2;
    while (below > 0 && this.hits[below] === undefined) below--;
    const near = this.hits[below];
    const where = near
      ? `the nearest register below is ${this.map.name}_${near.register.name} at offset ${hex(below << 2)}`
      : 'no register lies below it';
    return this.misuse(`${this.block}: no register at offset ${hex(offset)}`, where);
  }
}
