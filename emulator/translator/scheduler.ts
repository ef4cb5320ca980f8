import { ModuleBuilder, Op, Type, type FunctionBody } from '../wasm/index.js';
import { ArbiterCode } from './arbiter-code.js';
import { AHEAD, control, privateBytes, wordBytes } from './layout.js';
import { TIME, UNTIL, WAITING, type SchedulerOptions } from './wheel-code.js';

/** Parameters of the functions of translated code: address of the hart's words, time, and the offset of the access that is granted or, where none is, address of the undo log; the result is the time of the next event, `~time` when it is no request. */
export const functionParameters = [Type.i32, Type.i32, Type.i32];
export const functionResults = [Type.i32];

/**
 * The module that pops cycle after cycle from the wheel: `run(time, until, waiting)` returns the first
 * cycle that it did not touch: `until`, or one with an event that translated code leaves to others.
 * `waiting` are harts whose request has been refused: they stand at their banks (`asking`), not in the wheel.
 * All requests of a cycle are known when it comes, because each hart has been run up to its next one;
 * so the rule of `interconnect/arbiter.ts` holds cycle by cycle.
 */
export function schedulerModule(options: SchedulerOptions): Uint8Array {
  const module = new ModuleBuilder();
  const signature = module.type(functionParameters, functionResults);
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.importTable('machine', 'functions', { min: 1 });
  const run = module.code(
    module.type([Type.i32, Type.i32, Type.i32], [Type.i32]),
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
    this.isSpecial();
    code.if();
    this.runOthers();
    this.clearSlot();
    this.takeRequests();
    this.settleBanks();
    code.else();
    this.clearSlot();
    if (this.togglesLater) {
      // The banks of the slot
      code.get(this.toggled);
      code.get(this.slot);
      code.i64(32);
      code.op(Op.i64ShrU);
      code.op(Op.i32WrapI64);
      code.op(Op.i32Xor);
      code.set(this.toggled);
    }
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
    this.tellToggled();
    code.get(UNTIL);
    code.op(Op.return);
    code.end();
    this.slotAddress(TIME);
    code.tee(this.slotAt);
    code.memory(Op.i64Load, 0);
    code.tee(this.slot);
    code.get(WAITING);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Or);
    code.op(Op.i64Eqz);
    code.if();
    this.step(TIME, 1);
    code.br(1);
    code.end();
    code.end();
  }

  /** Whether there is more in this cycle than requests of harts for a bank each: as many banks as harts. */
  private isSpecial(): void {
    const { code } = this;
    code.get(this.slot);
    code.op(Op.i32WrapI64);
    code.tee(this.request);
    code.i32(-0x10000);
    code.op(Op.i32And);
    code.get(WAITING);
    code.op(Op.i32Or);
    code.get(this.slot);
    code.op(Op.i64Popcnt);
    code.op(Op.i32WrapI64);
    code.get(this.request);
    code.op(Op.i32Popcnt);
    code.i32(1);
    code.op(Op.i32Shl);
    code.op(Op.i32Xor);
    code.op(Op.i32Or);
  }

  private clearSlot(): void {
    const { code } = this;
    code.get(this.slotAt);
    code.i64(0);
    code.memory(Op.i64Store, 0);
  }

  /** Events that are no requests. A function may raise its request in this very cycle. */
  private runOthers(): void {
    const { code } = this;
    code.block();
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
    this.tellToggled();
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
    this.call(privateBytes('undo'));
    code.get(this.slotAt);
    code.memory(Op.i64Load, 0);
    code.set(this.slot);
    code.br(0);
    code.end();
    code.end();
    code.get(this.slot);
    code.op(Op.i32WrapI64);
    code.i32(0xffff);
    code.op(Op.i32And);
    code.set(this.request);
  }

  /** The usual cycle: nobody asks for what another one asks for. */
  private grantAll(): void {
    const { code } = this;
    code.loop();
    this.takeHart(this.request);
    this.bankOf();
    code.set(this.bank);
    this.moveFreePointer();
    if (!this.togglesLater) this.toggleSide();
    this.call(wordBytes('requestOffset'));
    code.get(this.request);
    code.brIf(0);
    code.end();
  }
}
