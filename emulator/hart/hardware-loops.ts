import { csrByAddress, pulpCsrByAddress, type CsrRow } from '../isa/csr.js';
import type { Decoded, Row } from '../isa/row.js';
import { OctobarError } from '../sim/error.js';
import type { CodeCache } from './code-cache.js';
import {
  COST_MASK,
  COST_SHIFT,
  HART_SHIFT,
  RD_MASK,
  RD_SHIFT,
  REGISTER_MASK,
  RS1_SHIFT,
  RS2_SHIFT,
} from './slot.js';
import type { HartState } from './state.js';

/** Fewest instructions of a body, and the least distance of the ends of nested loops in bytes. */
const MIN_BODY = 3;
export const MIN_END_DISTANCE = 8;

/** Bit of a slot word: the hart goes to `loopTarget` after this instruction. */
const JUMPS_BACK = 1 << 31;

/** What is known of an instruction that ends loops, while nothing changes in the code. */
interface LastInstruction {
  readonly generation: number;
  /** Slot word with the hazards of what lies behind the loop. */
  readonly on: number;
  /** Slot word with the hazards of the instruction at `start`. */
  back: number;
  start: number;
  /** ecall, ebreak and illegal words trap before the loop sees them. */
  readonly traps: boolean;
  /** Flushes the pipeline, and jumps back while it does. */
  readonly flushes: boolean;
}

/**
 * The two hardware loops of each hart. The code cache asks at each execution of an instruction that ends
 * a loop; there the count goes down, and the slot word gets bit 31 when the hart jumps back to the start.
 *
 * A jump back is free, because the fetch unit is told of it while the instruction before the last one is
 * in decode. The core cannot tell it in the first instruction after a pipeline flush: when that was the
 * last one or the one before, the last one jumps like a `jal` and costs a cycle, unless it waits in decode.
 * Source: CV32E40P user manual, "CORE-V Hardware Loop feature"; its RTL, controller, state DECODE_HWLOOP.
 */
export class HardwareLoops {
  /** Bodies that were found good: end by start, for each loop. */
  private readonly good = [new Map<number, number>(), new Map<number, number>()] as const;
  private readonly last = new Map<number, LastInstruction>();
  private generation = -1;
  private readonly csrs: ReadonlyMap<number, CsrRow>;
  /** Bytes from the last instruction of a loop to what its end register holds. */
  private readonly endDistance: number;

  /** @param older the rules of RI5CY instead of those of CV32E40P */
  constructor(
    private readonly state: HartState,
    private readonly codeCache: CodeCache,
    private readonly older: boolean,
  ) {
    this.csrs = older ? pulpCsrByAddress : csrByAddress;
    this.endDistance = older ? 0 : 4;
  }

  /** Loop registers of a hart were written one by one. */
  watchEnds(hart: number): void {
    const { loopCount0, loopEnd0, loopCount1, loopEnd1 } = this.state;
    const at = hart << HART_SHIFT;
    if (loopCount0[at] !== 0) this.codeCache.watchLoopEnd(loopEnd0[at] - this.endDistance);
    if (loopCount1[at] !== 0) this.codeCache.watchLoopEnd(loopEnd1[at] - this.endDistance);
  }

  private forgetOldCode(): void {
    if (this.generation === this.codeCache.generation) return;
    this.generation = this.codeCache.generation;
    this.last.clear();
    this.good[0].clear();
    this.good[1].clear();
  }

  // --- Set-up --------------------------------------------------------------------------------

