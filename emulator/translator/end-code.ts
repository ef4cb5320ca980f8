import { numberOffset, RING, stall, stallOffset } from '../hart/state.js';
import { FunctionBody, Op, Type } from '../wasm/index.js';
import {
  ALIGNMENT,
  COUNTER_SHIFT,
  DONE,
  JUMPED,
  JUMPS_SHIFT,
  RESUMES,
  SAVED_HIGH_SHIFT,
  SAVED_LOW,
  STALL_MASK,
  STALL_SHIFT,
  STORE,
} from './ends.js';
import {
  control,
  FRAME_HEAD,
  laneShiftOf,
  PATH_BLOCK,
  privateBytes,
  RESUME,
  wordBytes,
  type PrivateWord,
} from './layout.js';
import { addToNumber, pushNumbers } from './numbers-code.js';
import { NO_PATH } from './path.js';
import type { SchedulerOptions } from './wheel-code.js';

/** Parameters of the function: address of the hart's words, and the results of the function of translated code. */
export const endParameters = [Type.i32, Type.i32, Type.i64];
const BASE = 0;
const PLACE = 1;
const END = 2;

/**
 * Writes the function that does for a path what it says at its end (`ends.ts`), goes on where it jumps to, and gives the place of
 * the next event, or its complement.
 */
export class EndCode {
  private readonly code = new FunctionBody(1024);
  /** Lower half of the end, and the index of its counter. */
  private readonly flags: number;
  private readonly counter: number;
  /** Of an access in the TCDM, or of the target of a jump in L2. */
  private readonly offset: number;
  /** Of the function table: what goes on. */
  private readonly element: number;
  /** Address of the frame behind that of the path that jumped. */
  private readonly frame: number;
  private readonly target: number;
  private readonly at: number;
  private readonly laneShift: number;

  constructor(
    private readonly options: SchedulerOptions,
    private readonly signature: number,
  ) {
    const { code } = this;
    this.laneShift = laneShiftOf(options.harts);
    code.begin(3);
    this.flags = code.local(Type.i32);
    this.counter = code.local(Type.i32);
    this.offset = code.local(Type.i32);
    this.element = code.local(Type.i32);
    this.frame = code.local(Type.i32);
    this.target = code.local(Type.i32);
    this.at = code.local(Type.i32);
  }

  body(): FunctionBody {
    const { code } = this;
    code.loop();
    code.get(END);
    code.op(Op.i32WrapI64);
    code.tee(this.flags);
    code.i32(DONE);
    code.op(Op.i32Eq);
    code.if();
    code.get(PLACE);
    code.op(Op.return);
    code.end();
    code.get(this.flags);
    code.i32(COUNTER_SHIFT);
    code.op(Op.i32ShrU);
    code.tee(this.counter);
    this.count();
    code.get(PLACE);
    code.i32(0);
    code.op(Op.i32GeS);
    code.if();
    this.note();
    this.request();
    code.end();
    code.get(this.flags);
    code.i32(STALL_MASK << STALL_SHIFT);
    code.op(Op.i32And);
    code.i32(JUMPED << STALL_SHIFT);
    code.op(Op.i32Eq);
    code.if();
    this.jump(1);
    code.end();
    this.note();
    this.setWord(wordBytes('pc'), () => this.upper());
    this.goOnBy(() => {
      code.i32(RESUME);
      code.i32(0);
      code.get(this.flags);
      code.i32(RESUMES);
      code.op(Op.i32And);
      code.op(Op.select);
    });
    code.get(PLACE);
    code.op(Op.return);
    code.end();
    code.op(Op.unreachable);
    return code;
  }

  // --- Ends ----------------------------------------------------------------------------------

  private request(): void {
    const { code } = this;
    code.block();
    this.mayBeGranted(0);
    this.goOnBy(() => code.get(this.element));
    code.get(PLACE);
    code.op(Op.return);
    code.end();
    // An access that is not the TCDM's, or that nobody can end yet: the instruction is for the interpreter.
    this.setWord(wordBytes('pc'), () => this.known(0));
    this.goOnBy(() => code.i32(0));
    this.returnOther();
  }

  private returnOther(): void {
    const { code } = this;
    code.get(PLACE);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.op(Op.return);
  }

