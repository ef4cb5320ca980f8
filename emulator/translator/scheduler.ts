import { FunctionBody, ModuleBuilder, Op, Type, wasmHost, type WasmModule } from '../wasm/index.js';
import { ArbiterCode } from './arbiter-code.js';
import { AHEAD, control, INTERPRETED, othersFromWheel, privateBytes, wordBytes } from './layout.js';
import { addResume, RESUME, type ResumeOptions } from './resume-code.js';
import { TIME, UNTIL, WAITING, type SchedulerOptions } from './wheel-code.js';

/** Parameters of the functions of translated code: address of the hart's words, time, undo log; the result is the time of the next event, `~time` when it is no request. */
export const functionParameters = [Type.i32, Type.i32, Type.i32];
export const functionResults = [Type.i32];

/** What an import answers when translated code is to end before this cycle of the hart. */
export const LEAVE = -0x80000000;

/**
 * The module that pops event after event from the wheel: `run(time, until, waiting)` returns the first
 * cycle that it did not touch: `until`, or one with an event that translated code leaves to others.
 * `waiting` are harts whose request has been refused: they stand at their banks (`asking`), not in the wheel.
 * All requests of a cycle are known when it comes, because each hart has been run up to its next one;
 * so the rule of `interconnect/arbiter.ts` holds cycle by cycle.
 */
export function schedulerModule(
  options: SchedulerOptions,
  resume: ResumeOptions | undefined,
): Uint8Array {
  const module = new ModuleBuilder();
  const signature = module.type(functionParameters, functionResults);
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.importTable('machine', 'functions', { min: 1 });
  const assist = module.importFunction(
    'machine',
    'assist',
    module.type([Type.i32, Type.i32], [Type.i32]),
  );
  const complete = module.importFunction('machine', 'complete', signature);
  const run = module.code(
    module.type([Type.i32, Type.i32, Type.i32], [Type.i32]),
    new SchedulerEmitter(options, signature, assist).body(),
  );
  // An import cannot stand in the table itself: only what has the form of translated code.
  const body = new FunctionBody(16);
  body.begin(3);
  for (const parameter of functionParameters.keys()) body.get(parameter);
  body.call(complete);
  module.element(INTERPRETED, [module.code(signature, body)]);
  module.exportFunction('run', run);
  if (resume) module.element(RESUME, [addResume(module, resume, signature)]);
  return module.finish();
}

/** Compiled ones by their bytes; more than these are forgotten. */
const compiled = new Map<string, WasmModule>();
const MOST_COMPILED = 64;

/** The module compiled: machines of one form share it. */
export function compileScheduler(
  options: SchedulerOptions,
  resume: ResumeOptions | undefined,
): WasmModule {
  const bytes = schedulerModule(options, resume);
  const key = String.fromCharCode(...bytes);
  const found = compiled.get(key);
  if (found !== undefined) return found;
  if (compiled.size === MOST_COMPILED) compiled.clear();
  const module = new (wasmHost()!.Module)(bytes);
  compiled.set(key, module);
  return module;
}

/** Writes `run`. */
class SchedulerEmitter extends ArbiterCode {
  constructor(
    options: SchedulerOptions,
    signature: number,
    private readonly assist: number,
  ) {
    super(options, signature);
  }

  body(): FunctionBody {
    const { code } = this;
    code.loop(); // word of the wheel
    this.beginWord();
    code.loop(); // event
    this.findEvent();
    code.get(this.meta);
    code.i64(32);
    code.op(Op.i64ShrU);
    code.op(Op.i64Eqz);
    code.if();
    this.grantAlone();
    code.else();
    this.specialCycle();
    code.end();
    code.br(0);
    code.end();
    code.end();
    code.op(Op.unreachable);
    return code;
  }

