import type { Decoder } from '../isa/decoder.js';
import { disassemble } from '../isa/disassembler.js';
import { mentions } from '../isa/expression.js';
import type { Decoded } from '../isa/row.js';
import { ILLEGAL, operationOf } from '../isa/table.js';
import type { Memory } from '../memory/memory.js';
import type { ConfigOf } from '../sim/parameters.js';
import {
  ASK,
  COST_MASK,
  COST_SHIFT,
  FEEDS_JALR,
  LONG,
  NEXT_IS_JUMP,
  RD_SHIFT,
  RS1_SHIFT,
  RS2_SHIFT,
  rowOf,
  SINK,
} from './slot.js';
import { isFunctional } from '../functional.js';
import type { timingParameters } from './timing.js';

/**
 * Decoded code. A slot is filled at first execution, with the costs that do not depend on data:
 * hazards between neighbours, and the alignment of a branch target. A store onto a decoded or
 * examined halfword drops everything, so code is coherent at once, as with an ideal fetch port.
 */
export class CodeCache {
  readonly slots: Int32Array;
  /** By halfword: an instruction there loaded from L2. To know it makes translated code faster, and changes nothing else. */
  readonly loadsL2: Uint8Array;
  /** End of decoded code in the TCDM, as an offset; 0 while there is none. */
  tcdmCodeEnd = 0;
  /** Slots in use: code that changes itself must not pay for memory that it never ran. */
  private readonly used: number[] = [];
  private readonly probed = new Set<number>();
  /** Last instructions of hardware loops: asked for at each execution. */
  private readonly loopEnds = new Set<number>();
  /** Changes whenever slots are dropped. */
  generation = 0;
  /** No instruction waits for another. */
  readonly functional: boolean;
  /** Called before code changes under harts: who ran ahead must come back first. */
  beforeChange: () => void = () => undefined;

  constructor(
    private readonly l2: Memory,
    private readonly tcdm: Memory,
    private readonly decoder: Decoder,
    private readonly timing: ConfigOf<typeof timingParameters>,
  ) {
    this.slots = new Int32Array(l2.size + tcdm.size);
    this.loadsL2 = new Uint8Array((l2.size + tcdm.size) >> 1);
    this.functional = isFunctional(timing);
  }

  /** Index of a pc in `slots`, or -1 when it is outside L2 and TCDM. */
  indexOf(pc: number): number {
    const address = pc >>> 0;
    if (this.l2.contains(address, 2)) return address - this.l2.base;
    if (this.tcdm.contains(address, 2)) return this.l2.size + address - this.tcdm.base;
    return -1;
  }

  setProbe(pc: number, on: boolean): void {
    if (on) this.probed.add(pc >>> 0);
    else this.probed.delete(pc >>> 0);
    this.invalidate();
  }

  isProbed(pc: number): boolean {
    return this.probed.has(pc >>> 0);
  }

  /** From now on the instruction at this address is the last one of a hardware loop of some hart. */
  watchLoopEnd(pc: number): void {
    if (this.loopEnds.has(pc >>> 0)) return;
    this.loopEnds.add(pc >>> 0);
    // Its slot and those before it say what ends a loop.
    const index = this.indexOf(pc);
    const slots = [index, index - 2, index - 4];
    if (slots.some((at) => at >= 0 && this.slots[at] !== 0)) this.invalidate();
  }

  endsLoop(pc: number): boolean {
    return this.loopEnds.has(pc >>> 0);
  }

  /** Ends that are watched are state, also where no turns are left: what waits in decode there is not a jump. */
  save(): unknown {
    return [...this.loopEnds];
  }

  restore(saved: unknown): void {
    this.loopEnds.clear();
    for (const pc of saved as readonly number[]) this.loopEnds.add(pc);
    this.invalidate();
  }

  invalidate(): void {
    this.generation++;
    for (const index of this.used) this.slots[index] = 0;
    this.used.length = 0;
    this.tcdmCodeEnd = 0;
  }

  /**
   * Bytes of one memory changed, or some around them: drops all slots when one of them had been looked
   * at. The halfword before them may begin a 32-bit instruction.
   */
  changed(address: number, bytes: number): void {
    if (!this.holds(address, bytes)) return;
    this.beforeChange();
    this.invalidate();
  }

  /** Whether a slot depends on these bytes. */
  holds(address: number, bytes: number): boolean {
    const index = this.indexOf(address & -2);
    if (index < 0) return false;
    const low = index < this.l2.size ? 0 : this.l2.size;
    const high = index < this.l2.size ? this.l2.size : this.slots.length;
    const end = Math.min(index + (address & 1) + bytes, high);
    for (let at = Math.max(index - 2, low); at < end; at += 2)
      if (this.slots[at] !== 0) return true;
    return false;
  }