  /** Executes a set-up instruction at the pc of a hart; `immediate` is its second slot word. */
  setUp(hart: number, row: Row, slot: number, immediate: number, now: number): void {
    const at = hart << HART_SHIFT;
    const s = this.state;
    const pc = s.pc[at];
    const loop = (slot >>> RD_SHIFT) & RD_MASK;
    const [starts, ends, counts] =
      loop === 0
        ? [s.loopStart0, s.loopEnd0, s.loopCount0]
        : [s.loopStart1, s.loopEnd1, s.loopCount1];
    const { start, end, count } = row.loop!;
    const name = this.older ? (row.pulp?.name ?? row.name) : row.name;
    const refuse = (rule: string): never => {
      throw new OctobarError('hardware-loop', `${name} of loop ${loop}: ${rule}`, {
        hart,
        pc: pc >>> 0,
        cycle: now,
        hint: `the hardware would go on with undefined behaviour; the rules are in the ${this.older ? 'RI5CY user manual, "Hardware Loops"' : 'CV32E40P user manual, "CORE-V Hardware Loop feature"'}`,
      });
    };
    const relative = start === 'next' || start === 'offset' || end === 'offset';
    const strict = !this.older;
    if (strict && relative && (pc & 3) !== 0)
      refuse('the set-up instruction must lie at a multiple of 4');
    if (strict && (start !== undefined || end !== undefined) && counts[at] !== 0) {
      refuse(`start and end must not change while the count is not 0 (it is ${counts[at] >>> 0})`);
    }
    const register = s.registers[at + ((slot >>> RS1_SHIFT) & REGISTER_MASK)];
    // cv.setupi has its count in the immediate, and the words to its end in the place of rs2.
    const offset =
      row.format === 'loop-setup-immediate'
        ? (this.older ? 2 : 4) * ((slot >>> RS2_SHIFT) & REGISTER_MASK)
        : immediate;
    // The low bits of both addresses are wired to 0: two, or one of RI5CY.
    const wired = this.older ? -2 : -4;
    if (start !== undefined) {
      starts[at] =
        start === 'next' ? pc + 4 : start === 'register' ? register & wired : (pc + offset) & wired;
    }
    if (end !== undefined) ends[at] = end === 'register' ? register & wired : (pc + offset) & wired;
    if (count !== undefined) counts[at] = count === 'register' ? register : immediate;
    if (counts[at] === 0) return;
    // RI5CY takes the three registers in any order: until all are there, there is nothing to check.
    if (count === undefined) return this.older ? this.watchEnds(hart) : undefined;
    if (this.older && (starts[at] === 0 || ends[at] === 0)) return;
    this.forgetOldCode();
    if (this.good[loop].get(starts[at]) !== ends[at]) {
      this.checkBody(loop, starts[at], ends[at], refuse);
    }
    if (strict) this.checkNesting(at, refuse);
    this.codeCache.watchLoopEnd(ends[at] - this.endDistance);
    this.forgetOldCode();
    this.good[loop].set(starts[at], ends[at]);
  }

  /** Bodies that harts turned in: end by start. */
  bodies(loop: 0 | 1): ReadonlyMap<number, number> {
    return this.good[loop];
  }

  /** Whether a body keeps the rules. Its code is looked at: when it changes, code is dropped. */
  isGood(loop: 0 | 1, start: number, end: number): boolean {
    try {
      this.checkBody(loop, start, end, () => {
        throw new OctobarError('hardware-loop', 'a rule is broken');
      });
    } catch {
      return false;
    }
    for (let pc = start; pc !== end; pc += 4) this.codeCache.isLong(pc);
    return true;
  }

  private checkBody(
    loop: number,
    start: number,
    end: number,
    refuse: (rule: string) => never,
  ): void {
    if (this.older) return this.checkOlderBody(start, end, refuse);
    const bytes = (end >>> 0) - (start >>> 0);
    if (bytes < 4 * MIN_BODY) {
      refuse(`the body must have at least ${MIN_BODY} instructions, it has ${bytes} bytes`);
    }
    for (let pc = start; pc !== end; pc += 4) {
      if (this.codeCache.indexOf(pc) < 0) refuse('the body must lie in memory');
      const decoded = this.codeCache.decodeAt(pc);
      const rule = decoded && forbidden(decoded, loop, pc === ((end - 4) | 0));
      if (rule !== undefined) {
        refuse(`${rule}, but ${this.codeCache.disassemble(pc).text} is at 0x${hex(pc)}`);
      }
    }
  }

