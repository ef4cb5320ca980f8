import { HART_SHIFT } from '../hart/slot.js';
import { stallOffset } from '../hart/state.js';
import { FunctionBody, ModuleBuilder, Op, Type } from '../wasm/index.js';
import {
  AHEAD,
  control,
  MAX_HARTS,
  privateBytes,
  WHEEL,
  wordBytes,
  type TranslatorArrays,
} from './layout.js';

/** Where things are in the shared memory, and the arbitration rule. */
export interface SchedulerOptions {
  readonly arrays: TranslatorArrays;
  /** Addresses. */
  readonly wordsAt: number;
  readonly numbersAt: number;
  readonly pointersAt: number;
  readonly sidesAt: number;
  readonly conflictsAt: number;
  readonly banks: number;
  readonly masters: number;
  readonly fair: boolean;
  readonly pages: number;
}

/** Parameters of the functions of translated code: address of the hart's words, time, undo log; the result is the time of the next event, `~time` when it is no request. */
export const functionParameters = [Type.i32, Type.i32, Type.i32];
export const functionResults = [Type.i32];

const numberBytes = (offset: number): number => 8 * offset;

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

const TIME = 0;
const UNTIL = 1;

class SchedulerEmitter {
  private readonly code = new FunctionBody(4096);
  private readonly slotAt: number;
  private readonly slot: number;
  private readonly request: number;
  private readonly hart: number;
  private readonly base: number;
  private readonly bank: number;
  private readonly next: number;
  private readonly rest: number;
  private readonly refused: number;
  private readonly group: number;
  private readonly winner: number;
  private readonly tree: number;
  private readonly losers: number;
  private readonly pointer: number;

  constructor(
    private readonly options: SchedulerOptions,
    private readonly signature: number,
  ) {
    const { code } = this;
    code.begin(2);
    this.slotAt = code.local(Type.i32);
    this.request = code.local(Type.i32);
    this.hart = code.local(Type.i32);
    this.base = code.local(Type.i32);
    this.bank = code.local(Type.i32);
    this.next = code.local(Type.i32);
    this.rest = code.local(Type.i32);
    this.refused = code.local(Type.i32);
    this.group = code.local(Type.i32);
    this.winner = code.local(Type.i32);
    this.tree = code.local(Type.i32);
    this.losers = code.local(Type.i32);
    this.pointer = code.local(Type.i32);
    this.slot = code.local(Type.i64);
  }

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

