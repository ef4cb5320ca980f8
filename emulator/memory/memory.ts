import { separateArena, type Arena } from './arena.js';

/**
 * A block of guest memory with views of each width over one buffer. Little endian, as RISC-V is;
 * a big-endian host is refused when the first memory is made.
 */
export class Memory {
  readonly base: number;
  readonly size: number;
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
  readonly u16: Uint16Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;

  constructor(base: number, size: number, arena: Arena = separateArena) {
    const probe = new Uint8Array(new Uint32Array([1]).buffer);
    if (probe[0] !== 1) throw new RangeError('octobar needs a little-endian host');
    this.base = base >>> 0;
    this.size = size;
    const { buffer, at } = arena.take(size);
    this.u8 = new Uint8Array(buffer, at, size);
    this.i8 = new Int8Array(buffer, at, size);
    this.u16 = new Uint16Array(buffer, at, size >> 1);
    this.i16 = new Int16Array(buffer, at, size >> 1);
    this.i32 = new Int32Array(buffer, at, size >> 2);
  }

  /** Whether all of [address, address + bytes) lies inside. */
  contains(address: number, bytes: number): boolean {
    const offset = address - this.base;
    return offset >= 0 && bytes >= 0 && offset + bytes <= this.size;
  }

  load(address: number): number {
    return this.u8[address - this.base];
  }

  store(address: number, byte: number): void {
    this.u8[address - this.base] = byte;
  }
}
