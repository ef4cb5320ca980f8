/** The few fields of an ELF file that these tests need; the product's loader is tested elsewhere. */
export interface PlainElf {
  readonly entry: number;
  readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array }[];
}

export function openElf(file: Uint8Array): PlainElf {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const word = (at: number): number => view.getUint32(at, true);
  const headers = word(28);
  const count = view.getUint16(44, true);
  const segments = Array.from({ length: count }, (_, index) => headers + 32 * index)
    .filter((at) => word(at) === 1 && word(at + 16) > 0)
    .map((at) => ({
      address: word(at + 8),
      bytes: Uint8Array.from(file.subarray(word(at + 4), word(at + 4) + word(at + 16))),
    }));
  return { entry: word(24), segments };
}
