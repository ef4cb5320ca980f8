import { OctobarError } from '../../../emulator/sim/error.js';
import { networkImage } from './network-layout.js';

export type NetworkStruct = (typeof networkImage.structs)[number]['name'];
export type StructValues = Readonly<Record<string, number>>;

const structs = new Map(networkImage.structs.map((struct) => [struct.name as string, struct]));

export const networkStructBytes = (name: NetworkStruct): number =>
  4 * structs.get(name)!.fields.length;

/** Memory that is being laid out from a guest address on. */
export class MemoryImage {
  private bytes = new Uint8Array(1 << 16);
  private used = 0;

  constructor(readonly base: number) {}

  get end(): number {
    return this.base + this.used;
  }

  /** The content so far. */
  get data(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  reserve(size: number, alignment: number): number {
    this.used = Math.ceil(this.used / alignment) * alignment;
    const address = this.base + this.used;
    this.used += size;
    while (this.used > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return address;
  }

  put(array: ArrayBufferView, alignment = 16): number {
    const address = this.reserve(array.byteLength, alignment);
    this.write(address, array);
    return address;
  }

  write(address: number, array: ArrayBufferView): void {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    this.bytes.set(bytes, address - this.base);
  }

  /** Structs behind each other; every field must be given, no other may be. */
  fill(name: NetworkStruct, address: number, items: readonly StructValues[]): void {
    const { fields } = structs.get(name)!;
    const words = new Uint32Array(fields.length * items.length);
    items.forEach((values, i) => {
      if (Object.keys(values).length !== fields.length)
        throw new OctobarError('internal', `${name} has other fields than were given`);
      fields.forEach((field, f) => {
        const value = values[field.name];
        if (value === undefined || !Number.isInteger(value))
          throw new OctobarError('internal', `${name}.${field.name} is ${value}`);
        words[i * fields.length + f] = value;
      });
    });
    this.write(address, words);
  }
}
