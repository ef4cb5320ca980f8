import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { compressedRows, extensionsOf, rows } from '../../emulator/isa/table.js';
import { parseElf } from '../../src/loader/elf.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';

/**
 * Programs in assembly that check themselves, each expectation worked out by hand. The exit code of a
 * program is the line of the check that failed, 0 when none did.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const programs = readdirSync(folder).filter((name) => name.endsWith('.S'));
const built = mkdtempSync(join(tmpdir(), 'self-checking-'));
afterAll(() => rmSync(built, { recursive: true }));

function build(name: string): Uint8Array {
  const output = join(built, `${name}.elf`);
  const target = ['-march=rv32imc_zicsr_zifencei', '-mabi=ilp32'];
  const bare = ['-nostdlib', '-nostartfiles', '-static', '-T', join(folder, 'link.ld')];
  execFileSync('riscv64-unknown-elf-gcc', [...target, ...bare, join(folder, name), '-o', output]);
  return readFileSync(output);
}

/** Mnemonics that the programs have executed; 16-bit forms under their own names. */
const executed = new Set<string>();
const decoder = createDecoder(extensionsOf('rv32imc'));

function note(machine: MachineApi): void {
  const seen = new Set<number>();
  machine.trace((_, pc) => {
    if (seen.has(pc)) return;
    seen.add(pc);
    const bytes = machine.read(pc, 4);
    const decoded = decoder.decode(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
    if (decoded !== undefined) executed.add(decoded.compressed?.name ?? decoded.row.name);
  });
}

function run(name: string): void {
  const machine = composeMachine(
    configure({ harts: 1, isa: 'rv32imc_xcv', set: { 'icache.ideal': true } }),
  );
  const elf = parseElf(new Uint8Array(build(name)), name);
  for (const { address, data } of elf.segments) machine.write(address, data);
  note(machine);
  machine.start(elf.entry!);
  const stop = machine.runUntil(1_000_000);
  if (stop.reason === 'fault') throw stop.error;
  expect(stop.reason).toBe('exit');
  const line = stop.reason === 'exit' ? stop.code : -1;
  const text = readFileSync(join(folder, name), 'utf8').split('\n')[line - 1];
  expect(line === 0 ? 'good' : `${name}:${line}: ${text?.trim()}`).toBe('good');
}

describe('programs that check themselves', () => {
  it.each(programs)('%s', run);

  it('between them execute every instruction of RV32IMC, Zicsr and Zifencei', () => {
    const base = rows.filter(({ extension }) => !extension.startsWith('xcv'));
    const names = [...base, ...compressedRows].map((row) => row.name);
    expect(names.filter((name) => !executed.has(name))).toEqual([]);
  });
});
