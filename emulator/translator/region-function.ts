import { Op, Type, type FunctionBody } from '../wasm/index.js';
import { wordBytes } from './layout.js';
import type { Account } from './region-account.js';
import type { Block } from './region-graph.js';
import { nothing } from './region-pending.js';
import { Masks } from './region-masks.js';
import { books, frame, type ExitKind, type RegionExit, type Variant } from './region-frame.js';
import { readsOf, writesOf, type Step } from './tree.js';

/** What the functions of regions need to know of the machine. */
export interface RegionOptions {
  readonly divBase: number;
  /** Addresses in the shared memory. */
  readonly tcdmAt: number;
  readonly frameAt: number;
  /** A word for each bank with its bit. */
  readonly bankBitsAt: number;
  readonly banks: number;
  readonly tcdm: { readonly base: number; readonly size: number };
  /** Address of the words of hart 0, and what it reads from `mhartid`; others follow it. */
  readonly wordsAt: number;
  readonly hartId: number;
  /** The memory that some loads reach: what it takes, and where it is. */
  readonly outer: {
    readonly latency: number;
    readonly at: number;
    readonly base: number;
    readonly size: number;
  };
}

/** Parameter: address of the hart's words. */
export const BASE = 0;

const loopFields = [
  'loopStart0',
  'loopEnd0',
  'loopCount0',
  'loopStart1',
  'loopEnd1',
  'loopCount1',
] as const;
export type LoopField = (typeof loopFields)[number];

/** What a function of a region has around its instructions: locals for registers and counters, frames, exits. */
export class RegionFunction {
  readonly exits: RegionExit[] = [];
  /** Below this offset the TCDM holds code. */
  codeEnd = 0;
  protected readonly locals = new Int32Array(32);
  protected written = 0;
  protected words: number[] = [];
  protected limit = 0;
  protected label = 0;
  /** Number of the tight loop that is being written, or -1, and of the copy of its body. */
  protected inTight = -1;
  protected copies = 0;
  /** What is not counted yet of the way to the code that is being written. */
  protected pending = nothing;
  /** By tight loop: cycles of its turns, and the first word when it was entered last. */
  protected turned: number[] = [];
  protected begun: number[] = [];
  protected odd = 0;
  protected granted = 0;
  protected divisions = 0;
  protected outer = 0;
  protected where = 0;
  protected bit = 0;
  variant: Variant = 'plain';
  /** Loads that may reach L2. */
  outerLoads: ReadonlySet<Step> = new Set();
  protected bookedAt = 0;
  /** Where fetches are booked: whether the last load that may reach L2 right before a jump did. */
  protected wasOuter = 0;
  protected since = 0;
  protected readonly loopLocals = new Map<LoopField, number>();
  protected readonly masks = new Masks();
  /** By register: a local for the bit that it held last; 0 where there is none. */
  protected readonly bitLocals = new Int32Array(32);
  /** Blocks around the code that is being written: nodes of loops and merges, or -1. */
  protected readonly frames: number[] = [];

  constructor(
    readonly body: FunctionBody,
    protected readonly options: RegionOptions,
  ) {}

