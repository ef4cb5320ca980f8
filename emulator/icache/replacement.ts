import { separateArena, type Arena } from '../memory/arena.js';
import { octets } from './arrays.js';

/**
 * Pseudo-random ways, one generator for each private cache and each shared bank: an 8-bit feedback
 * shift register that steps only when its way is taken, so the choice is a function of the refills alone.
 * Source: pulp-platform/common_cells lfsr_8bit (taps 7, 3, 2, 1, inverted; starts at 0).
 */
export class Replacement {
  /** By generator. */
  readonly state: Uint8Array;

  constructor(
    generators: number,
    private readonly ways: number,
    arena: Arena = separateArena,
  ) {
    this.state = octets(arena, generators);
  }

  take(generator: number): number {
    const q = this.state[generator];
    this.state[generator] = (q << 1) | (~((q >> 7) ^ (q >> 3) ^ (q >> 2) ^ (q >> 1)) & 1);
    return q & (this.ways - 1);
  }

  reset(): void {
    this.state.fill(0);
  }

  save(): Uint8Array {
    return this.state.slice();
  }

  restore(state: Uint8Array): void {
    this.state.set(state);
  }
}
