import { Op, Type } from '../wasm/index.js';
import { FIELD, FIELD_MASK } from './region-ways.js';
import { frame } from './region-frame.js';
import { recordAt, type link } from './region-links.js';
import { LinkWords, type LinkOptions } from './region-link-words.js';

/** Adds up what a region counted, where another one goes on. */
export class LinkSums extends LinkWords {
  /** Addresses of the records of the region that runs and of the next one, and of what is known of the exit. */
  protected readonly record: number;
  protected readonly next: number;
  protected readonly exit: number;
  protected readonly number: number;
  protected readonly flags: number;
  /** Cycles of regions that are done; of this one; and of a target that straddles fetch words. */
  protected readonly elapsed: number;
  protected readonly time: number;
  protected readonly extra: number;
  protected readonly pc: number;
  protected readonly at: number;
  protected readonly count: number;
  protected readonly word: number;

  constructor(options: LinkOptions) {
    super(options);
    const { code } = this;
    code.begin(3);
    this.record = code.local(Type.i32);
    this.next = code.local(Type.i32);
    this.exit = code.local(Type.i32);
    this.number = code.local(Type.i32);
    this.flags = code.local(Type.i32);
    this.elapsed = code.local(Type.i32);
    this.time = code.local(Type.i32);
    this.extra = code.local(Type.i32);
    this.pc = code.local(Type.i32);
    this.at = code.local(Type.i32);
    this.count = code.local(Type.i32);
    this.word = code.local(Type.i64);
  }

  protected sumUp(): void {
    const { code } = this;
    code.get(this.record);
    this.said('hart');
    code.op(Op.i32Add);
    code.i32(1);
    code.memory(Op.i32Store8, recordAt.dirty);
    code.get(this.record);
    code.memory(Op.i32Load, recordAt.sums);
    code.get(this.record);
    code.memory(Op.i32Load, recordAt.stride);
    this.said('hart');
    code.op(Op.i32Mul);
    code.op(Op.i32Add);
    code.set(this.at);
    // The first field of the first word is the number of entries of the list, the last one the time.
    this.addField(this.word, 1);
    this.each(recordAt.words, 1, 8, frame.words, () => {
      code.get(this.count);
      code.memory(Op.i64Load, 0);
      code.set(this.word);
      for (const field of [0, 1, 2]) this.addField(this.word, field);
    });
    // What `note` needs of the first word.
    this.fromFrame(Op.i64Load, frame.words);
    code.set(this.word);
    this.each(recordAt.tight, 0, 4, frame.turned, () =>
      this.add(() => {
        code.get(this.count);
        code.memory(Op.i32Load, 0);
      }),
    );
    code.get(this.at);
    code.get(this.number);
    code.i32(2);
    code.op(Op.i32Shl);
    code.op(Op.i32Add);
    code.set(this.at);
    this.add(() => code.i32(1));
    this.gather('odd', Op.i32Xor, frame.odd);
    this.gather('granted', Op.i32Or, frame.granted);
    this.gather('divisions', Op.i32Add, frame.divisions);
    this.gather('outer', Op.i32Add, frame.outer);
    this.say('elapsed', () => {
      code.get(this.elapsed);
      code.get(this.time);
      code.op(Op.i32Add);
      code.get(this.extra);
      code.op(Op.i32Add);
      code.tee(this.elapsed);
    });
  }

  /** Adds a value to the sum at `at`, and goes on to the next one. */
  private add(value: () => void): void {
    const { code } = this;
    code.get(this.at);
    code.get(this.at);
    code.memory(Op.i32Load, 0);
    value();
    code.op(Op.i32Add);
    code.memory(Op.i32Store, 0);
    this.step(this.at, 4);
  }

  private addField(word: number, field: number): void {
    const { code } = this;
    this.add(() => {
      code.get(word);
      code.i64(field * FIELD);
      code.op(Op.i64ShrU);
      code.op(Op.i32WrapI64);
      code.i32(FIELD_MASK);
      code.op(Op.i32And);
    });
  }

  /** For each element of the frame from `first` on: its address is in `count`. */
  private each(many: number, first: number, bytes: number, from: number, write: () => void): void {
    const { code } = this;
    const start = this.inFrame(from);
    code.get(this.record);
    code.memory(Op.i32Load, many);
    code.i32(first);
    code.op(Op.i32GtS);
    code.if();
    code.i32(start + bytes * first);
    code.set(this.count);
    code.loop();
    write();
    this.step(this.count, bytes);
    code.get(this.count);
    code.get(this.record);
    code.memory(Op.i32Load, many);
    code.i32(bytes === 8 ? 3 : 2);
    code.op(Op.i32Shl);
    code.i32(start);
    code.op(Op.i32Add);
    code.op(Op.i32LtU);
    code.brIf(0);
    code.end();
    code.end();
  }

  private gather(field: keyof typeof link, op: number, from: number): void {
    this.say(field, () => {
      this.said(field);
      this.fromFrame(Op.i32Load, from);
      this.code.op(op);
    });
  }
}
