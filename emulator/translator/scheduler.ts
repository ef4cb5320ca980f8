import { ModuleBuilder, Op, Type, type FunctionBody } from '../wasm/index.js';
import { ArbiterCode } from './arbiter-code.js';
import { othersFromWheel, privateBytes, wordBytes } from './layout.js';
import { TIME, UNTIL, WAITING, type SchedulerOptions } from './wheel-code.js';

/**
 * Parameters of the functions of translated code: address of the hart's words, its place in the wheel, and the offset of
 * the granted access, or the address of the undo log where none is granted. The result is the place of the next
 * event; its complement when that is no request.
 */
export const functionParameters = [Type.i32, Type.i32, Type.i32];
export const functionResults = [Type.i32];

/**
 * The module that pops event after event from the wheel: `run(time, until, waiting)` returns the first
 * cycle that it did not touch: `until`, or one with an event that translated code leaves to others.
 * `waiting` are harts whose request has been refused: they stand at their banks (`asking`), not in the wheel.
 * All requests of a cycle are known when it comes, because each hart has been run up to its next one;
 * so the rule of `interconnect/arbiter.ts` holds cycle by cycle.
 */
export function schedulerModule(options: SchedulerOptions): Uint8Array {
  const module = new ModuleBuilder();
  const signature = module.type(functionParameters, functionResults);
  const run = module.type([Type.i32, Type.i32, Type.i32], [Type.i32]);
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.importTable('machine', 'functions', { min: 1 });
  const special = module.code(run, new SpecialCycles(options, signature).body());
  module.exportFunction(
    'run',
    module.code(run, new UsualCycles(options, signature, special).body()),
  );
  return module.finish();
}

/** Writes `run`: the cycles in which nobody asks for what another one asks for. */
class UsualCycles extends ArbiterCode {
  constructor(
    options: SchedulerOptions,
    signature: number,
    private readonly special: number,
  ) {
    super(options, signature);
  }

  body(): FunctionBody {
    const { code } = this;
    code.loop(); // word
    code.block();
    code.get(WAITING);
    code.brIf(0);
    this.beginWord();
    code.loop(); // event
    this.findEvent();
    this.grant();
    code.br(0);
    code.end();
    code.end();
    // It deals with all cycles in which somebody waits.
    code.get(TIME);
    code.get(UNTIL);
    code.get(WAITING);
    code.call(this.special);
    code.set(TIME);
    code.i32(0);
    code.set(WAITING);
    code.get(TIME);
    code.i32(0);
    code.op(Op.i32GeS);
    code.brIf(0);
    code.end();
    code.get(TIME);
    code.i32(-1);
    code.op(Op.i32Xor);
    this.finish();
    code.op(Op.unreachable);
    return code;
  }

  /** Returns from `run`, in the cycle that is on the stack. */
  private finish(): void {
    this.toggleLater(() => this.code.get(this.toggled));
    this.code.op(Op.return);
  }

  /** Takes the word of the wheel that the time lies in; returns from the function at `until`. */
  private beginWord(): void {
    const { code, laneShift } = this;
    code.get(TIME);
    code.get(UNTIL);
    code.op(Op.i32GeS);
    code.if();
    code.get(UNTIL);
    this.finish();
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
    code.memory(Op.i64Load, 0);
    this.maskOf();
    code.op(Op.i64And);
    code.set(this.word);
  }