  /** The offset is outside the TCDM, whose size is a power of two, or misaligned. */
  private isElsewhere(): void {
    const { code, options } = this;
    code.get(this.offset);
    code.get(this.flags);
    code.i32(ALIGNMENT);
    code.op(Op.i32And);
    code.i32(-options.tcdm.size);
    code.op(Op.i32Or);
    code.op(Op.i32And);
  }

  /** Leaves the block at `depth` where the access is not the TCDM's, would store into code, or has no function that ends it. */
  private mayBeGranted(depth: number): void {
    const { code, options } = this;
    code.get(BASE);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.set(this.offset);
    this.isElsewhere();
    code.brIf(depth);
    // Of a store, offsets below the end of code; of a load, none.
    code.get(this.offset);
    code.i32(options.arrays.controlAt + 4 * control.codeEnd);
    code.memory(Op.i32Load, 0);
    code.op(Op.i32LtS);
    code.if();
    code.get(this.flags);
    code.i32(STORE);
    code.op(Op.i32And);
    code.brIf(depth + 1);
    code.end();
    this.upper();
    code.tee(this.element);
    code.op(Op.i32Eqz);
    code.if();
    this.known(1);
    code.tee(this.element);
    code.op(Op.i32Eqz);
    code.brIf(depth + 1);
    code.end();
  }

