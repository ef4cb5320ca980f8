import { modelError } from './errors.js';

/** One field of a message, undecoded. */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 a run of bytes, 5 four bytes. */
  readonly wire: number;
  /** Of wire type 0, as a signed 64-bit number. */
  readonly value: bigint;
  /** Of the other wire types. */
  readonly bytes: Uint8Array;
}

const empty = new Uint8Array(0);
const mostFields = 1 << 20;

/**
 * The fields of a Protocol Buffers message of an untrusted file, in order. Every length is checked
 * before it is used; nothing is copied.
 */
export function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at];
      if (byte === undefined) throw modelError('a message ends inside a number');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw modelError('a number of more than ten bytes');
  };
  const take = (length: number): Uint8Array => {
    if (!(at + length <= message.length)) {
      throw modelError(`a field of ${length} bytes passes the end of its message`);
    }
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const number = Number(key >> 3n);
    const wire = Number(key & 7n);
    if (number < 1 || number > 1 << 29) throw modelError(`a field with number ${number}`);
    if (wire === 0) fields.push({ number, wire, value: BigInt.asIntN(64, varint()), bytes: empty });
    else if (wire === 1) fields.push({ number, wire, value: 0n, bytes: take(8) });
    else if (wire === 2) fields.push({ number, wire, value: 0n, bytes: take(Number(varint())) });
    else if (wire === 5) fields.push({ number, wire, value: 0n, bytes: take(4) });
    else throw modelError(`a field of wire type ${wire}`);
    if (fields.length > mostFields) throw modelError(`a message of more than ${mostFields} fields`);
  }
  return fields;
}

/** Access to the fields of one message by their numbers. */
export class Message {
  private readonly fields: Map<number, Field[]>;

  constructor(bytes: Uint8Array) {
    this.fields = new Map();
    for (const field of readFields(bytes)) {
      const known = this.fields.get(field.number);
      if (known === undefined) this.fields.set(field.number, [field]);
      else known.push(field);
    }
  }

  /** The last value, as protobuf demands; `absent` when there is none. */
  int(number: number, absent: number): number {
    const field = this.fields.get(number)?.at(-1);
    if (field === undefined) return absent;
    if (field.wire !== 0) throw modelError(`field ${number} is not a whole number`);
    return Number(field.value);
  }

  float(number: number, absent: number): number {
    const field = this.fields.get(number)?.at(-1);
    if (field === undefined) return absent;
    if (field.wire !== 5) throw modelError(`field ${number} is not a float`);
    return viewOf(field.bytes).getFloat32(0, true);
  }

  string(number: number): string {
    const bytes = this.run(number) ?? empty;
    if (bytes.length > 4096) throw modelError(`a name of ${bytes.length} bytes`);
    return Buffer.from(bytes).toString('utf8');
  }

  strings(number: number): string[] {
    return this.runs(number).map((bytes) => Buffer.from(bytes.subarray(0, 4096)).toString('utf8'));
  }

  message(number: number): Message | undefined {
    const bytes = this.run(number);
    return bytes === undefined ? undefined : new Message(bytes);
  }

  messages(number: number): Message[] {
    return this.runs(number).map((bytes) => new Message(bytes));
  }

  /** Whole numbers, packed or one by one. */
  ints(number: number): number[] {
    return (this.fields.get(number) ?? []).flatMap((field) =>
      field.wire === 0 ? [Number(field.value)] : packedInts(field.bytes),
    );
  }

  /** Floats, packed or one by one. */
  floats(number: number): Float32Array {
    const parts = (this.fields.get(number) ?? []).map(({ bytes }) => bytes);
    return floatsOf(Buffer.concat(parts));
  }

  /** A run of bytes, not copied. */
  run(number: number): Uint8Array | undefined {
    return this.runs(number).at(-1);
  }

  private runs(number: number): Uint8Array[] {
    return (this.fields.get(number) ?? []).map((field) => {
      if (field.wire !== 2) throw modelError(`field ${number} is not a run of bytes`);
      return field.bytes;
    });
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Little-endian float32 values. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw modelError(`${bytes.length} bytes of floats`);
  const view = viewOf(bytes);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function packedInts(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw modelError('a number of more than ten bytes');
    if (byte >= 0x80) continue;
    values.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return values;
}
