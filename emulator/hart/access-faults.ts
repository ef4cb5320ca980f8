import { OctobarError } from '../sim/error.js';
import type { Harts } from './harts.js';
import { HART_SHIFT, rowOf } from './slot.js';

/** The errors of loads and stores: each names hart, pc, address and cycle, and what to do. */
export class AccessFaults {
  constructor(private readonly harts: Harts) {}

  notForController(hart: number, what: string, at: number, now: number): OctobarError {
    return this.fault(
      'unmapped-access',
      `${what} has no way to the controller hart`,
      hart,
      at,
      now,
      'test-and-set and the direct links belong to the harts of the cluster; the controller has the TCDM at 0x10000000, and the ports of all harts at 0x10200800 (event unit) and 0x10201800 (DMA)',
    );
  }

  /** Mnemonic of the instruction in flight, in the dialect of the machine. */
  nameAt(hart: number): string {
    const decoded = this.harts.codeCache.decodeAt(this.harts.state.pc[hart << HART_SHIFT]);
    return decoded?.encoding.name ?? 'access';
  }

  unmapped(hart: number, slot: number, address: number, now: number): OctobarError {
    const what = rowOf(slot)!.memory!.write ? 'store to' : 'load from';
    const name = this.nameAt(hart);
    return this.fault(
      'unmapped-access',
      `${name}: ${what} an address that nothing claims`,
      hart,
      address,
      now,
      'compare the address with `octobar map`; a null pointer, a stack overflow or a wrong base are the usual causes',
    );
  }

  fault(
    code: 'misaligned' | 'unmapped-access',
    reason: string,
    hart: number,
    address: number,
    now: number,
    hint: string,
  ): OctobarError {
    return new OctobarError(code, reason, {
      hart,
      pc: this.harts.state.pc[hart << HART_SHIFT] >>> 0,
      address,
      cycle: now,
      hint,
    });
  }
}
