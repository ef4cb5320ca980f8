import { ByteWriter } from './bytes.js';
import { Op, Simd, Type, naturalAlign } from './opcodes.js';

/**
 * Emits the instructions of one function after the other into one buffer: `begin`, instructions,
 * `ModuleBuilder.code(body)`. No instruction allocates; nothing is checked, the engine validates.
 */
export class FunctionBody extends ByteWriter {
  /** Types of the locals behind the parameters. */
  private localTypes = new Uint8Array(64);
  private localCount = 0;
  private parameters = 0;

  constructor(capacity = 1 << 16) {
    super(capacity);
  }

  /** Starts the next function. `parameters` of its type come first among its locals. */
  begin(parameters: number): void {
    this.length = 0;
    this.localCount = 0;
    this.parameters = parameters;
  }

  /** A new local; returns its index. Neighbours of one type cost nothing in the binary. */
  local(type: number): number {
    if (this.localCount === this.localTypes.length) {
      const larger = new Uint8Array(2 * this.localCount);
      larger.set(this.localTypes);
      this.localTypes = larger;
    }
    this.localTypes[this.localCount] = type;
    return this.parameters + this.localCount++;
  }

  /** Writes the declaration of the locals, run-length coded, as it stands before the code. */
  writeLocals(to: ByteWriter): void {
    const { localTypes, localCount } = this;
    let runs = 0;
    for (let i = 0; i < localCount; i++) if (localTypes[i] !== localTypes[i - 1] || i === 0) runs++;
    to.unsigned(runs);
    for (let i = 0; i < localCount;) {
      const type = localTypes[i];
      let end = i + 1;
      while (end < localCount && localTypes[end] === type) end++;
      to.unsigned(end - i);
      to.byte(type);
      i = end;
    }
  }

  /** An instruction without immediates. */
  op(code: number): void {
    if (code < 0x100) {
      this.byte(code);
      return;
    }
    this.byte(code >>> 8);
    this.unsigned(code & 0xff);
  }

  /** An instruction with one index. */
  indexed(code: number, index: number): void {
    this.op(code);
    this.unsigned(index);
  }

  get(local: number): void {
    this.byte(Op.localGet);
    this.unsigned(local);
  }

  set(local: number): void {
    this.byte(Op.localSet);
    this.unsigned(local);
  }

  tee(local: number): void {
    this.byte(Op.localTee);
    this.unsigned(local);
  }

  globalGet(index: number): void {
    this.byte(Op.globalGet);
    this.unsigned(index);
  }

  globalSet(index: number): void {
    this.byte(Op.globalSet);
    this.unsigned(index);
  }

  i32(value: number): void {
    this.byte(Op.i32Const);
    this.signed(value);
  }

  /** @param value an integer of magnitude below 2^53 */
  i64(value: number): void {
    this.i64Words(value | 0, Math.floor(value / 0x1_0000_0000));
  }

  i64Words(low: number, high: number): void {
    this.byte(Op.i64Const);
    this.signed64(low, high);
  }

  f64(value: number): void {
    this.byte(Op.f64Const);
    this.float64(value);
  }

  /** A load or store at [top of stack + offset]. */
  memory(code: number, offset: number, align = alignOf(code)): void {
    this.op(code);
    this.unsigned(align);
    this.unsigned(offset);
  }

  block(type: number = Type.none): void {
    this.byte(Op.block);
    this.byte(type);
  }

  loop(type: number = Type.none): void {
    this.byte(Op.loop);
    this.byte(type);
  }

  if(type: number = Type.none): void {
    this.byte(Op.if);
    this.byte(type);
  }

  else(): void {
    this.byte(Op.else);
  }

  end(): void {
    this.byte(Op.end);
  }

  br(depth: number): void {
    this.byte(Op.br);
    this.unsigned(depth);
  }

  brIf(depth: number): void {
    this.byte(Op.brIf);
    this.unsigned(depth);
  }

  /** Branches to `depths[i]`, or to `otherwise` from `count` on. */
  brTable(depths: ArrayLike<number>, count: number, otherwise: number): void {
    this.byte(Op.brTable);
    this.unsigned(count);
    for (let i = 0; i < count; i++) this.unsigned(depths[i]);
    this.unsigned(otherwise);
  }

  call(index: number): void {
    this.byte(Op.call);
    this.unsigned(index);
  }

  returnCall(index: number): void {
    this.byte(Op.returnCall);
    this.unsigned(index);
  }

  callIndirect(type: number, table = 0): void {
    this.byte(Op.callIndirect);
    this.unsigned(type);
    this.unsigned(table);
  }

  returnCallIndirect(type: number, table = 0): void {
    this.byte(Op.returnCallIndirect);
    this.unsigned(type);
    this.unsigned(table);
  }

  /** Copies inside memory 0: destination, source and count are on the stack. */
  memoryCopy(): void {
    this.op(Op.memoryCopy);
    this.byte(0);
    this.byte(0);
  }

  /** Fills memory 0: destination, byte and count are on the stack. */
  memoryFill(): void {
    this.op(Op.memoryFill);
    this.byte(0);
  }

  memorySize(): void {
    this.byte(Op.memorySize);
    this.byte(0);
  }

  memoryGrow(): void {
    this.byte(Op.memoryGrow);
    this.byte(0);
  }

  /** An instruction of one lane, without memory. */
  lane(code: number, lane: number): void {
    this.op(code);
    this.byte(lane);
  }

  /** A load or store of one lane. */
  laneMemory(code: number, offset: number, lane: number): void {
    this.memory(code, offset);
    this.byte(lane);
  }

  /** Bytes of the first operand are 0 to 15, those of the second 16 to 31. */
  shuffle(bytes: ArrayLike<number>): void {
    this.op(Simd.i8x16Shuffle);
    this.append(bytes, 16);
  }

  /** A vector constant of four words, lane 0 first. */
  v128(a: number, b: number, c: number, d: number): void {
    this.op(Simd.v128Const);
    for (const word of [a, b, c, d])
      for (let shift = 0; shift < 32; shift += 8) this.byte((word >>> shift) & 0xff);
  }
}

const alignOf = (code: number): number => naturalAlign[code < 0x100 ? code : 0x100 | (code & 0xff)];