  private step(local: number, by: number): void {
    this.code.get(local);
    this.code.i32(by);
    this.code.op(Op.i32Add);
    this.code.set(local);
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

  private slotAddress(time: number): void {
    const { code } = this;
    code.get(time);
    code.i32(WHEEL - 1);
    code.op(Op.i32And);
    code.i32(3);
    code.op(Op.i32Shl);
    code.i32(this.options.arrays.wheelAt);
    code.op(Op.i32Add);
  }

  /** Lowest hart of a mask, which is taken out, and the address of its words. */
  private takeHart(mask: number): void {
    const { code } = this;
    this.nameHart(mask);
    code.get(mask);
    code.get(mask);
    code.i32(1);
    code.op(Op.i32Sub);
    code.op(Op.i32And);
    code.set(mask);
  }

  private nameHart(mask: number): void {
    const { code } = this;
    code.get(mask);
    code.op(Op.i32Ctz);
    code.tee(this.hart);
    code.i32(HART_SHIFT + 2);
    code.op(Op.i32Shl);
    code.i32(this.options.wordsAt);
    code.op(Op.i32Add);
    code.set(this.base);
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

  private hartBit(from: number): void {
    const { code } = this;
    code.get(this.base);
    code.memory(Op.i64Load32U, privateBytes('bit'));
    if (from === 0) return;
    code.i64(from);
    code.op(Op.i64Shl);
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

  private bankOf(): void {
    const { code } = this;
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.i32(2);
    code.op(Op.i32ShrU);
    code.i32(this.options.banks - 1);
    code.op(Op.i32And);
  }

  /** Bit of a bank in the upper half of a slot; banks beyond 32 share bits, which only costs time. */
  private bankBit(): void {
    const { code } = this;
    code.i64(0x1_0000_0000);
    code.get(this.bank);
    code.i32(31);
    code.op(Op.i32And);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
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

  /** Adds an integer to a double of the hart. */
  private addNumber(offset: number, value: number): void {
    const { code, options } = this;
    const at = this.bank;
    code.get(this.hart);
    code.i32(HART_SHIFT + 3);
    code.op(Op.i32Shl);
    code.tee(at);
    code.get(at);
    code.memory(Op.f64Load, options.numbersAt + numberBytes(offset));
    code.get(value);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.memory(Op.f64Store, options.numbersAt + numberBytes(offset));
  }

  /** Settles the banks of this cycle; afterwards `request` holds the winners. */
  private arbitrate(): void {
    const { code } = this;
    code.get(this.slot);
    code.i64(32);
    code.op(Op.i64ShrU);
    code.op(Op.i64Popcnt);
    code.op(Op.i32WrapI64);
    code.get(this.request);
    code.op(Op.i32Popcnt);
    code.op(Op.i32Eq);
    code.if();
    this.grantUncontested();
    code.else();
    this.arbitrateContested();
    code.end();
  }

  private grantUncontested(): void {
    const { code } = this;
    code.get(this.request);
    code.set(this.rest);
    code.loop();
    this.takeHart(this.rest);
    this.bankOf();
    code.set(this.bank);
    this.moveFreePointer();
    this.toggleSide();
    code.get(this.rest);
    code.brIf(0);
    code.end();
  }

  /** The only requester of a bank is also the lowest one above any pointer, cyclically. */
  private moveFreePointer(): void {
    const { code, options } = this;
    code.get(this.bank);
    if (options.fair) code.get(this.hart);
    else {
      code.get(this.bank);
      code.memory(Op.i32Load8U, options.pointersAt);
      code.i32(1);
      code.op(Op.i32Add);
      code.i32(options.masters - 1);
      code.op(Op.i32And);
    }
    code.memory(Op.i32Store8, options.pointersAt);
  }

  private toggleSide(): void {
    const { code, options } = this;
    code.get(this.bank);
    code.get(this.bank);
    code.memory(Op.i32Load8U, options.sidesAt);
    code.i32(1);
    code.op(Op.i32Xor);
    code.memory(Op.i32Store8, options.sidesAt);
  }

  private arbitrateContested(): void {
    const { code, options } = this;
    const cell = (): void => {
      code.get(this.bank);
      code.i32(2);
      code.op(Op.i32Shl);
    };
    const { askingAt } = options.arrays;
    code.get(this.request);
    code.set(this.rest);
    code.loop();
    this.takeHart(this.rest);
    this.bankOf();
    code.set(this.bank);
    cell();
    cell();
    code.memory(Op.i32Load, askingAt);
    code.i32(1);
    code.get(this.hart);
    code.op(Op.i32Shl);
    code.op(Op.i32Or);
    code.memory(Op.i32Store, askingAt);
    code.get(this.rest);
    code.brIf(0);
    code.end();

    code.get(this.request);
    code.set(this.rest);
    code.i32(0);
    code.set(this.request);
    code.get(TIME);
    code.i32(1);
    code.op(Op.i32Add);
    code.set(this.next);
    this.slotAddress(this.next);
    code.set(this.next);
    code.loop();
    this.takeHart(this.rest);
    this.bankOf();
    code.set(this.bank);
    cell();
    code.memory(Op.i32Load, askingAt);
    code.set(this.group);
    cell();
    code.i32(0);
    code.memory(Op.i32Store, askingAt);
    // The members of the group have been settled with their first one.
    code.get(this.rest);
    code.get(this.group);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.op(Op.i32And);
    code.set(this.rest);
    this.settleBank();
    code.get(this.rest);
    code.brIf(0);
    code.end();
  }

  /** `group` asks for `bank`: one wins, the others ask again in the next cycle (slot at `next`). */
  private settleBank(): void {
    const { code } = this;
    this.toggleSide();
    this.pickWinner();
    code.get(this.request);
    code.i32(1);
    code.get(this.winner);
    code.op(Op.i32Shl);
    code.op(Op.i32Or);
    code.set(this.request);
    this.movePointer();
    code.get(this.group);
    code.i32(1);
    code.get(this.winner);
    code.op(Op.i32Shl);
    code.op(Op.i32Xor);
    code.tee(this.losers);
    code.if();
    this.refuse();
    code.end();
  }

  private refuse(): void {
    const { code, options } = this;
    code.get(this.bank);
    code.i32(3);
    code.op(Op.i32Shl);
    code.tee(this.tree);
    code.get(this.tree);
    code.memory(Op.f64Load, options.conflictsAt);
    code.get(this.losers);
    code.op(Op.i32Popcnt);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.memory(Op.f64Store, options.conflictsAt);
    code.get(this.next);
    code.get(this.next);
    code.memory(Op.i64Load, 0);
    code.get(this.losers);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Or);
    this.bankBit();
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
    code.loop();
    this.takeHart(this.losers);
    code.get(this.base);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('refused'));
    code.i32(1);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, privateBytes('refused'));
    code.get(this.base);
    code.get(TIME);
    code.i32(1);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, privateBytes('event'));
    code.get(this.losers);
    code.brIf(0);
    code.end();
  }

