import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The disassembler of GNU binutils, as an independent judge of encodings and assembly text. */
const program = 'riscv64-unknown-elf-objdump';

export const objdumpHint =
  'install the RISC-V binutils (Debian: apt-get install binutils-riscv64-unknown-elf), or set OCTOBAR_ALLOW_MISSING=1 to have the comparison reported as not run';

export function hasObjdump(): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

/** Text of each instruction of `size` bytes, blanks squeezed, registers by ABI name, without aliases. */
export function objdump(words: readonly number[], size: 2 | 4): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-objdump-'));
  try {
    const file = join(folder, 'code.bin');
    const bytes = Buffer.alloc(words.length * size);
    words.forEach((word, index) => {
      if (size === 2) bytes.writeUInt16LE(word, index * 2);
      else bytes.writeUInt32LE(word >>> 0, index * 4);
    });
    writeFileSync(file, bytes);
    const options = ['-D', '-b', 'binary', '-m', 'riscv:rv32', '-M', 'no-aliases'];
    const output = execFileSync(program, [...options, file], { maxBuffer: 1 << 28 }).toString();
    const texts = new Map<number, string>();
    for (const line of output.split('\n')) {
      const match = /^\s*([0-9a-f]+):\s+([0-9a-f]+)\s+(.*)$/.exec(line);
      if (match) texts.set(parseInt(match[1]!, 16), match[3]!.replace(/\s+/g, ' ').trim());
    }
    return words.map((_, index) => texts.get(index * size) ?? '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
