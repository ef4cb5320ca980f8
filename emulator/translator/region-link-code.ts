import { stall } from '../hart/state.js';
import { ModuleBuilder, Op, Type, type FunctionBody } from '../wasm/index.js';
import { wordBytes } from './layout.js';
import { LinkSums } from './region-link-sums.js';
import { BASE, CONTROL, FIELD_OF, type LinkOptions } from './region-link-words.js';
import {
  EXIT_SHIFT,
  exitAt,
  JUMPED,
  LAST_STALL_SHIFT,
  LINKED,
  MOST_RECORDED,
  RECORD_SHIFT,
  RECORDED_SHIFT,
  recordedAt,
  STRADDLES,
  recordAt,
  WAYS,
  WORTH,
} from './region-links.js';
import { FIELD_MASK, TIME_SHIFT } from './region-ways.js';
import { frame, RECENT } from './region-frame.js';

const STRADDLES_SHIFT = 31 - Math.clz32(STRADDLES);
const JUMPED_SHIFT = 31 - Math.clz32(JUMPED);

/** In the place of an exit: time is up between two regions. */
export const BETWEEN = -1;

/** The module with `run`, which runs one region after the other and returns the exit of the last one. */
export function linkModule(options: LinkOptions): Uint8Array {
  const module = new ModuleBuilder();
  const region = module.type([Type.i32], [Type.i32]);
  const run = module.type([Type.i32, Type.i32, Type.i32], [Type.i32]);
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.importTable('machine', 'regions', { min: 1 });
  module.exportFunction('run', module.code(run, new LinkCode(options, region).body()));
  return module.finish();
}

/**
 * Where a region is left to code that is a region too, and nothing speaks against it, that one goes on: what the first one
 * counted is added up in its sums. What the last one counted is left in the frame.
 */
class LinkCode extends LinkSums {
  constructor(
    options: LinkOptions,
    private readonly signature: number,
  ) {
    super(options);
  }

  body(): FunctionBody {
    const { code } = this;
    this.said('record');
    code.set(this.record);
    this.said('elapsed');
    code.set(this.elapsed);
    code.loop();
    this.runRegion();
    code.block();
    this.findExit();
    this.findTarget();
    this.findNext();
    this.sumUp();
    this.note();
    code.get(this.next);
    code.set(this.record);
    code.get(this.elapsed);
    this.said('soft');
    code.op(Op.i32LtS);
    code.brIf(1);
    this.say('record', () => code.get(this.record));
    code.i32(BETWEEN);
    code.op(Op.return);
    code.end();
    this.say('record', () => code.get(this.record));
    this.say('elapsed', () => code.get(this.elapsed));
    code.get(this.number);
    code.op(Op.return);
    code.end();
    code.op(Op.unreachable);
    return code;
  }

  // --- One region ----------------------------------------------------------------------------

  private runRegion(): void {
    const { code } = this;
    code.i32(0);
    this.left(this.record);
    code.i32(TIME_SHIFT);
    code.op(Op.i32Shl);
    code.memory(Op.i32Store, this.inFrame(frame.limit + 4));
    code.i32(0);
    code.get(this.elapsed);
    code.memory(Op.i32Store, this.inFrame(frame.since));
    code.get(BASE);
    code.get(this.record);
    code.get(FIELD_OF);
    code.op(Op.i32Add);
    code.memory(Op.i32Load, recordAt.element);
    code.callIndirect(this.signature);
    code.set(this.number);
  }

  /** Pushes the cycles that a region may turn from `elapsed` on. */
  private left(record: number): void {
    const { code } = this;
    this.said('deadline');
    code.get(this.elapsed);
    code.op(Op.i32Sub);
    code.get(record);
    code.memory(Op.i32Load, recordAt.longest);
    code.op(Op.i32Sub);
  }

  private findExit(): void {
    const { code } = this;
    code.get(this.record);
    code.memory(Op.i32Load, recordAt.exits);
    code.get(this.number);
    code.i32(EXIT_SHIFT);
    code.op(Op.i32Shl);
    code.op(Op.i32Add);
    code.tee(this.exit);
    code.memory(Op.i32Load, exitAt.flags);
    code.tee(this.flags);
    code.i32(LINKED);
    code.op(Op.i32And);
    code.op(Op.i32Eqz);
    code.brIf(0);
    this.fromFrame(Op.i64Load, frame.words);
    code.tee(this.word);
    code.i64(32 + TIME_SHIFT);
    code.op(Op.i64ShrU);
    code.op(Op.i32WrapI64);
    code.get(this.exit);
    code.memory(Op.i32Load, exitAt.time);
    code.op(Op.i32Add);
    code.tee(this.time);
    // A region that does nothing would lead to itself.
    code.op(Op.i32Eqz);
    code.brIf(0);
  }

  /** Where the hart goes on, and as an offset in L2; leaves the block when that is elsewhere. */
  private findTarget(): void {
    const { code, options } = this;
    this.hasFlag(JUMPED);
    code.if(Type.i32);
    this.fromFrame(Op.i32Load, frame.target);
    code.else();
    code.get(this.exit);
    code.memory(Op.i32Load, exitAt.pc);
    code.end();
    code.tee(this.pc);
    code.i32(-options.l2.base | 0);
    code.op(Op.i32Add);
    code.tee(this.at);
    code.i32(options.l2.size);
    code.op(Op.i32GeU);
    code.brIf(0);
  }

