import type { Decoder } from '../../emulator/isa/decoder.js';
import { disassemble } from '../../emulator/isa/disassembler.js';
import { disassembleByLlvm, normaliseLlvm } from './llvm.js';

/** Random CORE-V words and the comparison of both decoders over them. */

/** Small deterministic generator (xorshift32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Words of custom-0 to custom-3 without hardware loops, which LLVM does not know. */
export function coreVWords(count: number, seed: number): number[] {
  const random = generator(seed);
  const opcodes = [0x0b, 0x2b, 0x5b, 0x7b];
  const words: number[] = [];
  while (words.length < count) {
    const opcode = opcodes[words.length & 3]!;
    const word = ((random() & ~0x7f) | opcode) >>> 0;
    const isLoop = opcode === 0x2b && ((word >>> 12) & 7) === 4;
    if (!isLoop) words.push(word);
  }
  return words;
}

/** Our text in LLVM's form: addresses in decimal, one blank behind the mnemonic. */
export function oursAsLlvm(decoder: Decoder, word: number, address: number): string {
  const decoded = decoder.decode(word);
  return decoded ? normaliseLlvm(disassemble(decoded, address)) : '<unknown>';
}

export interface Difference {
  readonly word: string;
  readonly ours: string;
  readonly theirs: string;
}

export function compareWithLlvm(decoder: Decoder, words: readonly number[]): Difference[] {
  const theirs = disassembleByLlvm(words);
  if (theirs.length !== words.length) throw new Error('LLVM printed another number of lines');
  return words
    .map((word, index) => ({
      word: word.toString(16),
      ours: oursAsLlvm(decoder, word, 4 * index),
      theirs: theirs[index]!,
    }))
    .filter((row) => row.ours !== row.theirs);
}
