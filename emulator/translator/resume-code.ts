import { HART_SHIFT } from '../hart/slot.js';
import { stall, stallOffset } from '../hart/state.js';
import { FunctionBody, Op, Type, type ModuleBuilder } from '../wasm/index.js';
import type { FetchedCache } from './cache-code.js';
import { DONE } from './ends.js';
import { addFetch } from './fetch-code.js';
import {
  control,
  FARTHEST,
  privateBytes,
  SETTLED,
  wordBytes,
  type TranslatorArrays,
} from './layout.js';

/** Where things are in the shared memory. */
export interface ResumeOptions {
  readonly arrays: TranslatorArrays;
  /** Addresses. */
  readonly wordsAt: number;
  readonly numbersAt: number;
  readonly l2At: number;
  readonly tcdmAt: number;
  readonly l2: { readonly base: number; readonly size: number };
  readonly tcdm: { readonly base: number };
  readonly cache: FetchedCache;
  /** A cycle is as many places of the wheel, as a power of two. */
  readonly laneShift: number;
}

/** Parameters of all functions (`writer.ts`); then the time as a local. */
const BASE = 0;
const AT = 1;
const UNDO = 2;
const OFFSET = 3;
const TIME = 4;

/**
 * Adds the function that a path leaves a hart to before an instruction whose fetch has a consequence.
 * It is called in the cycle of that instruction, in the order of harts, so it may fetch. While the line is not
 * there the hart waits, as in `InstructionFetch.wait`; then the function of that instruction goes on. Where
 * there is none, where the caches are off or an interrupt is pending, it leaves the instruction to the interpreter,
 * which asks the cache again: that has no further consequence.
 */
export function addResume(
  module: ModuleBuilder,
  options: ResumeOptions,
  signature: number,
): number {
  const code = new ResumeWriter(options, addFetch(module, options.cache), signature).body();
  return module.code(signature, code);
}

class ResumeWriter {
  private readonly code = new FunctionBody(512);
  private readonly pc: number;
  private readonly first: number;
  private readonly last: number;
  private readonly hart: number;
  private readonly wait: number;

  constructor(
    private readonly options: ResumeOptions,
    private readonly fetch: number,
    private readonly signature: number,
  ) {
    const { code } = this;
    code.begin(4);
    code.local(Type.i32);
    this.pc = code.local(Type.i32);
    this.first = code.local(Type.i32);
    this.last = code.local(Type.i32);
    this.hart = code.local(Type.i32);
    this.wait = code.local(Type.i32);
  }

  body(): FunctionBody {
    const { code, options } = this;
    code.get(AT);
    code.i32(options.laneShift);
    code.op(Op.i32ShrU);
    code.set(TIME);
    code.get(UNDO);
    code.i32(SETTLED);
    code.memory(Op.i32Store, 4);
    code.block();
    code.get(BASE);
    code.memory(Op.i32Load, wordBytes('attention'));
    code.brIf(0);
    this.findPositions();
    code.get(BASE);
    code.i32(options.wordsAt);
    code.op(Op.i32Sub);
    code.i32(HART_SHIFT + 2);
    code.op(Op.i32ShrU);
    code.tee(this.hart);
    code.get(this.first);
    code.get(this.last);
    code.i32(0);
    code.memory(Op.f64Load, options.arrays.controlAt + 4 * control.origin);
    code.get(TIME);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.call(this.fetch);
    code.tee(this.wait);
    code.if();
    code.get(this.wait);
    code.i32(0);
    code.op(Op.i32LtS);
    code.brIf(1);
    this.waits();
    code.end();
    this.goOn();
    code.end();
    this.store(privateBytes('function'), () => code.i32(0));
    this.returnAt(() => code.get(TIME));
    return code;
  }

  private store(offset: number, value: () => void): void {
    this.code.get(BASE);
    value();
    this.code.memory(Op.i32Store, offset);
  }

  private returnAt(time: () => void): void {
    const { code, options } = this;
    time();
    code.i32(options.laneShift);
    code.op(Op.i32Shl);
    code.get(AT);
    code.i32((1 << options.laneShift) - 1);
    code.op(Op.i32And);
    code.op(Op.i32Or);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.i64(DONE);
    code.op(Op.return);
  }

  /** Positions in the code space of the first and the last halfword of the instruction at `pc`. */
  private findPositions(): void {
    const { code, options } = this;
    const { l2, tcdm, l2At, tcdmAt } = options;
    code.get(BASE);
    code.memory(Op.i32Load, wordBytes('pc'));
    code.tee(this.pc);
    code.i32(-l2.base | 0);
    code.op(Op.i32Add);
    code.tee(this.first);
    code.i32(l2.size);
    code.op(Op.i32LtU);
    code.if(Type.i32);
    code.get(this.first);
    code.memory(Op.i32Load8U, l2At);
    code.else();
    code.get(this.pc);
    code.i32(-tcdm.base | 0);
    code.op(Op.i32Add);
    code.tee(this.first);
    code.memory(Op.i32Load8U, tcdmAt);
    code.get(this.first);
    code.i32(l2.size);
    code.op(Op.i32Add);
    code.set(this.first);
    code.end();
    // Both low bits set: 32 bits long.
    code.i32(3);
    code.op(Op.i32And);
    code.i32(3);
    code.op(Op.i32Eq);
    code.i32(1);
    code.op(Op.i32Shl);
    code.get(this.first);
    code.op(Op.i32Add);
    code.set(this.last);
  }

  /** Counts the wait as a stall; the hart asks again behind it. */
  private waits(): void {
    const { code, options } = this;
    const stalls = options.numbersAt + 8 * stallOffset('icache');
    const address = (): void => {
      code.get(this.hart);
      code.i32(HART_SHIFT + 3);
      code.op(Op.i32Shl);
    };
    address();
    address();
    code.memory(Op.f64Load, stalls);
    code.get(this.wait);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.memory(Op.f64Store, stalls);
    this.store(wordBytes('lastStall'), () => code.i32(stall.icache));
    const until = (): void => {
      code.get(TIME);
      code.get(this.wait);
      code.op(Op.i32Add);
    };
    code.get(this.wait);
    code.i32(FARTHEST);
    code.op(Op.i32GtS);
    code.if();
    // Beyond what the wheel covers: the visit ends before.
    this.store(privateBytes('far'), until);
    this.store(privateBytes('function'), () => code.i32(0));
    this.returnAt(() => {
      code.get(TIME);
      code.i32(FARTHEST);
      code.op(Op.i32Add);
    });
    code.end();
    this.returnAt(until);
  }

  /** By the function of the instruction, if there is one and it would find the lines there. */
  private goOn(): void {
    const { code, options } = this;
    const { cache, arrays } = options;
    [this.first, this.last].forEach((position, i) => {
      code.get(position);
      code.i32(cache.lineShift);
      code.op(Op.i32ShrU);
      code.i32(1);
      code.op(Op.i32Shl);
      code.memory(Op.i32Load16U, cache.privates.resident.byteOffset);
      if (i > 0) code.op(Op.i32And);
    });
    code.get(this.hart);
    code.op(Op.i32ShrU);
    code.i32(1);
    code.op(Op.i32And);
    code.op(Op.i32Eqz);
    code.brIf(0);
    code.get(this.first);
    code.i32(1);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load, arrays.entriesAt);
    code.tee(this.first);
    code.op(Op.i32Eqz);
    code.brIf(0);
    code.get(BASE);
    code.get(AT);
    code.get(UNDO);
    code.get(OFFSET);
    code.get(this.first);
    code.returnCallIndirect(this.signature);
  }
}