  /** RI5CY: at least two instructions, and the last one is no jump; all else may be inside. */
  private checkOlderBody(start: number, last: number, refuse: (rule: string) => never): void {
    if (this.codeCache.indexOf(start) < 0 || this.codeCache.indexOf(last) < 0) {
      refuse('the body must lie in memory');
    }
    const bytes = this.codeCache.isLongWithoutMark(start) ? 4 : 2;
    if (last >>> 0 < (start >>> 0) + bytes) {
      refuse('the body must have at least 2 instructions, and end where the last one begins');
    }
    const decoded = this.codeCache.decodeAt(last);
    const rule = decoded && forbiddenAtEnd(decoded);
    if (rule !== undefined) {
      refuse(`${rule}, but ${this.codeCache.disassemble(last).text} is at 0x${hex(last)}`);
    }
  }

  private checkNesting(at: number, refuse: (rule: string) => never): void {
    const s = this.state;
    if (s.loopCount0[at] === 0 || s.loopCount1[at] === 0) return;
    const [start0, end0] = [s.loopStart0[at] >>> 0, s.loopEnd0[at] >>> 0];
    const [start1, end1] = [s.loopStart1[at] >>> 0, s.loopEnd1[at] >>> 0];
    if (end0 <= start1 || end1 <= start0) return;
    if (start1 > start0) refuse('of two nested loops, loop 0 must be the inner one');
    if (end1 < end0 + MIN_END_DISTANCE) {
      refuse(
        `the outer loop must end at least ${MIN_END_DISTANCE} bytes after the inner one, not ${end1 - end0}`,
      );
    }
  }

  // --- Turns ---------------------------------------------------------------------------------

  /** Slot word of the instruction at `pc` when it is known to end a loop and is not probed, else 0. */
  known(pc: number): number {
    const entry = this.last.get(pc);
    return entry !== undefined && entry.generation === this.codeCache.generation ? entry.on : 0;
  }

  /**
   * The word to execute for the instruction at `pc`, which ends a loop and has the slot word `on`.
   * Counts down; `cacheable`: `known` may answer from now on.
   */
  atEnd(hart: number, pc: number, on: number, cacheable: boolean): number {
    const at = hart << HART_SHIFT;
    const s = this.state;
    const waited = s.waited[at] !== 0;
    const end = (pc + this.endDistance) | 0;
    s.waited[at] = 0;
    s.loopCounted[at] = 0;
    const entry = this.entryOf(pc, on, cacheable);
    if (entry.traps) return on;
    let left: number;
    let start: number;
    if (s.loopEnd0[at] === end && s.loopCount0[at] !== 0) {
      s.loopCounted[at] = 1;
      left = --s.loopCount0[at];
      start = s.loopStart0[at];
      // Where both loops of RI5CY end at once, the outer one goes on when the inner one is through.
      if (left === 0 && this.older && s.loopEnd1[at] === end && s.loopCount1[at] !== 0) {
        s.loopCounted[at] = 3;
        left = --s.loopCount1[at];
        start = s.loopStart1[at];
      }
    } else if (s.loopEnd1[at] === end && s.loopCount1[at] !== 0) {
      s.loopCounted[at] = 2;
      left = --s.loopCount1[at];
      start = s.loopStart1[at];
    } else return on;
    if (this.older) return this.olderBack(at, pc, on, start, left, entry);
    const flushed = s.afterFlush[at];
    const late = !this.codeCache.functional && (flushed === pc || flushed === ((pc - 4) | 0));
    if (late) s.afterFlush[at] = 0;
    if (left === 0) return on;
    s.loopTarget[at] = start;
    s.loopExtra[at] = 0;
    s.loopBytes[at] = 2 + ((on >>> 27) & 2);
    if (entry.start !== start) {
      entry.start = start;
      entry.back = this.codeCache.loopBackWord(pc, on, start) | JUMPS_BACK;
    }
    if (late && !entry.flushes && !waited) {
      s.loopExtra[at] = 1;
      // The bubble covers a load-use hazard with the first instruction.
      return (entry.back & ~(COST_MASK << COST_SHIFT)) | (1 << COST_SHIFT);
    }
    return entry.back;
  }

