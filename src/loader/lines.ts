/**
 * Source lines of addresses, from .debug_line: the line-number programs of DWARF 2 to 5
 * (DWARF 5 standard, section 6.2). Only what a lookup needs: address, file, line.
 *
 * Debug data is a help, never a reason to refuse an image: damage ends the reading of the
 * unit it is in, and `problem` says so wherever a line would have been shown.
 */
import { findSection } from './elf.js';
import type { ElfFile } from './elf.js';
import { Cursor, OutOfBytes } from './cursor.js';
import { readFileNames } from './line-files.js';
import type { FileNames } from './line-files.js';

export interface LineRow {
  readonly address: number;
  /** Path as the compiler wrote it. */
  readonly file: string;
  readonly line: number;
}

/** Rows of one run of ascending addresses; the last row only marks the end. */
export interface LineSequence {
  readonly rows: readonly LineRow[];
  /** First address behind the sequence. */
  readonly end: number;
}

const maxSequenceRows = 1_000_000;

export class LineTable {
  readonly sequences: LineSequence[] = [];
  /** What was wrong with the debug data, if anything was. */
  problem: string | undefined;

  static of(files: readonly ElfFile[]): LineTable {
    const table = new LineTable();
    for (const file of files) table.add(file);
    table.sequences.sort((a, b) => a.rows[0].address - b.rows[0].address);
    return table;
  }

  /** The row that covers an address. */
  at(address: number): LineRow | undefined {
    let low = 0;
    let high = this.sequences.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sequences[middle].rows[0].address > address) high = middle;
      else low = middle + 1;
    }
    for (let i = low - 1; i >= 0 && i >= low - 4; i--) {
      const sequence = this.sequences[i];
      if (address < sequence.end) return lastAtOrBefore(sequence.rows, address);
    }
    return undefined;
  }

  /** `file.c:12`, without the directories. */
  describe(address: number): string | undefined {
    const row = this.at(address);
    return row && `${row.file.slice(row.file.lastIndexOf('/') + 1)}:${row.line}`;
  }

  private add(elf: ElfFile): void {
    const section = findSection(elf, '.debug_line');
    if (!section) return;
    const cursor = new Cursor(section.data);
    this.guard(elf, () => {
      while (!cursor.done) {
        const length = cursor.u32();
        if (length >= 0xfffffff0) throw new OutOfBytes('64-bit DWARF is not read');
        const unit = new Cursor(section.data, cursor.at, cursor.at + length);
        cursor.skip(length);
        this.guard(elf, () => readUnit(unit, elf, this.sequences));
      }
    });
  }

  private guard(elf: ElfFile, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      this.problem = `${elf.name}: source lines are incomplete, .debug_line is damaged (${error.message})`;
    }
  }
}

function lastAtOrBefore(rows: readonly LineRow[], address: number): LineRow {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].address > address) high = middle;
    else low = middle + 1;
  }
  return rows[low - 1];
}

interface Header {
  minInstructionLength: number;
  lineBase: number;
  lineRange: number;
  /** Operands of each standard opcode, index = opcode. */
  operands: number[];
  files: FileNames;
}

function readHeader(unit: Cursor, elf: ElfFile): Header {
  const version = unit.u16();
  if (version < 2 || version > 5) throw new OutOfBytes(`version ${version} is not read`);
  if (version === 5) unit.skip(2);
  const length = unit.u32();
  const program = unit.at + length;
  const minInstructionLength = unit.u8();
  if (version >= 4) unit.skip(1);
  unit.skip(1);
  const lineBase = unit.i8();
  const lineRange = unit.u8();
  if (lineRange === 0) throw new OutOfBytes('line range 0');
  const operands = [0];
  const opcodeBase = unit.u8();
  for (let opcode = 1; opcode < opcodeBase; opcode++) operands.push(unit.u8());
  const files = readFileNames(new Cursor(unit.bytes, unit.at, Math.min(program, unit.end)), {
    version,
    lineStrings: findSection(elf, '.debug_line_str')?.data,
    strings: findSection(elf, '.debug_str')?.data,
  });
  unit.at = program;
  return { minInstructionLength, lineBase, lineRange, operands, files };
}

/** Names of the files of the unit whose line-number program lies at an offset, and the bytes that it took to know. */
export function fileNamesOf(elf: ElfFile, offset: number): { files: FileNames; bytes: number } {
  const section = findSection(elf, '.debug_line');
  if (!section) return { files: () => '?', bytes: 0 };
  const cursor = new Cursor(section.data, offset);
  const length = cursor.u32();
  if (length >= 0xfffffff0) throw new OutOfBytes('64-bit DWARF is not read');
  const unit = new Cursor(section.data, cursor.at, cursor.at + length);
  const { files } = readHeader(unit, elf);
  return { files, bytes: unit.at - offset };
}

/** Runs the line-number program of one unit. */
function readUnit(unit: Cursor, elf: ElfFile, out: LineSequence[]): void {
  const header = readHeader(unit, elf);
  let rows: LineRow[] = [];
  let address = 0;
  let file = 1;
  let line = 1;
  const emit = (): void => {
    if (rows.length === maxSequenceRows) throw new OutOfBytes('a sequence has too many rows');
    rows.push({ address, file: header.files(file), line });
  };
  const endSequence = (): void => {
    // The linker leaves sequences of discarded functions at address 0.
    if (rows.length > 0 && rows[0].address !== 0) out.push(ordered(rows, address));
    rows = [];
    address = 0;
    file = 1;
    line = 1;
  };
  const advance = (steps: number): void => {
    address = (address + steps * header.minInstructionLength) % 2 ** 32;
  };
  while (!unit.done) {
    const opcode = unit.u8();
    if (opcode >= header.operands.length) {
      const adjusted = opcode - header.operands.length;
      advance(Math.floor(adjusted / header.lineRange));
      line += header.lineBase + (adjusted % header.lineRange);
      emit();
      continue;
    }
    switch (opcode) {
      case 0: {
        const length = unit.uleb();
        const next = unit.at + length;
        const extended = length > 0 ? unit.u8() : 0;
        if (extended === 1) endSequence();
        else if (extended === 2) address = unit.u32();
        unit.skip(next - unit.at);
        break;
      }
      case 1:
        emit();
        break;
      case 2:
        advance(unit.uleb());
        break;
      case 3:
        line += unit.sleb();
        break;
      case 4:
        file = unit.uleb();
        break;
      case 8:
        advance(Math.floor((255 - header.operands.length) / header.lineRange));
        break;
      case 9:
        address = (address + unit.u16()) % 2 ** 32;
        break;
      default:
        for (let i = 0; i < header.operands[opcode]; i++) unit.uleb();
    }
  }
}

/** Compilers emit ascending rows; damaged data may not, and a search needs the order. */
function ordered(rows: LineRow[], end: number): LineSequence {
  const sorted = rows.every((row, i) => i === 0 || rows[i - 1].address <= row.address);
  return { rows: sorted ? rows : rows.toSorted((a, b) => a.address - b.address), end };
}