  /** The region there; leaves the block when there is none, or it may not run now. */
  private findNext(): void {
    const { code, options } = this;
    const { entriesAt } = options;
    const { recordsAt } = options.links;
    code.get(this.at);
    code.memory(Op.i32Load16U, entriesAt);
    code.tee(this.count);
    code.op(Op.i32Eqz);
    code.brIf(0);
    code.get(this.count);
    code.i32(STRADDLES - 1);
    code.op(Op.i32And);
    code.i32(RECORD_SHIFT);
    code.op(Op.i32Shl);
    code.i32(recordsAt);
    code.op(Op.i32Add);
    code.set(this.next);
    if (options.splitTarget > 0) {
      code.i32(options.splitTarget);
      code.i32(0);
      code.get(this.count);
      code.i32(STRADDLES);
      code.op(Op.i32And);
      this.hasFlag(JUMPED);
      code.i32(STRADDLES_SHIFT - JUMPED_SHIFT);
      code.op(Op.i32Shl);
      code.op(Op.i32And);
      code.op(Op.select);
      code.set(this.extra);
    }
    if (options.caches) {
      code.get(this.next);
      this.said('hart');
      code.i32(2);
      code.op(Op.i32Shl);
      code.op(Op.i32Add);
      code.memory(Op.i32Load, recordAt.epochs);
      this.said('epoch');
      code.op(Op.i32Ne);
      code.brIf(0);
    }
    code.get(this.next);
    code.get(FIELD_OF);
    code.op(Op.i32Add);
    code.memory(Op.i32Load, recordAt.element);
    code.op(Op.i32Eqz);
    code.brIf(0);
    // The first turn of a loop behind a flush of the pipeline is not that of a region.
    code.get(this.next);
    code.memory(Op.i32Load, recordAt.loops);
    code.if();
    code.get(BASE);
    code.memory(Op.i32Load, wordBytes('afterFlush'));
    code.brIf(1);
    code.end();
    this.left(this.next);
    code.get(this.time);
    code.op(Op.i32Sub);
    code.get(this.extra);
    code.op(Op.i32Sub);
    code.i32(WORTH);
    code.op(Op.i32LtS);
    code.brIf(0);
  }

  // --- What it counted -----------------------------------------------------------------------

  /** The last taken jumps, the last stall, and what depends on the target. */
  private note(): void {
    const { code, options } = this;
    this.noteWays();
    code.get(this.flags);
    code.i32(LAST_STALL_SHIFT);
    code.op(Op.i32ShrU);
    code.tee(this.count);
    code.if();
    code.get(BASE);
    code.get(this.count);
    code.i32(1);
    code.op(Op.i32Sub);
    code.memory(Op.i32Store, wordBytes('lastStall'));
    code.end();
    this.hasFlag(JUMPED);
    code.if();
    code.get(CONTROL);
    code.get(CONTROL);
    code.memory(Op.f64Load, this.inControl('targets'));
    code.get(this.pc);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.memory(Op.f64Store, this.inControl('targets'));
    code.end();
    if (options.splitTarget === 0) return;
    code.get(this.extra);
    code.if();
    code.get(BASE);
    code.i32(stall.jump);
    code.memory(Op.i32Store, wordBytes('lastStall'));
    this.say('splits', () => {
      this.said('splits');
      code.i32(1);
      code.op(Op.i32Add);
    });
    code.end();
  }

  /** Notes which part of the list of taken jumps is that of the region; the next one goes on behind it. */
  private noteWays(): void {
    const { code, options } = this;
    const taken = this.time;
    code.get(this.word);
    code.op(Op.i32WrapI64);
    code.i32(FIELD_MASK);
    code.op(Op.i32And);
    code.tee(taken);
    this.fromFrame(Op.i32Load, frame.start);
    code.tee(this.count);
    code.op(Op.i32Ne);
    this.hasFlag(WAYS);
    code.op(Op.i32Or);
    code.if();
    this.said('recorded');
    code.tee(this.at);
    code.i32(MOST_RECORDED - 1);
    code.op(Op.i32And);
    code.i32(RECORDED_SHIFT);
    code.op(Op.i32Shl);
    code.get(CONTROL);
    code.op(Op.i32Add);
    code.set(this.exit);
    this.put('exit', () => {
      code.get(this.record);
      code.i32(options.links.recordsAt);
      code.op(Op.i32Sub);
      code.i32(16 - RECORD_SHIFT);
      code.op(Op.i32Shl);
      code.get(this.number);
      code.op(Op.i32Or);
    });
    this.put('taken', () => code.get(taken));
    this.put('target', () => code.get(this.pc));
    this.put('start', () => code.get(this.count));
    this.say('recorded', () => {
      code.get(this.at);
      code.i32(1);
      code.op(Op.i32Add);
    });
    code.i32(0);
    code.get(taken);
    code.i32(RECENT - 1);
    code.op(Op.i32And);
    code.memory(Op.i32Store, this.inFrame(frame.start));
    code.end();
  }

  /** Writes a word of the entry whose address, less that of the list in the control words, is in `exit`. */
  private put(field: keyof typeof recordedAt, value: () => void): void {
    const { code } = this;
    code.get(this.exit);
    value();
    code.memory(Op.i32Store, this.inControl('list') + recordedAt[field]);
  }

  private hasFlag(flag: number): void {
    this.code.get(this.flags);
    this.code.i32(flag);
    this.code.op(Op.i32And);
  }
}
