import { registers } from './layout.js';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { extensionsOf } from '../../emulator/isa/table.js';
import type { Writer } from './writer.js';
import * as e from '../lockstep/encode.js';
import type { Random } from '../lockstep/random.js';

const vectors = 32;

/** Vectors and a handler that goes on four bytes further. */
export function trapHandler(w: Writer): void {
  const { asm, random } = w;
  const handler = asm.label('handler');
  for (let n = 0; n < vectors; n++)
    asm.jump(handler, { name: 'jal', encode: (o) => e.jType(0, o) });
  const { handler: r } = registers;
  // The entry of a program lies right behind the vectors
  const entry = asm.label('entry');
  asm.jump(entry, { name: 'jal', encode: (o) => e.jType(0, o) });
  asm.place(handler);
  for (let n = random.below(3); n > 0; n--) w.filler();
  w.wide(e.csr(2, r, 0, 0x341));
  if (random.chance(50)) w.filler();
  w.wide(e.addi(r, r, 4));
  w.wide(e.csr(1, 0, r, 0x341));
  for (let n = random.below(3); n > 0; n--) w.filler();
  w.wide(e.mret);
  asm.align(4, e.cNop);
  asm.place(entry);
}

const decoder = createDecoder(extensionsOf('rv32imc_xcv'));
const isIllegal = (word: number): boolean => decoder.decode(word) === undefined;
/** 32-bit words that trap: environment calls, breakpoints, reserved encodings. */
const reserved = [
  0xffffffff, 0x00003023, 0x0000700f, 0x04004033, 0x0000007f, 0x00002063, 0x02001013,
];
const words = [e.ecall, e.ebreak, e.ecall, e.ebreak, ...reserved.filter(isIllegal)];
/** 16-bit ones: all zeros, floating point, reserved zero immediates and registers. */
const halves = [0x0000, 0x2000, 0x4002, 0x6101, 0x8002, 0x9c41, 0x0004].filter(isIllegal);

export const trapWord = (random: Random): number => random.pick(words);

/** An instruction that traps; the handler skips four bytes. */
export function trap(w: Writer): void {
  const { random } = w;
  // Whether an illegal word waits for a load depends on fields that mean nothing
  w.filler();
  if (random.chance(70)) return w.wide(trapWord(random));
  w.narrow(random.chance(30) ? e.cEbreak : random.pick(halves));
  w.narrow(e.cNop);
}