  /** RI5CY: the jump back is free, but fetching a 32-bit instruction that straddles two words is not. */
  private olderBack(
    at: number,
    pc: number,
    on: number,
    start: number,
    left: number,
    entry: LastInstruction,
  ): number {
    if (left === 0) return on;
    const s = this.state;
    s.loopTarget[at] = start;
    s.loopExtra[at] = (start & 2) !== 0 && this.codeCache.isLong(start) ? 1 : 0;
    if (entry.start !== start) {
      entry.start = start;
      entry.back = this.codeCache.loopBackWord(pc, on, start) | JUMPS_BACK;
    }
    return entry.back;
  }

  private entryOf(pc: number, on: number, cacheable: boolean): LastInstruction {
    const old = this.last.get(pc);
    if (old !== undefined && old.generation === this.codeCache.generation) return old;
    const decoded = this.codeCache.decodeAt(pc);
    const timing = decoded?.row.timing;
    const entry = {
      generation: this.codeCache.generation,
      on,
      back: on | JUMPS_BACK,
      start: -1,
      traps: decoded === undefined || timing === 'ecall' || timing === 'ebreak',
      flushes: timing === 'csr' && this.csrs.get(decoded!.imm)?.flushes === true,
    };
    if (cacheable) this.last.set(pc, entry);
    return entry;
  }

  /** An instruction that is over gives the pc on; returns the cycles that a jump back costs. */
  advance(hart: number, slot: number): number {
    const at = hart << HART_SHIFT;
    if (slot < 0) return this.jumpBack(hart);
    this.state.pc[at] += 2 + ((slot >>> 27) & 2);
    return 0;
  }

  jumpBack(hart: number): number {
    const at = hart << HART_SHIFT;
    const s = this.state;
    s.remember(hart, s.pc[at], s.loopTarget[at]);
    s.walked[at] += s.pc[at] + s.loopBytes[at] - s.loopTarget[at];
    s.pc[at] = s.loopTarget[at];
    if (s.loopExtra[at] !== 0) s.addStall(hart, 'jump', s.loopExtra[at]);
    return s.loopExtra[at];
  }

  /** The access in flight is given up and will be repeated: a turn that it counted is counted again. */
  takeBack(hart: number): void {
    const at = hart << HART_SHIFT;
    const s = this.state;
    if (!this.codeCache.endsLoop(s.pc[at])) return;
    if ((s.loopCounted[at] & 1) !== 0) s.loopCount0[at]++;
    if ((s.loopCounted[at] & 2) !== 0) s.loopCount1[at]++;
    s.loopCounted[at] = 0;
  }
}

/** The rule that an instruction breaks inside the body of a loop. */
function forbidden(d: Decoded, loop: number, isLast: boolean): string | undefined {
  if (d.bytes === 2) return 'the body must have no compressed instructions';
  if (d.row.loop !== undefined && d.rd === loop) {
    return 'the body must not set up the loop that it belongs to';
  }
  switch (d.row.timing) {
    case 'branch':
    case 'jump':
    case 'jalr':
      return 'the body must have no branches and jumps';
    case 'fence':
      return 'the body must have no fences';
    case 'mret':
    case 'wfi':
      return 'the body must have no mret and no wfi';
    case 'event-load':
      // The RTL does not count the turn then: the loop would never end.
      return isLast ? 'the last instruction must not be an event load' : undefined;
    default:
      return undefined;
  }
}

/** The rule of RI5CY that an instruction breaks at the end of a loop. */
function forbiddenAtEnd({ row }: Decoded): string | undefined {
  switch (row.timing) {
    case 'branch':
    case 'jump':
    case 'jalr':
    case 'mret':
      return 'the last instruction must not be a branch or jump';
    case 'wfi':
    case 'event-load':
      return 'the last instruction must not put the hart to sleep';
    case 'loop':
      return 'the last instruction must not set up a loop';
    default:
      return undefined;
  }
}

const hex = (address: number): string => (address >>> 0).toString(16).padStart(8, '0');