  /** The bits of the word that are for this run. */
  private maskOf(): void {
    const { code } = this;
    code.i64(-1);
    code.get(this.first);
    code.get(this.limit);
    code.op(Op.i32Sub);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64ShrU);
  }

  /** What is left of the word goes back to memory. */
  private storeWord(): void {
    const { code } = this;
    this.wordAddress(this.first);
    code.tee(this.slotAt);
    code.get(this.slotAt);
    code.memory(Op.i64Load, 0);
    this.maskOf();
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.get(this.word);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
  }

  /** Moves on to the next event; to the next word behind the last one, and out of the block if it is in a special cycle. */
  private findEvent(): void {
    const { code } = this;
    code.get(this.word);
    code.op(Op.i64Eqz);
    code.if();
    this.storeWord();
    code.get(this.first);
    code.i32(64);
    code.op(Op.i32Add);
    code.i32(this.laneShift);
    code.op(Op.i32ShrU);
    code.set(TIME);
    code.br(3);
    code.end();
    code.get(this.word);
    code.op(Op.i64Ctz);
    code.op(Op.i32WrapI64);
    code.get(this.first);
    code.op(Op.i32Add);
    code.tee(this.at);
    code.i32(this.laneShift);
    code.op(Op.i32ShrU);
    code.set(TIME);
    this.metaAddress(this.at);
    code.tee(this.metaAt);
    code.memory(Op.i64Load, 0);
    code.tee(this.meta);
    code.i64(0);
    code.op(Op.i64LtS);
    code.if();
    this.storeWord();
    code.br(2);
    code.end();
  }

  /** The usual event: a request for a bank that nobody else asks for. */
  private grant(): void {
    const { code } = this;
    code.get(this.metaAt);
    code.i64(0);
    code.memory(Op.i64Store, 0);
    if (this.togglesLater) {
      // All banks of the cycle, with its first event.
      code.get(this.toggled);
      code.get(this.meta);
      code.op(Op.i32WrapI64);
      code.op(Op.i32Xor);
      code.set(this.toggled);
    }
    code.get(this.word);
    code.get(this.word);
    code.i64(1);
    code.op(Op.i64Sub);
    code.op(Op.i64And);
    code.set(this.word);
    code.get(this.at);
    code.i32(this.lanes - 1);
    code.op(Op.i32And);
    this.setHart();
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.tee(this.rest);
    this.bankOfOffset();
    code.set(this.bank);
    this.moveFreePointer();
    if (!this.togglesLater) this.toggleSide();
    this.call(() => code.get(this.rest));
    code.get(this.word);
    code.get(this.bit);
    code.i64(0);
    code.get(this.nextAt);
    code.get(this.limit);
    code.op(Op.i32LtS);
    code.op(Op.select);
    code.op(Op.i64Or);
    code.set(this.word);
  }
}

/**
 * Writes `special`: cycles with refused requests, requests for one bank, or events that are no requests. It
 * returns the first cycle behind them, the complement of one with an event that is left to others.
 */
class SpecialCycles extends ArbiterCode {
  body(): FunctionBody {
    const { code } = this;
    code.loop();
    this.setDeadline();
    this.setPlace(() => code.i32(0));
    this.wordAddress(this.at);
    code.set(this.wordAt);
    this.runOthers();
    this.setPlace(() => code.i32(0));
    this.metaAddress(this.at);
    code.i64(0);
    code.memory(Op.i64Store, 0);
    this.lanesOf(0);
    code.set(this.request);
    this.clearBits(0, () => {
      code.get(this.request);
      code.op(Op.i64ExtendI32U);
      code.get(this.at);
      code.op(Op.i64ExtendI32U);
      code.op(Op.i64Shl);
    });
    this.takeRequests();
    this.settleBanks();
    this.step(TIME, 1);
    // Who was refused asks again in the next cycle.
    code.get(WAITING);
    code.i32(0);
    code.op(Op.i32Ne);
    code.get(TIME);
    code.get(UNTIL);
    code.op(Op.i32LtS);
    code.op(Op.i32And);
    code.brIf(0);
    code.end();
    this.toggleLater(() => code.get(this.toggled));
    code.get(TIME);
    return code;
  }

  /** Takes bits out of the word at `wordAt`, or of other events (`offset`). */
  private clearBits(offset: number, bits: () => void): void {
    const { code } = this;
    code.get(this.wordAt);
    code.get(this.wordAt);
    code.memory(Op.i64Load, offset);
    bits();
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.memory(Op.i64Store, offset);
  }

  /** Events that are no requests. A function may raise its request in this very cycle. */
  private runOthers(): void {
    const { code, options } = this;
    const others = othersFromWheel(options.arrays);
    code.block();
    code.loop();
    this.lanesOf(others);
    code.tee(this.rest);
    code.op(Op.i32Eqz);
    code.brIf(1);
    // Whoever leaves ends the run before anything of this cycle has happened.
    code.get(this.rest);
    code.set(this.group);
    code.loop();
    this.takeHart(this.group);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('function'));
    code.op(Op.i32Eqz);
    code.if();
    this.toggleLater(() => code.get(this.toggled));
    code.get(TIME);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.op(Op.return);
    code.end();
    code.get(this.group);
    code.brIf(0);
    code.end();
    this.takeHart(this.rest);
    this.setPlace(() => code.get(this.hart));
    for (const offset of [0, others]) this.clearBits(offset, () => this.bitOf(this.at));
    this.call(() => {
      code.get(this.base);
      code.memory(Op.i32Load, privateBytes('undo'));
    });
    code.br(0);
    code.end();
    code.end();
  }
}
