import { OctobarError } from '../sim/error.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { CodeCache } from './code-cache.js';
import type { HardwareLoops } from './hardware-loops.js';
import type { HartsHost } from './host.js';
import { HART_SHIFT, LONG, rowOf } from './slot.js';
import { AT, type HartState } from './state.js';

/** How an instruction comes to a hart: the way out of the interpreter when a decoded slot is not enough. */
export class InstructionFetch {
  /** Cycle in which a probe let the run stop: the hart passes it without asking when it goes on. */
  readonly stoppedAt: Float64Array;
  /** Cycle in which a hart asked for its instruction and need not wait, before it issues. */
  private readonly answeredAt: Float64Array;
  /** What is executed has been fetched already: nothing waits, and the instruction cache stays as it is. */
  fetched = false;

  constructor(
    private readonly state: HartState,
    private readonly codeCache: CodeCache,
    private readonly loops: HardwareLoops,
    private readonly host: HartsHost,
    /** Undefined: every fetch hits. */
    private readonly icache: InstructionCache | undefined,
    /** The hart outside the cluster, whose fetches pass by the cache; -1 when there is none. */
    private readonly outside: number,
  ) {
    this.stoppedAt = new Float64Array(state.count).fill(-1);
    this.answeredAt = new Float64Array(state.count).fill(-1);
  }

  indexOf(hart: number, pc: number): number {
    const index = this.codeCache.indexOf(pc);
    if (index >= 0) return index;
    throw this.fault(hart, pc, pc);
  }

  private fault(hart: number, pc: number, address: number): OctobarError {
    const now = this.state.clock[AT];
    this.state.pc[hart << HART_SHIFT] = pc;
    this.state.next[hart << HART_SHIFT] = now;
    return new OctobarError(
      'unmapped-access',
      'instruction fetch from an address that is no memory',
      {
        hart,
        pc: pc >>> 0,
        address: address >>> 0,
        cycle: now,
        hint: 'a jump through a null or damaged pointer, a return with a lost ra, or code outside L2 and TCDM',
      },
    );
  }

  /**
   * Cycles that the hart waits in cycle `now` for the instruction at `pc`, which lies at `index` of the
   * code; 0 when its lines are there. They are counted as a stall.
   */
  wait(hart: number, pc: number, index: number, now: number): number {
    if (this.icache === undefined || hart === this.outside || this.fetched) return 0;
    if (this.answeredAt[hart] === now) return 0;
    // The second half of an instruction that ends outside memory is a fault of `resolve`.
    const behind = this.codeCache.isLongWithoutMark(pc) ? this.codeCache.indexOf(pc + 2) : index;
    const wait = this.icache.fetch(hart, index, behind < 0 ? index : behind, now);
    if (wait !== 0) this.state.addStall(hart, 'icache', wait);
    return wait;
  }

  /** The instruction that a hart issues in cycle `now` is there: to ask for it again changes nothing. */
  answered(hart: number, now: number): void {
    this.answeredAt[hart] = now;
  }

  /** What was answered in a cycle was so in another run. */
  forget(): void {
    this.answeredAt.fill(-1);
  }

  resolve(hart: number, pc: number, index: number): number {
    const known = this.loops.known(pc);
    if (known !== 0) return this.loops.atEnd(hart, pc, known, true);
    const now = this.state.clock[AT];
    this.state.pc[hart << HART_SHIFT] = pc;
    this.state.next[hart << HART_SHIFT] = now;
    const word = this.codeCache.fill(pc, index);
    if ((word & LONG) !== 0 && this.codeCache.indexOf(pc + 2) < 0) {
      throw this.fault(hart, pc, pc + 2);
    }
    if (!this.codeCache.isProbed(pc)) return this.issued(hart, pc, word, true);
    if (this.stoppedAt[hart] === now) return this.issued(hart, pc, word, false);
    const isJalr = rowOf(word)?.timing === 'jalr';
    if (isJalr && this.state.jalrReady[hart << HART_SHIFT] > now) return word;
    if (this.host.probed(hart, pc >>> 0, now)) {
      this.stoppedAt[hart] = now;
      return 0;
    }
    // The probe may have written memory or set other probes: the slot is perhaps gone.
    return this.issued(hart, pc, this.codeCache.fill(pc, index), false);
  }

  /** The word of an instruction that really issues now: hardware loops that end there count it. */
  private issued(hart: number, pc: number, word: number, cacheable: boolean): number {
    return this.codeCache.endsLoop(pc) ? this.loops.atEnd(hart, pc, word, cacheable) : word;
  }
}
