/** Writes FlatBuffers for tests: tables of fields, each known by its number in the schema. */
export type FlatValue =
  | { readonly i8: number }
  | { readonly i32: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly bytes: Uint8Array }
  | { readonly table: FlatFields }
  | { readonly tables: readonly FlatFields[] };

export type FlatFields = { readonly [field: number]: FlatValue };

export class FlatWriter {
  private bytes = Buffer.alloc(1 << 16);
  private top = 8;

  /** The file with `root` and a four-letter identifier. */
  write(identifier: string, root: FlatFields): Uint8Array {
    this.bytes.write(identifier, 4, 'latin1');
    this.bytes.writeUInt32LE(this.table(root), 0);
    return new Uint8Array(this.bytes.subarray(0, this.top));
  }

  private reserve(size: number): number {
    const at = Math.ceil(this.top / 4) * 4;
    this.top = at + size;
    while (this.top > this.bytes.length) this.bytes = Buffer.concat([this.bytes, this.bytes]);
    return at;
  }

  private table(fields: FlatFields): number {
    const numbers = Object.keys(fields).map(Number);
    const slots = Math.max(-1, ...numbers) + 1;
    const vtable = this.reserve(4 + 2 * slots);
    const at = this.reserve(4 + 4 * slots);
    this.bytes.fill(0, vtable, this.top);
    this.bytes.writeUInt16LE(4 + 2 * slots, vtable);
    this.bytes.writeUInt16LE(4 + 4 * slots, vtable + 2);
    this.bytes.writeInt32LE(at - vtable, at);
    for (const number of numbers) {
      const slot = at + 4 + 4 * number;
      this.bytes.writeUInt16LE(slot - at, vtable + 4 + 2 * number);
      this.value(slot, fields[number]!);
    }
    return at;
  }

  private value(slot: number, value: FlatValue): void {
    if ('i8' in value) this.bytes.writeInt8(value.i8, slot);
    else if ('i32' in value) this.bytes.writeInt32LE(value.i32, slot);
    else this.link(slot, this.pointed(value));
  }

  private pointed(value: FlatValue): number {
    if ('table' in value) return this.table(value.table);
    if ('tables' in value) {
      const at = this.vector(value.tables.length, 4);
      value.tables.forEach((fields, i) => this.link(at + 4 + 4 * i, this.table(fields)));
      return at;
    }
    if ('ints' in value) {
      const at = this.vector(value.ints.length, 4);
      value.ints.forEach((n, i) => this.bytes.writeInt32LE(n, at + 4 + 4 * i));
      return at;
    }
    const run = 'text' in value ? Buffer.from(value.text) : (value as { bytes: Uint8Array }).bytes;
    const at = this.vector(run.length, 1);
    this.bytes.set(run, at + 4);
    return at;
  }

  private vector(length: number, entry: number): number {
    const at = this.reserve(4 + length * entry + 1);
    this.bytes.fill(0, at, this.top);
    this.bytes.writeUInt32LE(length, at);
    return at;
  }

  private link(slot: number, target: number): void {
    this.bytes.writeUInt32LE(target - slot, slot);
  }
}
