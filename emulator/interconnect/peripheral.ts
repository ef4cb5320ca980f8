import type { RegisterMap } from '../sim/registers.js';
import type { Stateful } from '../sim/unit.js';

/**
 * A memory-mapped block. The address map gives it a base and the latency of the path.
 * An offset that no register claims, or one that is not modelled, is an OctobarError
 * `device-misuse` naming the block, the register and the fix; the machine adds hart and pc.
 */
export interface Peripheral extends Stateful {
  readonly name: string;
  readonly registers: RegisterMap;
  /**
   * @param offset byte offset from the base of the block
   * @param size 1, 2 or 4 bytes; the value is zero-extended
   * @param hart the hart that reads, or -1 for a debugger
   */
  read(offset: number, size: number, hart: number, now: number): number;
  write(offset: number, value: number, size: number, hart: number, now: number): void;
}
