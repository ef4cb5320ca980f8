const empty = new Uint8Array(0);

/** A byte string that grows. Nothing is allocated per write but the doubling of the buffer. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity = 0) {
    this.bytes = capacity === 0 ? empty : new Uint8Array(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `count` more bytes, so that the caller may write `bytes` itself. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length, 64));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned LEB128 of a 32-bit value. */
  unsigned(value: number): void {
    if (this.bytes.length - this.length < 5) this.reserve(5);
    const { bytes } = this;
    let at = this.length;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  /** Signed LEB128 of a 32-bit value. */
  signed(value: number): void {
    if (this.bytes.length - this.length < 5) this.reserve(5);
    const { bytes } = this;
    let at = this.length;
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    bytes[at++] = rest & 0x7f;
    this.length = at;
  }

  /** Signed LEB128 of the 64-bit value `high` * 2^32 + `low`. */
  signed64(low: number, high: number): void {
    if (this.bytes.length - this.length < 10) this.reserve(10);
    let lo = low | 0;
    let hi = high | 0;
    while (hi !== lo >> 31 || lo < -64 || lo > 63) {
      this.bytes[this.length++] = (lo & 0x7f) | 0x80;
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
    }
    this.bytes[this.length++] = lo & 0x7f;
  }

  float64(value: number): void {
    this.reserve(8);
    new DataView(this.bytes.buffer).setFloat64(this.length, value, true);
    this.length += 8;
  }

  append(source: ArrayLike<number>, count = source.length): void {
    this.reserve(count);
    const { bytes } = this;
    if (source instanceof Uint8Array && count > 16)
      bytes.set(count === source.length ? source : source.subarray(0, count), this.length);
    else for (let i = 0; i < count; i++) bytes[this.length + i] = source[i];
    this.length += count;
  }

  /** A vector of bytes: their count, then the bytes. */
  vector(source: ArrayLike<number>, count = source.length): void {
    this.unsigned(count);
    this.append(source, count);
  }

  /** A name in UTF-8. */
  name(text: string): void {
    this.vector(utf8(text));
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else {
      if (code < 0x10000) bytes.push(0xe0 | (code >> 12));
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f));
      bytes.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return bytes;
}
