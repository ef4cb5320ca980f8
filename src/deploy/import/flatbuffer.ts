import { modelError } from './errors.js';

/** No list in a model that we can run is longer. */
const mostEntries = 1 << 16;

/**
 * Reads FlatBuffers of an untrusted file: each offset is checked before it is followed, and lists
 * have a limit. Fields are addressed by their number in the schema.
 */
export class FlatBuffer {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  root(): FlatTable {
    return this.table(this.follow(0));
  }

  table(at: number): FlatTable {
    const vtable = at - this.int32(at);
    const size = this.uint16(vtable);
    if (size < 4 || size % 2 !== 0 || vtable + size > this.bytes.length) {
      throw modelError(`the table at byte ${at} has no sound list of fields`);
    }
    return new FlatTable(this, at, vtable, size);
  }

  /** The position that the offset at `at` points to. */
  follow(at: number): number {
    const target = at + this.uint32(at);
    if (target >= this.bytes.length) throw this.outside(at);
    return target;
  }

  /** Start and length of the vector at `at`. */
  vector(at: number, entryBytes: number, most: number): { start: number; length: number } {
    const length = this.uint32(at);
    if (length > most || at + 4 + length * entryBytes > this.bytes.length) {
      throw modelError(`the list at byte ${at} claims ${length} entries`);
    }
    return { start: at + 4, length };
  }

  slice(start: number, length: number): Uint8Array {
    return this.bytes.subarray(start, start + length);
  }

  int8 = (at: number): number => this.view.getInt8(this.inside(at, 1));
  uint8 = (at: number): number => this.view.getUint8(this.inside(at, 1));
  uint16 = (at: number): number => this.view.getUint16(this.inside(at, 2), true);
  int32 = (at: number): number => this.view.getInt32(this.inside(at, 4), true);
  uint32 = (at: number): number => this.view.getUint32(this.inside(at, 4), true);
  float32 = (at: number): number => this.view.getFloat32(this.inside(at, 4), true);
  int64 = (at: number): number => Number(this.view.getBigInt64(this.inside(at, 8), true));

  private inside(at: number, size: number): number {
    if (at < 0 || at + size > this.bytes.length) throw this.outside(at);
    return at;
  }

  private outside(at: number): Error {
    return modelError(`an offset near byte ${at} leaves the file of ${this.bytes.length} bytes`);
  }
}

/** One table; absent fields give their default. */
export class FlatTable {
  private readonly buffer: FlatBuffer;
  private readonly at: number;
  private readonly vtable: number;
  private readonly vtableBytes: number;

  constructor(buffer: FlatBuffer, at: number, vtable: number, vtableBytes: number) {
    this.buffer = buffer;
    this.at = at;
    this.vtable = vtable;
    this.vtableBytes = vtableBytes;
  }

  int8 = (field: number, absent: number): number => this.read(field, absent, this.buffer.int8);
  uint8 = (field: number, absent: number): number => this.read(field, absent, this.buffer.uint8);
  int32 = (field: number, absent: number): number => this.read(field, absent, this.buffer.int32);
  uint32 = (field: number, absent: number): number => this.read(field, absent, this.buffer.uint32);

  table(field: number): FlatTable | undefined {
    const at = this.position(field);
    return at === undefined ? undefined : this.buffer.table(this.buffer.follow(at));
  }

  tables(field: number): FlatTable[] {
    return this.list(field, 4, (at) => this.buffer.table(this.buffer.follow(at)));
  }

  int32s = (field: number): number[] => this.list(field, 4, this.buffer.int32);
  int64s = (field: number): number[] => this.list(field, 8, this.buffer.int64);
  float32s = (field: number): number[] => this.list(field, 4, this.buffer.float32);

  /** The bytes of a vector of bytes, not copied. */
  bytes(field: number): Uint8Array {
    const at = this.position(field);
    if (at === undefined) return new Uint8Array(0);
    const { start, length } = this.buffer.vector(this.buffer.follow(at), 1, 1 << 28);
    return this.buffer.slice(start, length);
  }

  string(field: number): string {
    const bytes = this.bytes(field);
    if (bytes.length > 4096) throw modelError(`a name of ${bytes.length} bytes`);
    return Buffer.from(bytes).toString('utf8');
  }

  private read(field: number, absent: number, get: (at: number) => number): number {
    const at = this.position(field);
    return at === undefined ? absent : get(at);
  }

  private list<T>(field: number, entryBytes: number, get: (at: number) => T): T[] {
    const at = this.position(field);
    if (at === undefined) return [];
    const { start, length } = this.buffer.vector(this.buffer.follow(at), entryBytes, mostEntries);
    return Array.from({ length }, (_, i) => get(start + i * entryBytes));
  }

  private position(field: number): number | undefined {
    const slot = 4 + 2 * field;
    if (slot + 2 > this.vtableBytes) return undefined;
    const offset = this.buffer.uint16(this.vtable + slot);
    return offset === 0 ? undefined : this.at + offset;
  }
}
