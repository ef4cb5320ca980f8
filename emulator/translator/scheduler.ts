import { stallOffset } from '../hart/state.js';
import { ModuleBuilder, Op, Type, type FunctionBody } from '../wasm/index.js';
import { ArbiterCode } from './arbiter-code.js';
import { AHEAD, control, privateBytes, wordBytes } from './layout.js';
import { TIME, UNTIL, type SchedulerOptions } from './wheel-code.js';

/** Parameters of the functions of translated code: address of the hart's words, time, undo log; the result is the time of the next event, `~time` when it is no request. */
export const functionParameters = [Type.i32, Type.i32, Type.i32];
export const functionResults = [Type.i32];

/**
 * The module that pops cycle after cycle from the wheel: `run(time, until)` returns the first cycle
 * that it did not touch: `until`, or one with an event that translated code leaves to others.
 * All requests of a cycle are known when it comes, because each hart has been run up to its next one;
 * so the rule of `interconnect/arbiter.ts` holds cycle by cycle.
 */
export function schedulerModule(options: SchedulerOptions): Uint8Array {
  const module = new ModuleBuilder();
  const signature = module.type(functionParameters, functionResults);
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.importTable('machine', 'functions', { min: 1 });
  const run = module.code(
    module.type([Type.i32, Type.i32], [Type.i32]),
    new SchedulerEmitter(options, signature).body(),
  );
  module.exportFunction('run', run);
  return module.finish();
}

/** Writes `run`. */
class SchedulerEmitter extends ArbiterCode {
  body(): FunctionBody {
    const { code, options } = this;
    code.loop(); // cycle
    this.findCycle();
    // How far harts may run ahead in this cycle.
    code.i32(options.arrays.controlAt + 4 * control.deadline);
    code.get(TIME);
    code.i32(AHEAD);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, 0);
    this.grantSingle();
    this.runOthers();
    code.get(this.slotAt);
    code.i64(0);
    code.memory(Op.i64Store, 0);
    code.get(this.slot);
    code.op(Op.i32WrapI64);
    code.i32(0xffff);
    code.op(Op.i32And);
    code.tee(this.request);
    code.if();
    this.arbitrate();
    this.grantAll();
    code.end();
    this.step(TIME, 1);
    code.br(0);
    code.end();
    code.op(Op.unreachable);
    return code;
  }

  /** Moves the time on to the next cycle with an event; returns from the function at `until`. */
  private findCycle(): void {
    const { code } = this;
    code.loop();
    code.get(TIME);
    code.get(UNTIL);
    code.op(Op.i32GeS);
    code.if();
    code.get(UNTIL);
    code.op(Op.return);
    code.end();
    this.slotAddress(TIME);
    code.tee(this.slotAt);
    code.memory(Op.i64Load, 0);
    code.tee(this.slot);
    code.op(Op.i64Eqz);
    code.if();
    this.step(TIME, 1);
    code.br(1);
    code.end();
    code.end();
  }

  /** The usual cycle: one request, and nothing else. Goes on with the next cycle. */
  private grantSingle(): void {
    const { code } = this;
    code.get(this.slot);
    code.op(Op.i32WrapI64);
    code.tee(this.request);
    code.get(this.request);
    code.i32(1);
    code.op(Op.i32Sub);
    code.op(Op.i32And);
    code.op(Op.i32Eqz);
    code.get(this.request);
    code.i32(0x10000);
    code.op(Op.i32LtU);
    code.op(Op.i32And);
    code.if();
    code.get(this.slotAt);
    code.i64(0);
    code.memory(Op.i64Store, 0);
    this.nameHart(this.request);
    this.bankOf();
    code.set(this.bank);
    this.moveFreePointer();
    this.toggleSide();
    this.grantOne();
    this.step(TIME, 1);
    code.br(1);
    code.end();
  }

  /** Events that are no requests. A function may raise its request in this very cycle. */
  private runOthers(): void {
    const { code } = this;
    code.block();
    code.get(this.slot);
    code.i64(0xffff0000);
    code.op(Op.i64And);
    code.op(Op.i64Eqz);
    code.brIf(0);
    code.loop();
    code.get(this.slot);
    code.i64(16);
    code.op(Op.i64ShrU);
    code.op(Op.i32WrapI64);
    code.i32(0xffff);
    code.op(Op.i32And);
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
    code.get(TIME);
    code.op(Op.return);
    code.end();
    code.get(this.group);
    code.brIf(0);
    code.end();
    this.takeHart(this.rest);
    // slot &= ~(1 << (16 + hart))
    code.get(this.slotAt);
    code.get(this.slot);
    this.hartBit(16);
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.memory(Op.i64Store, 0);
    this.call();
    code.get(this.slotAt);
    code.memory(Op.i64Load, 0);
    code.set(this.slot);
    code.br(0);
    code.end();
    code.end();
  }

  /** Calls the function of the hart and puts its next event into the wheel. */
  private call(): void {
    const { code } = this;
    code.get(this.base);
    code.get(TIME);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('undo'));
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('function'));
    code.callIndirect(this.signature);
    code.tee(this.next);
    code.i32(0);
    code.op(Op.i32GeS);
    code.if();
    this.insertRequest();
    code.else();
    code.get(this.next);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.set(this.next);
    this.slotAddress(this.next);
    code.tee(this.bank);
    code.get(this.bank);
    code.memory(Op.i64Load, 0);
    this.hartBit(16);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
    code.end();
    code.get(this.base);
    code.get(this.next);
    code.memory(Op.i32Store, privateBytes('event'));
  }

  private insertRequest(): void {
    const { code } = this;
    const at = this.group;
    this.slotAddress(this.next);
    code.tee(at);
    code.get(at);
    code.memory(Op.i64Load, 0);
    this.hartBit(0);
    code.op(Op.i64Or);
    // Bit of the bank, out of a table.
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.i32(1);
    code.op(Op.i32Shl);
    code.i32(8 * (Math.min(this.options.banks, 32) - 1));
    code.op(Op.i32And);
    code.memory(Op.i64Load, this.options.arrays.bankBitsAt);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
  }

  private grantAll(): void {
    const { code } = this;
    code.loop();
    this.takeHart(this.request);
    this.grantOne();
    code.get(this.request);
    code.brIf(0);
    code.end();
  }

  /** Ends the access of `hart`, and puts its next event into the wheel. */
  private grantOne(): void {
    const { code } = this;
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('refused'));
    code.tee(this.refused);
    code.if();
    this.addNumber(stallOffset('tcdm_conflict'), this.refused);
    code.get(this.base);
    code.get(this.refused);
    code.memory(Op.i32Store, privateBytes('withheld'));
    code.get(this.base);
    code.i32(0);
    code.memory(Op.i32Store, privateBytes('refused'));
    this.call();
    code.get(this.base);
    code.i32(0);
    code.memory(Op.i32Store, privateBytes('withheld'));
    code.else();
    this.call();
    code.end();
  }
}