  private halfword(address: number): number {
    const memory = this.l2.contains(address, 2) ? this.l2 : this.tcdm;
    return memory.contains(address, 2) ? memory.u16[(address - memory.base) >> 1] : 0;
  }

  /** Marks a halfword whose contents a neighbour's slot depends on. */
  private look(address: number): void {
    const index = this.indexOf(address);
    if (index >= 0 && this.slots[index] === 0) this.mark(index, ASK);
  }

  private mark(index: number, word: number): void {
    if (this.slots[index] === 0) this.used.push(index);
    this.slots[index] = word;
    if (index >= this.l2.size) {
      this.tcdmCodeEnd = Math.max(this.tcdmCodeEnd, index - this.l2.size + 4);
    }
  }

  /** The instruction at an address without changing anything; undefined when illegal. */
  decodeAt(address: number): Decoded | undefined {
    return this.decoder.decode(this.wordAt(address));
  }

  /** 32 bits of code, as they are; 0 where there is no memory. */
  wordAt(address: number): number {
    const pc = address >>> 0;
    return this.halfword(pc) | (this.halfword(pc + 2) << 16);
  }

  /** For costs that are cached: a later store there must drop them. */
  isLong(address: number): boolean {
    this.look(address >>> 0);
    return this.isLongWithoutMark(address);
  }

  isLongWithoutMark(address: number): boolean {
    return (this.halfword(address >>> 0) & 3) === 3;
  }

  disassemble(address: number): { text: string; bytes: number } {
    const decoded = this.decodeAt(address);
    if (decoded) return { text: disassemble(decoded, address), bytes: decoded.bytes };
    const low = this.halfword(address >>> 0);
    const bytes = (low & 3) === 3 ? 4 : 2;
    const word = bytes === 4 ? low | (this.halfword((address >>> 0) + 2) << 16) : low;
    return { text: `.insn ${bytes}, 0x${(word >>> 0).toString(16)}`, bytes };
  }

  /** Fills the slot of a pc and returns its first word (without the bit that asks for `resolve`). */
  fill(pc: number, index: number): number {
    const address = pc >>> 0;
    const decoded = this.decodeAt(address);
    let word: number;
    let immediate = 0;
    if (decoded === undefined) {
      const long = (this.halfword(address) & 3) === 3;
      word = ILLEGAL | (long ? LONG : 0) | (1 << COST_SHIFT);
    } else {
      word = this.encode(decoded, address);
      const { timing } = decoded.row;
      immediate = timing === 'branch' || timing === 'jump' ? address + decoded.imm : decoded.imm;
    }
    this.slots[index + 1] = immediate;
    const isCut = (word & LONG) !== 0 && this.indexOf(pc + 2) < 0;
    const ask = isCut || this.probed.has(address) || this.loopEnds.has(address);
    this.mark(index, ask ? word | ASK : word);
    return word;
  }

  /**
   * Slot of the last instruction of a loop when its first one follows: the hazard is with that one, and
   * no jump is near. The halfwords it depends on are looked at.
   */
  loopBackWord(last: number, word: number, start: number): number {
    this.look(start >>> 0);
    const decoded = this.decodeAt(last);
    const next = this.decodeAt(start);
    const hazard = decoded?.row.timing === 'load' && next ? loadUse(decoded, next) : 0;
    const kept = word & ~((COST_MASK << COST_SHIFT) | NEXT_IS_JUMP | FEEDS_JALR);
    return kept | ((1 + hazard * this.timing.load_use) << COST_SHIFT);
  }

  /**
   * Word of an access when it takes two turns, because it crosses a word: its stepped base is written in
   * the first, so a jalr through it waits behind the rest of the access like other jumps.
   */
  wordInTwo(pc: number, word: number): number {
    const cost = (word >>> COST_SHIFT) & COST_MASK;
    const step = rowOf(word)?.memory?.postIncrement === true;
    // With ASK, a hardware loop jumps back behind the access: no jump follows.
    if (!step || cost === 1 || (word & (NEXT_IS_JUMP | ASK)) !== 0) return word;
    const decoded = this.decodeAt(pc)!;
    const next = this.decodeAt((pc + decoded.bytes) >>> 0);
    if (next?.row.timing !== 'jalr') return word;
    const hazard = decoded.row.timing === 'load' ? loadUse(decoded, next) : 0;
    const kept = word & ~(COST_MASK << COST_SHIFT);
    return kept | NEXT_IS_JUMP | ((1 + hazard * this.timing.load_use) << COST_SHIFT);
  }

