import { Op, Type, type ModuleBuilder } from '../wasm/index.js';
import { BookedEmitter } from './booked-emitter.js';
import { MERGE_SPAN, mergeLayout, type BookedOptions } from './booked-layout.js';
import type { FetchedCache } from './cache-code.js';
import { addFetchLine } from './fetch-line-code.js';

export interface MergeOptions extends BookedOptions {
  /** The instruction cache; without one there are no entries of kind `fetch`. */
  readonly cache?: FetchedCache | undefined;
}

/** What the bit of a hart among the fetches of a cycle stands for, in `pending`. */
export const pending = {
  /** To look what the hart does next: that was too far away. */
  look: 0,
  /** The fetch at `readAt`. */
  fetch: 1,
  /** An instruction in the open line. */
  ask: 2,
  /** Its request in this cycle must not be refused. */
  final: 3,
} as const;

/** Of an entry in `requests`. */
export const CLOSER = 0x100;

/** What the functions of the merge are made of. Names of locals stand for their indices. */
export class MergeBase extends BookedEmitter<MergeOptions> {
  protected readonly at;
  protected readonly cache: FetchedCache | undefined;
  /** `fetchLine(hart, line, now)`, if there is a cache. */
  protected readonly fetchLine: number;
  /** Shift from a cycle to its bytes in `requests`. */
  private readonly rowShift: number;

  constructor(module: ModuleBuilder, options: MergeOptions) {
    super(module, options);
    const { scratchAt, banks, cache } = options;
    const { wheel, requests, pending: pendings } = mergeLayout(banks);
    this.at = {
      wheel: scratchAt + wheel,
      requests: scratchAt + requests,
      pending: scratchAt + pendings,
    };
    this.rowShift = 32 - Math.clz32(banks);
    this.cache = cache;
    this.fetchLine = cache ? addFetchLine(module, cache) : -1;
  }

  protected locals(count: number, type: number = Type.i32): number[] {
    return Array.from({ length: count }, () => this.code.local(type));
  }

  /** Pushes the larger, or with `Op.i32LtS` the smaller of a local and a value. */
  protected choose(local: number, op: number, value: () => void): void {
    const { code } = this;
    code.get(local);
    value();
    code.get(local);
    value();
    code.op(op);
    code.op(Op.select);
  }

  /** Pushes the place in `requests` of a cycle and the bank of an entry. */
  protected requestPlace(time: number, low: number): void {
    const { code } = this;
    this.with(time, Op.i32Shl, this.rowShift);
    code.i32((MERGE_SPAN - 1) << this.rowShift);
    code.op(Op.i32And);
    this.with(low, Op.i32ShrU, 1);
    code.i32((this.options.banks - 1) << 1);
    code.op(Op.i32And);
    code.op(Op.i32Or);
  }

  /** `array[index] |= value` for words. */
  protected orWord(address: () => void, at: number, value: () => void): void {
    const { code } = this;
    address();
    address();
    code.memory(Op.i32Load16U, at);
    value();
    code.op(Op.i32Or);
    code.memory(Op.i32Store16, at);
  }

  /** Pushes the place of the 64 bits in the wheel that a cycle is among. */
  protected wheelPlace(time: number): void {
    const { code } = this;
    this.with(time, Op.i32Shl, 1);
    code.i32(2 * MERGE_SPAN - 8);
    code.op(Op.i32And);
  }

  /** Pushes the number among them of the bit of hart 0: as one that fetches, or at 8 as one that requests. */
  protected wheelBit(time: number, from: number): void {
    const { code } = this;
    this.with(time, Op.i32Shl, 4);
    code.i32(0x30);
    code.op(Op.i32And);
    if (from === 0) return;
    code.i32(from);
    code.op(Op.i32Or);
  }

  /** Puts harts into the wheel, which `bits` pushes as 64 bits, or takes them out: `Op.i64Xor`. */
  protected changeWheel(time: number, from: number, bits: () => void, op: number = Op.i64Or): void {
    const { code, at } = this;
    this.wheelPlace(time);
    this.wheelPlace(time);
    code.memory(Op.i64Load, at.wheel);
    bits();
    this.wheelBit(time, from);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.op(op);
    code.memory(Op.i64Store, at.wheel);
  }

  /** Pushes the bit of a hart. */
  protected bitOf(hart: number): void {
    const { code } = this;
    code.i32(1);
    code.get(hart);
    code.op(Op.i32Shl);
  }

  protected wideBitOf(hart: number): void {
    const { code } = this;
    code.i64(1);
    code.get(hart);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
  }

  /** Pushes who wins in `bank` among `asking`. */
  protected winnerOf(bank: number, asking: number): void {
    const { code, options } = this;
    code.get(bank);
    code.memory(Op.i32Load8U, options.pointersAt);
    code.i32(7);
    code.op(Op.i32And);
    code.i32(8);
    code.op(Op.i32Shl);
    code.get(asking);
    code.op(Op.i32Or);
    code.memory(Op.i32Load8U, options.winnersAt);
  }
}