  /** The tree of `winnerOf`: where both halves have requests, a bit of the pointer picks. */
  private pickWinner(): void {
    const { code, options } = this;
    code.get(this.bank);
    code.memory(Op.i32Load8U, options.pointersAt);
    code.set(this.pointer);
    code.i32(0);
    code.set(this.winner);
    code.get(this.group);
    code.set(this.tree);
    const levels = Math.min(options.masters, 2 * MAX_HARTS);
    for (let half = levels >> 1; half > 0; half >>= 1) {
      const low = half === 32 ? -1 : (1 << half) - 1;
      // upper = tree >>> half; lower = tree & low
      code.get(this.tree);
      code.i32(low);
      code.op(Op.i32And);
      code.op(Op.i32Eqz);
      code.get(this.tree);
      code.i32(half);
      code.op(Op.i32ShrU);
      code.i32(0);
      code.op(Op.i32Ne);
      code.get(this.pointer);
      code.i32(half);
      code.op(Op.i32And);
      code.i32(0);
      code.op(Op.i32Ne);
      code.op(Op.i32And);
      code.op(Op.i32Or);
      code.if();
      this.step(this.winner, half);
      code.get(this.tree);
      code.i32(half);
      code.op(Op.i32ShrU);
      code.set(this.tree);
      code.else();
      code.get(this.tree);
      code.i32(low);
      code.op(Op.i32And);
      code.set(this.tree);
      code.end();
    }
  }

  /** `nextPointer`: the lowest requester above it, else the lowest one; or simply the next number. */
  private movePointer(): void {
    const { code, options } = this;
    code.get(this.bank);
    if (options.fair) {
      const above = this.tree;
      code.get(this.group);
      code.i32(-2);
      code.get(this.pointer);
      code.op(Op.i32Shl);
      code.op(Op.i32And);
      code.tee(above);
      code.get(this.group);
      code.get(above);
      code.op(Op.select);
      code.op(Op.i32Ctz);
    } else {
      code.get(this.pointer);
      code.i32(1);
      code.op(Op.i32Add);
      code.i32(options.masters - 1);
      code.op(Op.i32And);
    }
    code.memory(Op.i32Store8, options.pointersAt);
  }
}
