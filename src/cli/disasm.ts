/** `octobar disasm`: the code of an ELF file as the emulator decodes it. */
import type { Command } from 'commander';
import { openSession } from '../session/index.js';
import type { Session } from '../session/index.js';
import { repeatable, sessionOptions, withMachineOptions } from './options.js';
import type { MachineOptions } from './options.js';
import { readImageFile } from './terminal.js';
import type { Terminal } from './terminal.js';

interface DisasmOptions extends MachineOptions {
  symbol?: string[];
  json?: true;
}

interface Row {
  address: number;
  bytes: number;
  /** Hexadecimal digits of the instruction word. */
  encoding: string;
  text: string;
  /** Symbol that starts here. */
  label?: string;
  /** `file.c:12`, where it changes. */
  line?: string;
}

export function addDisasm(program: Command, terminal: Terminal): void {
  const command = program
    .command('disasm')
    .summary('disassemble an ELF file')
    .description('Prints the code of an ELF file as the emulator decodes it, with source lines.')
    .argument('<elf>', 'static RV32 executable');
  withMachineOptions(command)
    .addOption(repeatable('--symbol <name>', 'this function only'))
    .option('--json', 'as JSON')
    .action((elf: string, options: DisasmOptions) => {
      const session = openSession(sessionOptions(options));
      session.load(readImageFile(elf));
      const ranges = options.symbol ? named(session, options.symbol) : code(session);
      const rows = ranges.flatMap(({ from, to }) => listing(session, from, to));
      terminal.out(options.json ? `${JSON.stringify(rows)}\n` : rows.map(format).join(''));
    });
}

interface Range {
  from: number;
  to: number;
}

function named(session: Session, symbols: readonly string[]): Range[] {
  return symbols.map((name) => session.extent(name));
}

/** Executable sections; without section headers, executable segments. */
function code(session: Session): Range[] {
  return session.loaded().flatMap((elf) => {
    const sections = elf.sections.filter((s) => s.executable && s.data.length > 0);
    if (sections.length > 0) {
      return sections.map((s) => ({ from: s.address, to: s.address + s.data.length }));
    }
    const segments = elf.segments.filter((s) => s.executable);
    return segments.map((s) => ({ from: s.address, to: s.address + s.data.length }));
  });
}

function listing(session: Session, from: number, to: number): Row[] {
  const labels = new Map(session.symbols.all().map((symbol) => [symbol.address, symbol.name]));
  const rows: Row[] = [];
  let before: string | undefined;
  for (let address = from; address < to;) {
    const { text, bytes } = session.disassemble(address);
    const encoding = [...session.read(address, bytes)]
      .toReversed()
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
    const label = labels.get(address);
    const line = session.lines.describe(address);
    rows.push({
      address,
      bytes,
      encoding,
      text,
      ...(label === undefined ? {} : { label }),
      ...(line === undefined || line === before ? {} : { line }),
    });
    before = line;
    address += bytes;
  }
  return rows;
}

function format(row: Row): string {
  const address = row.address.toString(16).padStart(8, '0');
  const label = row.label === undefined ? '' : `\n${address} <${row.label}>:\n`;
  const line = row.line === undefined ? '' : `; ${row.line}\n`;
  return `${label}${line}${address}:  ${row.encoding.padEnd(8)}  ${row.text}\n`;
}