  /** A jump to an address in L2: goes on there at once, by the loop at `depth`, or when the wheel comes to it. */
  private jump(depth: number): void {
    const { code, options } = this;
    const { splitTarget, l2, arrays } = options;
    code.get(PLACE);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.set(PLACE);
    this.upper();
    code.set(this.target);
    this.noteTarget();
    this.noteJumps();
    this.setWord(wordBytes('lastStall'), () => code.i32(stall.jump));
    // The path has counted from the beginning of L2 to behind the jump.
    code.get(this.target);
    code.i32(l2.base);
    code.op(Op.i32Sub);
    code.set(this.offset);
    this.addNumber(numberOffset('walked'), () => {
      code.i32(0);
      code.get(this.offset);
      code.op(Op.i32Sub);
    });
    if (splitTarget > 0) this.split();
    this.word('frame');
    this.frameBytes();
    code.op(Op.i32Add);
    code.set(this.frame);
    code.get(this.offset);
    code.i32(1);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load, arrays.entriesAt);
    code.tee(this.element);
    code.if();
    code.get(PLACE);
    code.i32(this.laneShift);
    code.op(Op.i32ShrU);
    code.i32(arrays.controlAt + 4 * control.deadline);
    code.memory(Op.i32Load, 0);
    code.op(Op.i32LeS);
    code.if();
    code.get(BASE);
    code.get(PLACE);
    code.get(this.frame);
    code.i32(0);
    code.get(this.element);
    code.callIndirect(this.signature);
    code.set(END);
    code.set(PLACE);
    code.br(depth + 2);
    code.end();
    code.else();
    this.setWord(wordBytes('pc'), () => code.get(this.target));
    code.end();
    this.goOnBy(() => code.get(this.element));
    // An empty frame is the last one.
    code.get(this.frame);
    code.i32(NO_PATH);
    code.memory(Op.i32Store, 4);
    this.returnOther();
  }

  /** The target may be an instruction of 32 bits that straddles fetch words. */
  private split(): void {
    const { code, options } = this;
    code.get(this.target);
    code.i32(2);
    code.op(Op.i32And);
    code.if();
    code.get(this.offset);
    code.memory(Op.i32Load8U, options.l2At);
    code.i32(3);
    code.op(Op.i32And);
    code.i32(3);
    code.op(Op.i32Eq);
    code.if();
    code.get(PLACE);
    code.i32(options.splitTarget << this.laneShift);
    code.op(Op.i32Add);
    code.set(PLACE);
    this.addNumber(stallOffset('jump'), () => code.i32(options.splitTarget));
    code.end();
    code.end();
  }

  /** Bytes of the frame of a path that jumped. */
  private frameBytes(): void {
    const { code } = this;
    code.get(this.flags);
    code.i32(SAVED_LOW);
    code.op(Op.i32And);
    code.get(this.flags);
    code.i32(SAVED_HIGH_SHIFT - 3);
    code.op(Op.i32ShrU);
    code.i32(SAVED_LOW << 3);
    code.op(Op.i32And);
    code.op(Op.i32Or);
    code.i32(2);
    code.op(Op.i32Shl);
    code.i32(FRAME_HEAD);
    code.op(Op.i32Add);
  }

  // --- What a path says ----------------------------------------------------------------------

  private upper(): void {
    const { code } = this;
    code.get(END);
    code.i64(32);
    code.op(Op.i64ShrU);
    code.op(Op.i32WrapI64);
  }

  /** A word of what is known of the request of a path: see `pathOf` in `layout.ts`. */
  private known(word: number): void {
    const { code, options } = this;
    code.get(this.counter);
    code.i32(options.harts * PATH_BLOCK);
    code.op(Op.i32DivU);
    code.i32(PATH_BLOCK);
    code.op(Op.i32Mul);
    code.get(this.counter);
    code.i32(PATH_BLOCK - 1);
    code.op(Op.i32And);
    code.op(Op.i32Or);
    code.i32(3);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load, options.arrays.requestsAt + 4 * word);
  }

  // --- The hart ------------------------------------------------------------------------------

  private word(name: PrivateWord): void {
    this.code.get(BASE);
    this.code.memory(Op.i32Load, privateBytes(name));
  }

  private setWord(offset: number, value: () => void): void {
    this.code.get(BASE);
    value();
    this.code.memory(Op.i32Store, offset);
  }

  private goOnBy(element: () => void): void {
    this.setWord(privateBytes('function'), element);
  }

  /** Adds an integer to a double of the hart. */
  private addNumber(offset: number, value: () => void): void {
    const { code, options } = this;
    pushNumbers(code, BASE, options.wordsAt);
    addToNumber(code, this.at, options.numbersAt + 8 * offset, value);
  }

  /** Notes the jumps and the last stall of a path. */
  private note(): void {
    const { code } = this;
    code.get(this.flags);
    code.i32((STALL_MASK << STALL_SHIFT) | (1 << JUMPS_SHIFT));
    code.op(Op.i32And);
    code.if();
    this.noteJumps();
    this.noteStall();
    code.end();
  }

  private count(): void {
    const { code, options } = this;
    const counter = options.arrays.countersFromWords;
    code.i32(2);
    code.op(Op.i32Shl);
    code.get(BASE);
    code.op(Op.i32Add);
    code.tee(this.at);
    code.get(this.at);
    code.memory(Op.i32Load, counter);
    code.i32(1);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, counter);
  }

  /** The target of the last jump, where it is known at run time only. */
  private noteTarget(): void {
    const { code } = this;
    this.word('ring');
    code.get(BASE);
    code.memory(Op.i32Load, wordBytes('historyHead'));
    code.i32(3);
    code.op(Op.i32Shl);
    code.op(Op.i32Add);
    code.get(this.target);
    code.memory(Op.i32Store, 0);
  }

  /** Without a branch: a path that has none writes where the next entry goes, over the oldest one. */
  private noteJumps(): void {
    const { code } = this;
    const head = this.at;
    code.get(BASE);
    code.memory(Op.i32Load, privateBytes('ring'));
    code.get(BASE);
    code.memory(Op.i32Load, wordBytes('historyHead'));
    code.tee(head);
    code.i32(3);
    code.op(Op.i32Shl);
    code.op(Op.i32Add);
    code.get(this.counter);
    code.i32(1);
    code.op(Op.i32Shl);
    code.i32(1);
    code.op(Op.i32Or);
    code.memory(Op.i32Store, 4);
    code.get(BASE);
    code.get(head);
    code.get(this.flags);
    code.i32(JUMPS_SHIFT);
    code.op(Op.i32ShrU);
    code.i32(1);
    code.op(Op.i32And);
    code.op(Op.i32Add);
    code.i32(RING - 1);
    code.op(Op.i32And);
    code.memory(Op.i32Store, wordBytes('historyHead'));
  }

  private noteStall(): void {
    const { code } = this;
    const [before, now] = [this.element, this.at];
    code.get(BASE);
    code.get(BASE);
    code.memory(Op.i32Load, wordBytes('lastStall'));
    code.tee(before);
    code.memory(Op.i32Store, privateBytes('stallBefore'));
    code.get(BASE);
    code.get(this.flags);
    code.i32(STALL_SHIFT);
    code.op(Op.i32ShrU);
    code.i32(STALL_MASK);
    code.op(Op.i32And);
    code.tee(now);
    code.i32(1);
    code.op(Op.i32Sub);
    code.get(before);
    code.get(now);
    code.op(Op.select);
    code.memory(Op.i32Store, wordBytes('lastStall'));
  }
}
