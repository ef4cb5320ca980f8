import { FunctionBody, ModuleBuilder, Op, Simd, Type, type WasmModule } from '../wasm/index.js';
import { ArbiterCode } from './arbiter-code.js';
import { compileOnce } from './compiled.js';
import { EndCode, endParameters } from './end-code.js';
import { DONE } from './ends.js';
import {
  INTERPRETED,
  laneShiftOf,
  othersFromWheel,
  privateBytes,
  RESUME,
  wordBytes,
} from './layout.js';
import { addResume, type ResumeOptions } from './resume-code.js';
import { pushPlace, TIME, UNTIL, type SchedulerOptions } from './wheel-code.js';

/**
 * Parameters of the functions of translated code (`writer.ts`): address of the hart's words, its place in the wheel, address of
 * its undo log, and the offset of the access that is granted. Results: the place of the next event, or its complement when
 * that is no request; and what is left to be done for the path (`ends.ts`).
 */
export const functionParameters = [Type.i32, Type.i32, Type.i32, Type.i32];
export const functionResults = [Type.i32, Type.i64];

/** What an import answers when translated code is to end before this cycle of the hart. */
export const LEAVE = -0x80000000;

/**
 * The module that pops event after event from the wheel: `run(time, until)` returns the first
 * cycle that it did not touch: `until`, or one with an event that translated code leaves to others.
 * All requests of a cycle are known when it comes, because each hart has been run up to its next one;
 * so the rule of `interconnect/arbiter.ts` holds cycle by cycle.
 */
export function schedulerModule(
  options: SchedulerOptions,
  resume: ResumeOptions | undefined,
): Uint8Array {
  const module = new ModuleBuilder();
  const signature = module.type(functionParameters, functionResults);
  const run = module.type([Type.i32, Type.i32], [Type.i32]);
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.importTable('machine', 'functions', { min: 1 });
  const assist = module.importFunction('machine', 'assist', run);
  const complete = module.importFunction('machine', 'complete', run);
  const settle = module.type(endParameters, [Type.i32]);
  const ends = module.code(settle, new EndCode(options, signature).body());
  const others = module.code(run, new OtherEvents(options, signature, ends, assist).body());
  const requests = new Requests(options, signature, ends, others);
  module.exportFunction('run', module.code(run, requests.body()));
  module.element(INTERPRETED, [module.code(signature, interpreted(complete, options.harts))]);
  if (resume) module.element(RESUME, [addResume(module, resume, signature)]);
  return module.finish();
}

/** The module compiled: machines of one form share it. */
export function compileScheduler(
  options: SchedulerOptions,
  resume: ResumeOptions | undefined,
): WasmModule {
  return compileOnce(schedulerModule(options, resume));
}

/** A function of translated code that has the interpreter end an access; `complete` deals in times. */
function interpreted(complete: number, harts: number): FunctionBody {
  const [base, at] = [0, 1];
  const laneShift = laneShiftOf(harts);
  const code = new FunctionBody(64);
  code.begin(4);
  const next = code.local(Type.i32);
  code.get(base);
  code.get(at);
  code.i32(laneShift);
  code.op(Op.i32ShrU);
  code.call(complete);
  code.set(next);
  pushPlace(code, next, at, laneShift);
  code.i64(DONE);
  return code;
}

/** Writes `run`: requests, one after the other. */
class Requests extends ArbiterCode {
  constructor(
    options: SchedulerOptions,
    signature: number,
    ends: number,
    private readonly others: number,
  ) {
    super(options, signature, ends);
  }

  body(): FunctionBody {
    const { code } = this;
    code.loop(); // word
    this.beginWord();
    code.loop(); // event
    this.findEvent();
    code.get(this.meta);
    this.contestedBit();
    code.if();
    this.arbitrate();
    code.else();
    this.moveFreePointer();
    code.get(this.word);
    code.get(this.word);
    code.i64(1);
    code.op(Op.i64Sub);
    code.op(Op.i64And);
    code.set(this.word);
    code.end();
    if (!this.togglesLater) this.toggleSide();
    this.call(() => code.get(this.offset));
    code.br(0);
    code.end();
    code.end();
    code.op(Op.unreachable);
    return code;
  }

