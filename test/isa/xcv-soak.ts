import { createDecoder } from '../../emulator/isa/decoder.js';
import { extensionsOf } from '../../emulator/isa/table.js';
import { compareWithLlvm, coreVWords } from './xcv-oracle.js';

/** Compares a million random words of the four custom opcodes with LLVM 19: `npx tsx test/isa/xcv-soak.ts [words]`. */
const total = Number(process.argv[2] ?? 1_000_000);
const decoder = createDecoder(extensionsOf('rv32imc_xcv'));
const portion = 100_000;
let different = 0;
for (let done = 0; done < total; done += portion) {
  const words = coreVWords(Math.min(portion, total - done), 1000 + done);
  const wrong = compareWithLlvm(decoder, words);
  for (const row of wrong.slice(0, 10)) {
    console.log(`${row.word}: ours "${row.ours}", LLVM "${row.theirs}"`);
  }
  different += wrong.length;
}
console.log(`${total} words, ${different} differ`);
process.exitCode = different === 0 ? 0 : 1;
