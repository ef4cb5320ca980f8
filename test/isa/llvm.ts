import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** LLVM 19: the one assembler and disassembler outside this project that knows CORE-V (all but hardware loops). */
const extensions = ['alu', 'bi', 'bitmanip', 'elw', 'mac', 'mem', 'simd'].map((x) => `+xcv${x}`);

export const llvmHint =
  'install LLVM 19 (Debian: apt-get install llvm-19), or set OCTOBAR_ALLOW_MISSING=1 to have the comparison reported as not run';

export function hasLlvm(): boolean {
  return ['llvm-mc-19', 'llvm-objdump-19'].every(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-llvm-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** RV32IM with CORE-V; compressed instructions stay off so that each line is one word. */
function object(folder: string, lines: readonly string[]): string {
  const source = join(folder, 'code.s');
  const file = join(folder, 'code.o');
  writeFileSync(source, `${lines.join('\n')}\n`);
  const attributes = `-mattr=+m,${extensions.join(',')}`;
  execFileSync('llvm-mc-19', ['-triple=riscv32', attributes, '-filetype=obj', source, '-o', file]);
  return file;
}

/** Blanks squeezed out around commas, numbers in decimal, symbolic targets dropped. */
export const normaliseLlvm = (text: string): string =>
  text
    .replace(/\s+<[^>]*\+[^>]*>$/, '')
    .replace(/(\S)\s+<[^>]*>$/, '$1')
    .replace(/\s+/g, ' ')
    .replaceAll(', ', ',')
    .replace(/-?0x[0-9a-f]+/g, (hex) =>
      String(hex.startsWith('-') ? -Number(hex.slice(1)) : Number(hex)),
    )
    .trim();

/** Text of each word, as though it stood at address 0; `<unknown>` for what LLVM does not know. */
export function disassembleByLlvm(words: readonly number[]): string[] {
  return inFolder((folder) => {
    const file = object(
      folder,
      words.map((word) => `.insn 4, 0x${(word >>> 0).toString(16)}`),
    );
    const options = ['-d', '-M', 'no-aliases', `--mattr=+m,${extensions.join(',')}`];
    const output = execFileSync('llvm-objdump-19', [...options, file], {
      maxBuffer: 1 << 30,
    }).toString();
    const texts: string[] = [];
    for (const line of output.split('\n')) {
      const match = /^\s*[0-9a-f]+:\s+[0-9a-f]{8}\s+(.*)$/.exec(line);
      if (match) texts.push(normaliseLlvm(match[1]!));
    }
    return texts;
  });
}

/** Words of assembly lines. */
export function assembleByLlvm(lines: readonly string[]): number[] {
  return inFolder((folder) => {
    const file = object(folder, lines);
    const flat = join(folder, 'code.bin');
    execFileSync('llvm-objcopy-19', ['-O', 'binary', '-j', '.text', file, flat]);
    const bytes = readFileSync(flat);
    return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(4 * index));
  });
}