  private encode(d: Decoded, address: number): number {
    const { row } = d;
    let word =
      operationOf.get(row)! |
      ((d.rd === 0 && writesDestination(d) ? SINK : d.rd) << RD_SHIFT) |
      (d.rs1 << RS1_SHIFT) |
      (d.rs2 << RS2_SHIFT) |
      (d.bytes === 4 ? LONG : 0);
    const followsAt = address + d.bytes;
    let cost = 1;
    switch (row.timing) {
      case 'branch':
        cost = this.timing.branch_taken + this.splitCost(address + d.imm);
        break;
      case 'jump':
        cost = this.timing.jump + this.splitCost(address + d.imm);
        break;
      case 'fence':
        cost = this.timing.fence + this.splitCost(followsAt);
        break;
      case 'jalr':
      case 'ecall':
      case 'ebreak':
      case 'mret':
      case 'wfi':
        break;
      default: {
        if (this.functional) break;
        this.look(followsAt);
        const next = this.decodeAt(followsAt);
        if (next === undefined) break;
        if (next.row.timing === 'jump' || next.row.timing === 'jalr') word |= NEXT_IS_JUMP;
        // A jump back of a loop hides behind what its last instruction waits for, too.
        if (this.loopEnds.has(followsAt >>> 0)) word |= NEXT_IS_JUMP;
        if (row.timing === 'load') cost += loadUse(d, next) * this.timing.load_use;
        if (this.feedsJalr(d, next, followsAt + next.bytes)) word |= FEEDS_JALR;
        else if (stepsBase(d) && next.row.timing === 'jalr' && next.rs1 === d.rs1) {
          // The stepped base comes out of the ALU, a cycle before a loaded value would.
          // One cycle serves both when the link is the loaded register.
          cost = 2;
          word &= ~NEXT_IS_JUMP;
        }
      }
    }
    return word | (cost << COST_SHIFT);
  }

  private splitCost(target: number): number {
    return (target & 2) !== 0 && this.isLong(target) ? this.timing.split_target : 0;
  }

  /** A result reaches a jalr in decode late from the instruction before it, a load even from two before. */
  private feedsJalr(d: Decoded, next: Decoded, afterNext: number): boolean {
    // An event load flushes what is behind it: its result is there when the next one is in decode.
    if (d.rd === 0 || !writesDestination(d) || d.row.timing === 'event-load') return false;
    if (next.row.timing === 'jalr') return next.rs1 === d.rd;
    if (d.row.timing !== 'load' || writesThroughAlu(next, d.rd)) return false;
    if (next.rd === d.rd && writesDestination(next)) return false;
    this.look(afterNext);
    const second = this.decodeAt(afterNext);
    return second?.row.timing === 'jalr' && second.rs1 === d.rd;
  }
}

/** Whether the instruction after a load waits for it: it reads the register, or overwrites it out of turn. */
function loadUse(load: Decoded, next: Decoded): 0 | 1 {
  const register = load.rd;
  const { timing } = next.row;
  // A jump waits for its link only, and meanwhile does what it is for; jalr's base has a rule of its own.
  if (timing === 'jump' || timing === 'jalr') return next.rd === register ? 1 : 0;
  if (writesThroughAlu(next, register)) return 1;
  // Reads of x0 wait for nobody; a discarded load and a discarded result still share the write port.
  return register !== 0 && readsRegister(next, register) ? 1 : 0;
}

export function readsRegister(d: Decoded, register: number): boolean {
  const { row } = d;
  const tree = row.result ?? row.condition;
  const readsBase = row.memory !== undefined || row.format === 'csr' || row.format === 'jalr';
  const setsLoop = row.format === 'loop-register' || row.format === 'loop-setup';
  const readsFirst = readsBase || setsLoop || mentions(tree, 'rs1');
  const readsSecond =
    row.memory?.write === true ||
    row.memory?.offset === 'rs2' ||
    row.waitsForField2 === true ||
    mentions(tree, 'rs2');
  const readsThird = row.memory?.offset === 'rd' || mentions(tree, 'rd');
  return (
    (readsFirst && d.rs1 === register) ||
    (readsSecond && d.rs2 === register) ||
    (readsThird && d.rd === register)
  );
}

/** jal and jalr write their link through another path, a load through the memory port. */
function writesThroughAlu(d: Decoded, register: number): boolean {
  const { timing } = d.row;
  const byAlu =
    timing === 'alu' ||
    timing === 'mul' ||
    timing === 'mulh' ||
    timing === 'div' ||
    timing === 'csr';
  return (byAlu && d.rd === register) || (stepsBase(d) && d.rs1 === register);
}

/** Whether `rd` is written; stores may have a third source there, loop instructions their loop. */
function writesDestination({ row }: Decoded): boolean {
  return row.timing !== 'store' && row.timing !== 'loop';
}

/** A post-increment access writes its base through the ALU port, unless the loaded value replaces it. */
function stepsBase(d: Decoded): boolean {
  if (d.row.memory?.postIncrement !== true || d.rs1 === 0) return false;
  return d.row.memory.write || d.rd !== d.rs1;
}