  /** Takes the word of the wheel that the time lies in; returns from the function at `until`. */
  private beginWord(): void {
    const { code, laneShift } = this;
    code.get(TIME);
    code.get(UNTIL);
    code.op(Op.i32GeS);
    code.if();
    code.get(UNTIL);
    code.op(Op.return);
    code.end();
    code.get(TIME);
    code.i32(laneShift);
    code.op(Op.i32Shl);
    code.i32(-64);
    code.op(Op.i32And);
    code.set(this.first);
    // limit = min(first + 64, until): later events are not for this run
    code.get(this.first);
    code.i32(64);
    code.op(Op.i32Add);
    code.tee(this.limit);
    code.get(UNTIL);
    code.i32(laneShift);
    code.op(Op.i32Shl);
    code.tee(this.rest);
    code.get(this.limit);
    code.get(this.rest);
    code.op(Op.i32LtS);
    code.op(Op.select);
    code.set(this.limit);
    this.setDeadline();
    this.wordAddress(this.first);
    code.tee(this.slotAt);
    code.get(this.slotAt);
    code.memory(Op.i64Load, 0);
    code.tee(this.word);
    code.i64(-1);
    code.get(this.first);
    code.get(this.limit);
    code.op(Op.i32Sub);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64ShrU);
    code.tee(this.bit);
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.memory(Op.i64Store, 0);
    code.get(this.word);
    code.get(this.bit);
    code.op(Op.i64And);
    code.set(this.word);
  }

  /** What is left of the word goes back to memory. */
  private storeWord(): void {
    const { code } = this;
    this.wordAddress(this.first);
    code.tee(this.slotAt);
    code.get(this.slotAt);
    code.memory(Op.i64Load, 0);
    code.get(this.word);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
  }

  /** All cycles of a word are over: each bank that was asked for in one of them granted one request then. */
  private endCycles(): void {
    const { code, options } = this;
    this.metaAddress(this.first);
    code.set(this.metaAt);
    if (this.togglesLater) {
      const { toggledAt } = options.arrays;
      code.i32(toggledAt);
      code.i32(toggledAt);
      code.memory(Op.i32Load, 0);
      for (let cycle = 0; cycle < 64 >> this.laneShift; cycle++) {
        code.get(this.metaAt);
        code.memory(Op.i32Load, 8 * cycle);
        code.op(Op.i32Xor);
      }
      code.memory(Op.i32Store, 0);
    }
    for (let pair = 0; pair < 32 >> this.laneShift; pair++) {
      code.get(this.metaAt);
      code.v128(0, 0, 0, 0);
      code.memory(Simd.v128Store, 16 * pair);
    }
  }

  /** Moves on to the next event, to the next word behind the last one. */
  private findEvent(): void {
    const { code } = this;
    code.get(this.word);
    code.op(Op.i64Eqz);
    code.if();
    code.get(this.first);
    code.i32(64);
    code.op(Op.i32Add);
    code.get(this.limit);
    code.op(Op.i32Ne);
    code.if();
    // The word goes on behind the end of the run.
    code.get(UNTIL);
    code.op(Op.return);
    code.end();
    this.endCycles();
    code.get(this.limit);
    code.i32(this.laneShift);
    code.op(Op.i32ShrU);
    code.set(TIME);
    code.br(2);
    code.end();
    code.get(this.word);
    code.op(Op.i64Ctz);
    code.op(Op.i32WrapI64);
    code.get(this.first);
    code.op(Op.i32Add);
    code.tee(this.at);
    this.laneOf();
    this.setHart();
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.tee(this.offset);
    this.bankOfOffset();
    code.set(this.bank);
    this.metaAddress(this.at);
    code.memory(Op.i64Load, 0);
    code.set(this.meta);
  }

  protected override addBits(): void {
    const { code } = this;
    // A branch that is guessed right keeps the next event from waiting for this one.
    code.get(this.nextAt);
    code.get(this.limit);
    code.op(Op.i32LtS);
    code.if();
    code.get(this.word);
    code.get(this.bit);
    code.op(Op.i64Or);
    code.set(this.word);
    code.else();
    super.addBits();
    code.end();
  }

  /** Somebody else asks for this bank in this cycle, or there are events that are no requests. */
  private arbitrate(): void {
    const { code, options } = this;
    const { askingAt } = options.arrays;
    code.get(this.at);
    code.i32(-this.lanes);
    code.op(Op.i32And);
    code.set(this.at);
    code.get(this.at);
    code.i32(this.laneShift);
    code.op(Op.i32ShrU);
    code.set(TIME);
    // Events that are no requests make all banks of a cycle contested.
    code.block();
    code.get(this.meta);
    code.i64(32);
    code.op(Op.i64ShrU);
    code.op(Op.i32WrapI64);
    code.i32(-1);
    code.op(Op.i32Ne);
    code.brIf(0);
    this.wordAddress(this.at);
    code.memory(Op.i64Load, othersFromWheel(options.arrays));
    this.lanesAt();
    code.op(Op.i32Eqz);
    code.brIf(0);
    this.storeWord();
    code.get(TIME);
    code.get(UNTIL);
    code.call(this.others);
    code.if();
    code.get(TIME);
    code.op(Op.return);
    code.end();
    code.br(3);
    code.end();
    // Who was refused in the last cycle stands at the bank; of the others each is looked at.
    this.cell();
    code.memory(Op.i32Load, askingAt);
    code.i32(1);
    code.get(this.hart);
    code.op(Op.i32Shl);
    code.op(Op.i32Or);
    code.set(this.group);
    code.get(this.word);
    this.lanesAt();
    code.get(this.group);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.op(Op.i32And);
    code.tee(this.rest);
    code.if();
    code.loop();
    code.get(this.group);
    this.bitIfSameBank();
    code.op(Op.i32Or);
    code.set(this.group);
    code.get(this.rest);
    code.get(this.rest);
    code.i32(1);
    code.op(Op.i32Sub);
    code.op(Op.i32And);
    code.tee(this.rest);
    code.brIf(0);
    code.end();
    code.end();
    // The word without the group
    code.get(this.word);
    code.get(this.group);
    code.op(Op.i64ExtendI32U);
    code.get(this.at);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.set(this.word);
    this.pickWinner();
    this.movePointer();
    code.get(this.group);
    code.i32(1);
    code.get(this.winner);
    code.op(Op.i32Shl);
    code.op(Op.i32Xor);
    code.set(this.losers);
    this.cell();
    code.get(this.losers);
    code.memory(Op.i32Store, askingAt);
    code.get(this.losers);
    code.if();
    this.refuse();
    code.end();
    code.get(this.winner);
    this.setHart();
    code.get(this.at);
    code.get(this.hart);
    code.op(Op.i32Add);
    code.set(this.at);
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.set(this.offset);
    this.countRefusals();
  }
}

