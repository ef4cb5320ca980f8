import { FunctionBody, Op, type ModuleBuilder } from '../wasm/index.js';
import { BOOKED_SHIFT, bookedWord, type BookedOptions, type BookedWord } from './booked-layout.js';

/** What both kinds of arbitration of logs are written with. Names of locals stand for their indices. */
export class BookedEmitter<Options extends BookedOptions> {
  protected readonly code = new FunctionBody(4096);

  constructor(
    private readonly module: ModuleBuilder,
    protected readonly options: Options,
  ) {}

  /** Adds a function to the module; returns its index. */
  protected write(parameters: number[], results: number[], body: () => void): number {
    this.code.begin(parameters.length);
    body();
    return this.module.code(this.module.type(parameters, results), this.code);
  }

  /** Pushes `local op value`. */
  protected with(local: number, op: number, value: number): void {
    const { code } = this;
    code.get(local);
    code.i32(value);
    code.op(op);
  }

  protected plus(local: number, value: number): void {
    this.with(local, Op.i32Add, value);
    this.code.set(local);
  }

  protected wordOf(base: number, word: BookedWord): void {
    const { code } = this;
    code.get(base);
    code.memory(Op.i32Load, this.wordAt(word));
  }

  protected wordAt(word: BookedWord): number {
    return this.options.controlAt + 4 * bookedWord[word];
  }

  /** `base`: the place of the hart in the control block. */
  protected store(base: number, word: BookedWord, value: () => void): void {
    const { code } = this;
    code.get(base);
    value();
    code.memory(Op.i32Store, this.wordAt(word));
  }

  protected baseOf(hart: number, base: number): void {
    this.with(hart, Op.i32Shl, BOOKED_SHIFT);
    this.code.set(base);
  }

  /** Pushes the bank of the first word of an entry. */
  protected bankOf(low: number): void {
    this.with(low, Op.i32ShrU, 2);
    this.code.i32(this.options.banks - 1);
    this.code.op(Op.i32And);
  }

  protected increase(
    base: number,
    word: BookedWord,
    value: () => void,
    op: number = Op.i32Add,
  ): void {
    this.store(base, word, () => {
      this.wordOf(base, word);
      value();
      this.code.op(op);
    });
  }

  /** Goes through the bits of `set`; `each` finds the number in `index`. */
  protected forBits(set: number, index: number, each: () => void): void {
    const { code } = this;
    code.block();
    code.loop();
    code.get(set);
    code.op(Op.i32Eqz);
    code.brIf(1);
    code.get(set);
    code.op(Op.i32Ctz);
    code.set(index);
    code.get(set);
    this.with(set, Op.i32Sub, 1);
    code.op(Op.i32And);
    code.set(set);
    each();
    code.br(0);
    code.end();
    code.end();
  }

  protected forHarts(hart: number, base: number, each: () => void): void {
    const { code } = this;
    code.i32(0);
    code.set(hart);
    code.loop();
    this.baseOf(hart, base);
    each();
    this.plus(hart, 1);
    this.with(hart, Op.i32LtU, this.options.harts);
    code.brIf(0);
    code.end();
  }

  /** Counts requests that a bank refused. */
  protected countConflicts(bank: number, losers: number, address: number): void {
    const { code, options } = this;
    this.with(bank, Op.i32Shl, 3);
    code.tee(address);
    code.get(address);
    code.memory(Op.f64Load, options.conflictsAt);
    code.get(losers);
    code.op(Op.i32Popcnt);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.memory(Op.f64Store, options.conflictsAt);
  }
}
