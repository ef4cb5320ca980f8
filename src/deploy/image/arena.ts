import { OctobarError } from '../../../emulator/sim/error.js';
import { blockImage } from '../image-layout.js';
import { align } from './elf-writer.js';

type StructName = (typeof blockImage.structs)[number]['name'];

/** Values of one struct by field name; pointers are guest addresses. */
export type StructValues = Readonly<Record<string, number>>;

const structs = new Map(blockImage.structs.map((struct) => [struct.name as string, struct]));

/** Bytes of a struct of the block image. */
export const structSize = (name: StructName): number => 4 * structs.get(name)!.fields.length;

/** Memory of the image while it is being laid out; addresses are the guest's. */
export class Arena {
  readonly base: number;
  private bytes = new Uint8Array(1 << 20);
  private used = 0;

  constructor(base: number) {
    this.base = base;
  }

  /** Address of the first byte not yet taken. */
  get end(): number {
    return this.base + this.used;
  }

  /** The image so far. */
  get data(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  reserve(size: number, alignment: number): number {
    this.used = align(this.used, alignment);
    const address = this.base + this.used;
    this.used += size;
    while (this.used > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return address;
  }

  put(bytes: Uint8Array, alignment: number): number {
    const address = this.reserve(bytes.length, alignment);
    this.bytes.set(bytes, address - this.base);
    return address;
  }

  putStructs(name: StructName, items: readonly StructValues[]): number {
    const size = structSize(name);
    const address = this.reserve(size * items.length, 4);
    items.forEach((values, i) => this.fill(name, address + i * size, values));
    return address;
  }

  /** Writes a struct at an address reserved before; every field must be given, no other may be. */
  fill(name: StructName, address: number, values: StructValues): void {
    const { fields } = structs.get(name)!;
    const view = new DataView(this.bytes.buffer);
    const known = new Set<string>(fields.map((field) => field.name));
    const stranger = Object.keys(values).find((key) => !known.has(key));
    if (stranger !== undefined) throw new OctobarError('internal', `${name} has no ${stranger}`);
    fields.forEach((field, i) => {
      const value = values[field.name];
      if (value === undefined || !Number.isInteger(value)) {
        throw new OctobarError('internal', `${name}.${field.name} is ${value}`);
      }
      view.setInt32(address - this.base + 4 * i, value | 0, true);
    });
  }
}

/** The raw bytes of a typed array; the hosts that run this are little endian, as the guest is. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