/**
 * Writes `others(time)`: events of a cycle that are no requests, in the order of harts. A function may raise its request
 * in this very cycle; where there is none the interpreter does it, or ends the visit: then it returns 1, and harts behind
 * that one are the interpreter's own.
 */
class OtherEvents extends ArbiterCode {
  constructor(
    options: SchedulerOptions,
    signature: number,
    ends: number,
    private readonly assist: number,
  ) {
    super(options, signature, ends);
  }

  body(): FunctionBody {
    const { code, options } = this;
    const others = othersFromWheel(options.arrays);
    this.setDeadline();
    code.get(TIME);
    code.i32(this.laneShift);
    code.op(Op.i32Shl);
    code.tee(this.first);
    code.set(this.at);
    this.wordAddress(this.first);
    code.set(this.wordAt);
    code.loop();
    code.get(this.first);
    code.set(this.at);
    code.get(this.wordAt);
    code.memory(Op.i64Load, others);
    this.lanesAt();
    code.tee(this.rest);
    code.op(Op.i32Eqz);
    code.if();
    code.i32(0);
    code.op(Op.return);
    code.end();
    this.takeHart(this.rest);
    code.get(this.first);
    code.get(this.hart);
    code.op(Op.i32Or);
    code.set(this.at);
    for (const offset of [0, others]) this.clearBit(offset);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('function'));
    code.if();
    this.call(() => code.i32(0));
    code.else();
    code.get(this.hart);
    code.get(TIME);
    code.call(this.assist);
    code.tee(this.nextAt);
    code.i32(LEAVE);
    code.op(Op.i32Eq);
    code.if();
    code.i32(1);
    code.op(Op.return);
    code.end();
    pushPlace(code, this.nextAt, this.hart, this.laneShift);
    code.set(this.nextAt);
    this.book();
    code.end();
    code.br(0);
    code.end();
    code.op(Op.unreachable);
    return code;
  }

  /** Takes the hart out of the word at `wordAt`, or of other events (`offset`). */
  private clearBit(offset: number): void {
    const { code } = this;
    code.get(this.wordAt);
    code.get(this.wordAt);
    code.memory(Op.i64Load, offset);
    this.bitOf(this.at);
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.memory(Op.i64Store, offset);
  }
}
