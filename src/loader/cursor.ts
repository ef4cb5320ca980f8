/** Reads debug data; a read outside the bytes throws `OutOfBytes`, so no damaged length can run away. */
export class OutOfBytes extends Error {}

export class Cursor {
  private readonly view: DataView;
  private readonly decoder = new TextDecoder();

  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {
    if (end > bytes.length || at > end) throw new OutOfBytes(`end ${end} of ${bytes.length} bytes`);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  i8(): number {
    return this.view.getInt8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** Unsigned LEB128; bits beyond 53 are an error, nothing here needs them. */
  uleb(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) return value;
      scale *= 128;
    }
    throw new OutOfBytes('a LEB128 number is too long');
  }

  sleb(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if ((byte & 0x80) === 0) return (byte & 0x40) !== 0 ? value - scale : value;
    }
    throw new OutOfBytes('a LEB128 number is too long');
  }

  string(): string {
    const rest = this.bytes.subarray(this.at, this.end);
    const length = rest.indexOf(0);
    if (length < 0) throw new OutOfBytes('a string has no end');
    this.at += length + 1;
    return this.decoder.decode(rest.subarray(0, length));
  }

  skip(count: number): void {
    this.take(count);
  }

  private take(count: number): number {
    const at = this.at;
    if (at + count > this.end) throw new OutOfBytes(`${count} bytes at ${at}`);
    this.at = at + count;
    return at;
  }
}
