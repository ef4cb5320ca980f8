import type { Program } from './program.js';

/** A program as the smallest ELF file that a loader takes: program headers and bytes, no sections. */
export function elfOf(program: Program): Uint8Array {
  const { segments } = program;
  const headerSize = 52;
  const phSize = 32;
  let offset = headerSize + phSize * segments.length;
  const total = offset + segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 243, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, program.entry, true);
  view.setUint32(28, headerSize, true);
  view.setUint16(40, headerSize, true);
  view.setUint16(42, phSize, true);
  view.setUint16(44, segments.length, true);
  segments.forEach(({ address, bytes }, n) => {
    const at = headerSize + phSize * n;
    const words = [1, offset, address, address, bytes.length, bytes.length, 7, 4];
    words.forEach((word, i) => view.setUint32(at + 4 * i, word, true));
    file.set(bytes, offset);
    offset += bytes.length;
  });
  return file;
}
