import { OctobarError } from '../../../emulator/sim/error.js';
import { kernelModule } from './generated/kernels.js';
import { webAssembly } from './webassembly.js';

/** What kernels.c exports; all numbers but counts and limits are addresses in the memory. */
export interface Kernels {
  product(plan: number, x: number, out: number, pixels: number): void;
  settle(
    plan: number,
    accumulators: number,
    out: number,
    pixels: number,
    pitch: number,
    first: number,
    cols: number,
  ): void;
  windows(geometry: number, x: number, out: number, row: number): void;
  depthwise(geometry: number, plan: number, weights: number, x: number, out: number): void;
  add(
    a: number,
    b: number,
    out: number,
    count: number,
    mulA: number,
    mulB: number,
    shift: number,
    lo: number,
    hi: number,
    signs: number,
  ): void;
  pool(
    geometry: number,
    x: number,
    out: number,
    mul: number,
    shift: number,
    lo: number,
    hi: number,
    signed: number,
  ): void;
}

/** Loads of the kernels may run this far past the end of anything. */
const margin = 64;
const page = 65_536;
const mostBytes = 1 << 30;

let compiled: object | undefined;

/** The kernels with a memory of their own that only grows. */
export class Arena {
  readonly kernels: Kernels;
  private readonly memory = new webAssembly.Memory({ initial: 4, maximum: mostBytes / page });
  private top: number;

  constructor() {
    compiled ??= new webAssembly.Module(Buffer.from(kernelModule, 'base64'));
    const { exports } = new webAssembly.Instance(compiled, { env: { memory: this.memory } });
    const { __heap_base: base, ...kernels } = exports;
    this.kernels = kernels as unknown as Kernels;
    this.top = Number((base as { readonly value: number }).value);
  }

  /** Address of `bytes` zero bytes, aligned to 16. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.top / 16) * 16;
    this.top = at + bytes + margin;
    if (this.top > mostBytes) {
      throw new OctobarError('image', `the network needs more than ${mostBytes} bytes to run`);
    }
    const missing = this.top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / page));
    return at;
  }

  /** Address of a copy of some values. */
  place(values: Int8Array | Uint8Array | Int32Array | Uint32Array | BigInt64Array): number {
    const at = this.reserve(values.byteLength);
    this.write(at, values);
    return at;
  }

  write(at: number, values: ArrayBufferView): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.memory.buffer).set(bytes, at);
  }

  /** Some bytes where they lie; valid until the next `reserve`. */
  view(at: number, bytes: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, bytes);
  }

  /** A copy of some bytes. */
  read(at: number, bytes: number): ArrayBuffer {
    return this.memory.buffer.slice(at, at + bytes);
  }
}
