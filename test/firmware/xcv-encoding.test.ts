/** CORE-V by `.insn`: what the cross compiler makes of our macros and functions, read by LLVM 19. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/datasets/package-root.js';
import { assembleByLlvm, disassembleByLlvm, hasLlvm, llvmHint } from '../isa/llvm.js';
import { crossCompiler } from './tools.js';

const compiler = crossCompiler();
const llvm = hasLlvm();
if (!llvm) process.stderr.write(`\n*** no LLVM 19: encodings are SKIPPED; ${llvmHint} ***\n\n`);
const firmware = join(packageRoot(), 'firmware');

/** Words of the text of a source file, compiled without compressed instructions. */
function compile(name: string, source: string): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-xcv-'));
  try {
    writeFileSync(join(folder, name), source);
    const run = (program: string, args: string[]) =>
      execFileSync(`riscv64-unknown-elf-${program}`, args, { cwd: folder });
    const options = ['-march=rv32im', '-mabi=ilp32', '-O2', '-ffreestanding', '-Wall', '-Werror'];
    run('gcc', [...options, '-I', firmware, '-c', name, '-o', 'code.o']);
    run('objcopy', ['-O', 'binary', '-j', '.text', 'code.o', 'code.bin']);
    const bytes = readFileSync(join(folder, 'code.bin'));
    return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const three = ['a0, a1, a2', 't6, s11, gp', 'x0, ra, t0'];
/** As macros are written, and as LLVM writes the same where that differs. */
const lines: [ours: string, llvm: string][] = [
  ...['lb', 'lbu', 'lw'].flatMap((name): [string, string][] =>
    ['a0, (a1), 4', 't6, (s11), -2048', 'a0, (sp), 2047'].map((operands) => [
      `cv.${name} ${operands}`,
      `cv.${name} ${operands}`,
    ]),
  ),
  ...['sb', 'sw'].flatMap((name): [string, string][] =>
    ['a0, (a1), 4', 't6, (s11), -2048', 'a0, (sp), 2047'].map((operands) => [
      `cv.${name} ${operands}`,
      `cv.${name} ${operands}`,
    ]),
  ),
  ...['lw', 'sw', 'sb'].map((name): [string, string] => [
    `cv.${name}r t5, a4, s9`,
    `cv.${name} t5, (a4), s9`,
  ]),
  ...'sdotsp.b sdotusp.b dotsp.b dotusp.b add.b shuffle2.b packlo.b packhi.b pack pack.h mac clipr clipur addnr addrnr min max'
    .split(' ')
    .flatMap((name) => three.map((o): [string, string] => [`cv.${name} ${o}`, `cv.${name} ${o}`])),
  ...['macun', 'machhsn'].flatMap((name) =>
    [0, 1, 15, 31].map((n): [string, string] => [
      `cv.${name} a0, a1, a2, ${n}`,
      `cv.${name} a0, a1, a2, ${n}`,
    ]),
  ),
];

describe.skipIf(compiler === undefined || !llvm)('firmware/hal', () => {
  it('xcv_asm.h: each macro gives the word of LLVM', () => {
    const source = `#include "hal/xcv_asm.h"\n${lines.map(([ours]) => ours).join('\n')}\n`;
    expect(compile('macros.S', source)).toEqual(assembleByLlvm(lines.map(([, theirs]) => theirs)));
  });

  it('xcv_asm.h: the register forms of hardware loops, which LLVM does not know', () => {
    const forms = ['start', 'end', 'count'].flatMap((name) =>
      [0, 1].map((l) => `cv.${name} ${l}, a2`),
    );
    // rd holds the form and, in its lowest bit, the loop: start 1, end 3, count 5 (CV32E40P user manual).
    const word = (form: number, loop: number): number =>
      (12 << 15) | (4 << 12) | (form << 8) | (loop << 7) | 0x2b;
    expect(compile('loops.S', `#include "hal/xcv_asm.h"\n${forms.join('\n')}\n`)).toEqual(
      [1, 3, 5].flatMap((form) => [word(form, 0), word(form, 1)]),
    );
  });

  it('xcv.h: each function is the instruction of its name', () => {
    const header = readFileSync(join(firmware, 'hal/xcv.h'), 'utf8');
    const named = (macro: string): string[] =>
      [...header.matchAll(new RegExp(`^${macro}\\((cv_\\w+),`, 'gm'))].map((match) => match[1]!);
    const shifted = [...header.matchAll(/^#define (cv_\w+)\(rd, a, b, shift\)/gm)].map(
      (m) => m[1]!,
    );
    const functions = [
      ...named('XCV_BINARY').map((name) => [name, '(uint32_t x, uint32_t y)', '(x, y)'] as const),
      ...named('XCV_TERNARY').map(
        (name) => [name, '(uint32_t d, uint32_t x, uint32_t y)', '(d, x, y)'] as const,
      ),
      ...shifted.map(
        (name) => [name, '(uint32_t d, uint32_t x, uint32_t y)', '(d, x, y, 21)'] as const,
      ),
    ];
    expect(functions.length).toBeGreaterThan(20);
    const source = functions.map(
      ([name, parameters, call]) => `uint32_t f_${name}${parameters} { return ${name}${call}; }`,
    );
    const text = disassembleByLlvm(
      compile('functions.c', `#include "hal/xcv.h"\n${source.join('\n')}\n`),
    );
    const found = text.filter((line) => line.startsWith('cv.'));
    expect(found).toEqual(
      functions.map(([name, parameters]) => {
        // cv_add_b is cv.add.b; arguments come in a0, a1, a2 and the result goes to a0.
        const mnemonic = `cv.${name.slice(3).replace(/_(b|h)$/, '.$1')}`;
        if (!parameters.includes(' d')) return `${mnemonic} a0,a0,a1`;
        return `${mnemonic} a0,a1,a2${shifted.includes(name) ? ',21' : ''}`;
      }),
    );
  });
});