  /** Declares the locals of a function and loads the registers that its instructions use. */
  protected prologue(steps: Iterable<Step>, words: number, loops: boolean, tight: number): void {
    const { body } = this;
    this.exits.length = 0;
    this.locals.fill(-1);
    this.bitLocals.fill(0);
    this.written = 0;
    this.loopLocals.clear();
    const used = new Set<number>();
    for (const step of steps) {
      readsOf(step, used);
      const written = [writesOf(step)];
      if (step.row.memory?.postIncrement === true && step.rs1 !== 0) written.push(step.rs1);
      for (const register of written) {
        if (register < 0) continue;
        used.add(register);
        this.written |= 1 << register;
      }
    }
    body.begin(1);
    for (const register of used) {
      this.locals[register] = body.local(Type.i32);
      body.get(BASE);
      body.memory(Op.i32Load, 4 * register);
      body.set(this.locals[register]);
    }
    if (loops) {
      for (const field of loopFields) {
        this.loopLocals.set(field, body.local(Type.i32));
        body.get(BASE);
        body.memory(Op.i32Load, wordBytes(field));
        body.set(this.loopLocals.get(field)!);
      }
    }
    this.odd = body.local(Type.i32);
    this.granted = body.local(Type.i32);
    this.divisions = body.local(Type.i32);
    this.outer = body.local(Type.i32);
    this.where = body.local(Type.i32);
    this.bit = body.local(Type.i32);
    this.label = body.local(Type.i32);
    this.words = Array.from({ length: words }, () => body.local(Type.i64));
    this.limit = body.local(Type.i64);
    this.turned = Array.from({ length: tight }, () => body.local(Type.i32));
    this.begun = Array.from({ length: tight }, () => body.local(Type.i64));
    this.inTight = -1;
    this.copies = 0;
    body.i32(0);
    body.memory(Op.i64Load, this.options.frameAt + frame.start);
    body.set(this.words[0]);
    // Out of memory, or the host's compiler would compute it again in each loop.
    body.i32(0);
    body.memory(Op.i64Load, this.options.frameAt + frame.limit);
    body.set(this.limit);
    if (!books(this.variant)) return;
    const load = (at: number): number => {
      const local = body.local(Type.i32);
      body.i32(0);
      body.memory(Op.i32Load, this.options.frameAt + at);
      body.set(local);
      return local;
    };
    this.since = load(frame.since);
    this.bookedAt = load(frame.bookedAt);
    if (this.variant === 'fetching') this.wasOuter = body.local(Type.i32);
  }

  /** The number of the exit is on the stack. */
  protected epilogue(): void {
    const { body, options } = this;
    const store = (op: number, local: number, at: number): void => {
      body.i32(0);
      body.get(local);
      body.memory(op, options.frameAt + at);
    };
    for (let register = 1; register < 32; register++) {
      if (((this.written >>> register) & 1) === 0) continue;
      body.get(BASE);
      body.get(this.locals[register]);
      body.memory(Op.i32Store, 4 * register);
    }
    for (const [field, local] of this.loopLocals) {
      body.get(BASE);
      body.get(local);
      body.memory(Op.i32Store, wordBytes(field));
    }
    if (books(this.variant)) store(Op.i32Store, this.bookedAt, frame.bookedAt);
    else {
      store(Op.i32Store, this.odd, frame.odd);
      store(Op.i32Store, this.granted, frame.granted);
    }
    store(Op.i32Store, this.divisions, frame.divisions);
    store(Op.i32Store, this.outer, frame.outer);
    this.turned.forEach((local, i) => store(Op.i32Store, local, frame.turned + 4 * i));
    this.begun.forEach((local, i) => store(Op.i64Store, local, frame.begun + 8 * i));
    this.words.forEach((word, i) => store(Op.i64Store, word, frame.words + 8 * i));
  }

  // --- Exits ---------------------------------------------------------------------------------

  private exit(block: Block, pc: number, account: Account, kind: ExitKind, far = false): number {
    this.exits.push({
      block,
      pc,
      account: account.copy(),
      pending: this.pending,
      kind,
      far,
      tight: this.inTight,
      turns: this.copies,
    });
    return this.exits.length - 1;
  }

  /** Returns. */
  leave(block: Block, pc: number, account: Account, kind: ExitKind, far = false): void {
    this.body.i32(this.exit(block, pc, account, kind, far));
    this.body.br(this.frames.length - 1);
  }

  /** Returns when a condition holds. */
  leaveWhen(
    block: Block,
    pc: number,
    account: Account,
    condition: () => void,
    kind: ExitKind = 'side',
  ): void {
    this.body.i32(this.exit(block, pc, account, kind));
    condition();
    this.body.brIf(this.frames.length - 1);
    this.body.op(Op.drop);
  }

  protected open(kind: 'block' | 'loop' | 'if', node = -1): void {
    const { body } = this;
    if (kind === 'block') body.block();
    else if (kind === 'loop') body.loop();
    else body.if();
    this.frames.push(node);
  }

  protected close(): void {
    this.body.end();
    this.frames.pop();
  }

  protected depthOf(node: number): number {
    return this.frames.length - 1 - this.frames.lastIndexOf(node);
  }
}