  /** Takes the word of the wheel that the time lies in; returns from the function at `until`. */
  private beginWord(): void {
    const { code, options } = this;
    code.get(TIME);
    code.get(UNTIL);
    code.op(Op.i32GeS);
    code.if();
    code.get(UNTIL);
    code.op(Op.return);
    code.end();
    this.wordAddress(TIME);
    code.set(this.wordAt);
    this.loadWord();
    code.get(TIME);
    code.i32(-this.cycles);
    code.op(Op.i32And);
    code.tee(this.first);
    code.i32(this.cycles);
    code.op(Op.i32Add);
    code.set(this.behind);
    // Events from `until` on are not for this run.
    code.i64(-1);
    code.get(this.behind);
    code.get(UNTIL);
    code.op(Op.i32Sub);
    code.tee(this.rest);
    code.i32(this.laneShift);
    code.op(Op.i32Shl);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64ShrU);
    code.i64(-1);
    code.get(this.rest);
    code.i32(0);
    code.op(Op.i32GtS);
    code.op(Op.select);
    code.set(this.mask);
    // How far harts may run ahead.
    code.i32(options.arrays.controlAt + 4 * control.deadline);
    code.get(this.behind);
    code.i32(AHEAD);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, 0);
  }

  /** Moves on to the next event; goes to the next word behind the last one. */
  private findEvent(): void {
    const { code } = this;
    code.get(this.word);
    code.get(this.mask);
    code.op(Op.i64And);
    code.op(Op.i64Eqz);
    code.if();
    this.storeWord();
    code.get(this.behind);
    code.set(TIME);
    code.br(2);
    code.end();
    code.get(this.word);
    code.op(Op.i64Ctz);
    code.op(Op.i32WrapI64);
    code.tee(this.place);
    code.i32(this.laneShift);
    code.op(Op.i32ShrU);
    code.get(this.first);
    code.op(Op.i32Add);
    code.tee(TIME);
    this.metaAddress();
    code.tee(this.metaAt);
    code.memory(Op.i64Load, 0);
    code.set(this.meta);
  }

  /** The usual event: a request for a bank that nobody else asks for. */
  private grantAlone(): void {
    const { code } = this;
    code.get(this.metaAt);
    code.i64(0);
    code.memory(Op.i64Store, 0);
    code.get(this.word);
    code.get(this.word);
    code.i64(1);
    code.op(Op.i64Sub);
    code.op(Op.i64And);
    code.set(this.word);
    code.get(this.place);
    code.i32(this.lanes - 1);
    code.op(Op.i32And);
    this.setHart();
    this.bankOf();
    code.set(this.bank);
    this.moveFreePointer();
    this.toggleSide();
    this.call(wordBytes('requestOffset'));
    // The word stays in its local while it is worked on: through memory each event would wait for the last one.
    code.get(this.word);
    code.get(this.bit);
    code.i64(0);
    code.get(this.group);
    code.get(this.wordAt);
    code.op(Op.i32Eq);
    code.op(Op.select);
    code.op(Op.i64Or);
    code.set(this.word);
  }

  private loadWord(): void {
    const { code } = this;
    code.get(this.wordAt);
    code.memory(Op.i64Load, 0);
    code.set(this.word);
  }

  private storeWord(): void {
    const { code } = this;
    code.get(this.wordAt);
    code.get(this.word);
    code.memory(Op.i64Store, 0);
  }

  /** A cycle with refused requests, requests for one bank, or events that are no requests. */
  private specialCycle(): void {
    const { code } = this;
    code.get(this.place);
    code.i32(-this.lanes);
    code.op(Op.i32And);
    code.set(this.place);
    this.storeWord();
    this.runOthers();
    code.get(this.metaAt);
    code.i64(0);
    code.memory(Op.i64Store, 0);
    this.lanesOf(0);
    code.set(this.request);
    code.get(this.wordAt);
    code.get(this.wordAt);
    code.memory(Op.i64Load, 0);
    code.get(this.request);
    this.clearLanes();
    code.memory(Op.i64Store, 0);
    // Refused harts stand at their banks already.
    code.get(this.request);
    code.get(WAITING);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.op(Op.i32And);
    code.set(this.request);
    this.takeRequests();
    this.settleBanks();
    code.get(WAITING);
    code.if();
    this.askAgain();
    code.end();
    this.loadWord();
  }

  /** The bits of this cycle in the word at `wordAt`, or in the one of other events (`offset`). */
  private lanesOf(offset: number): void {
    const { code } = this;
    code.get(this.wordAt);
    code.memory(Op.i64Load, offset);
    code.get(this.place);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64ShrU);
    code.op(Op.i32WrapI64);
    code.i32((1 << this.lanes) - 1);
    code.op(Op.i32And);
  }

  /** Of a word and bits of this cycle on the stack, the word without them. */
  private clearLanes(): void {
    const { code } = this;
    code.op(Op.i64ExtendI32U);
    code.get(this.place);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
  }

  /** Refused harts ask again in the next cycle. */
  private askAgain(): void {
    const { code } = this;
    code.get(TIME);
    code.i32(1);
    code.op(Op.i32Add);
    code.set(this.next);
    this.wordAddress(this.next);
    code.tee(this.rest);
    code.get(this.rest);
    code.memory(Op.i64Load, 0);
    code.get(WAITING);
    code.op(Op.i64ExtendI32U);
    code.get(this.next);
    code.i32(this.laneShift);
    code.op(Op.i32Shl);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
    code.get(this.next);
    this.metaAddress();
    code.tee(this.rest);
    code.get(this.rest);
    this.markSpecial();
  }

  /**
   * Events that are no requests, in the order of harts. A function may raise its request in this very
   * cycle; where there is none the interpreter does it, or ends the visit: harts behind it are then its own.
   */
  private runOthers(): void {
    const { code, options } = this;
    const others = othersFromWheel(options.arrays);
    code.block();
    code.loop();
    this.lanesOf(others);
    code.tee(this.rest);
    code.op(Op.i32Eqz);
    code.brIf(1);
    this.takeHart(this.rest);
    for (const offset of [0, others]) {
      code.get(this.wordAt);
      code.get(this.wordAt);
      code.memory(Op.i64Load, offset);
      code.i32(1);
      code.get(this.hart);
      code.op(Op.i32Shl);
      this.clearLanes();
      code.memory(Op.i64Store, offset);
    }
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('function'));
    code.if();
    this.call(privateBytes('undo'));
    code.else();
    code.get(this.hart);
    code.get(TIME);
    code.call(this.assist);
    code.tee(this.next);
    code.i32(LEAVE);
    code.op(Op.i32Eq);
    code.if();
    code.get(TIME);
    code.op(Op.return);
    code.end();
    this.book();
    code.end();
    code.br(0);
    code.end();
    code.end();
  }
}
