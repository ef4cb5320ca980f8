/**
 * Which functions the compiler has put into others, from .debug_info of DWARF 4 and 5: for an address the
 * chain of inlined calls around it. Only names, places of calls and ranges are read.
 *
 * Damage ends the reading of the unit it is in; `problem` says so.
 */
import { Cursor, OutOfBytes } from './cursor.js';
import { readForm, textOf } from './debug-forms.js';
import type { DebugSections, FormValue, UnitContext } from './debug-forms.js';
import { readRanges, type AddressRange } from './debug-ranges.js';
import { findSection, type ElfFile } from './elf.js';
import { fileNamesOf } from './lines.js';
import type { FileNames } from './line-files.js';

/** A function that lies inside another one, at one place. */
export interface InlinedCall {
  readonly name: string;
  /** Where it is called from; file `?` and line 0 when the compiler did not say. */
  readonly callFile: string;
  readonly callLine: number;
  /** The inlined call that it lies in; undefined: directly in the function of the symbol table. */
  readonly outer: InlinedCall | undefined;
}

interface Call extends InlinedCall {
  name: string;
  readonly origin: number;
  readonly depth: number;
}

const tag = { compileUnit: 0x11, inlined: 0x1d, subprogram: 0x2e, partialUnit: 0x3c } as const;
const at = {
  name: 0x03,
  statements: 0x10,
  lowPc: 0x11,
  highPc: 0x12,
  origin: 0x31,
  specification: 0x47,
  ranges: 0x55,
  callFile: 0x58,
  callLine: 0x59,
  stringBase: 0x72,
  addressBase: 0x73,
  rangesBase: 0x74,
} as const;

const limits = {
  entries: 2_000_000,
  ranges: 500_000,
  depth: 1000,
  overlapping: 256,
  hops: 8,
  nameBytes: 64 << 20,
};

/** Tables of honest files do not overlap, though some are read for several entries. */
const readings = 16;

export class InlineTable {
  /** What was wrong with the debug data, if anything was. */
  problem: string | undefined;
  /** The innermost call from starts[i] up to starts[i + 1]. */
  private starts: number[] = [];
  private innermost: (InlinedCall | undefined)[] = [];

  static of(files: readonly ElfFile[]): InlineTable {
    const table = new InlineTable();
    const pieces = files.flatMap((elf) => table.read(elf));
    table.flatten(pieces);
    return table;
  }

  /** The innermost inlined call around an address; its `outer` leads outwards. */
  at(address: number): InlinedCall | undefined {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] > address) high = middle;
      else low = middle + 1;
    }
    return low === 0 ? undefined : this.innermost[low - 1];
  }

  private read(elf: ElfFile): Piece[] {
    const reader = new UnitReader(elf);
    try {
      reader.units((problem) => this.report(elf, problem));
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      this.report(elf, error.message);
    }
    return reader.pieces;
  }

  private report(elf: ElfFile, reason: string): void {
    this.problem = `${elf.name}: inlined functions are incomplete, .debug_info is damaged (${reason})`;
  }

  /** From overlapping pieces to one row of addresses: the deepest piece has each. */
  private flatten(pieces: readonly Piece[]): void {
    const borders = pieces.flatMap((piece) => [
      { address: piece.from, piece, opens: true },
      { address: piece.to, piece, opens: false },
    ]);
    borders.sort((a, b) => a.address - b.address);
    const open = new Set<Piece>();
    for (let i = 0; i < borders.length; i++) {
      const { address, piece, opens } = borders[i];
      if (!opens) open.delete(piece);
      else if (open.size < limits.overlapping) open.add(piece);
      else this.problem ??= 'too many inlined functions overlap';
      if (i + 1 < borders.length && borders[i + 1].address === address) continue;
      let deepest: Piece | undefined;
      for (const other of open)
        if (!deepest || other.call.depth > deepest.call.depth) deepest = other;
      this.starts.push(address);
      this.innermost.push(deepest?.call);
    }
  }
}

interface Piece extends AddressRange {
  readonly call: Call;
}

interface Abbreviation {
  readonly tag: number;
  readonly children: boolean;
  /** Attribute, form, implicit value, one after the other. */
  readonly attributes: readonly number[];
}

/** A function's own entry: what inlined calls refer to. */
interface Origin {
  readonly name: string | undefined;
  readonly origin: number;
}

class UnitReader {
  readonly pieces: Piece[] = [];
  private readonly sections: DebugSections;
  private readonly origins = new Map<number, Origin>();
  private readonly calls: Call[] = [];
  private readonly abbreviations = new Map<number, Map<number, Abbreviation>>();
  private readonly fileNames = new Map<number, FileNames>();
  private entries = 0;
  private nameBytes = 0;
  /** Bytes of tables that may still be read: a small file must not ask for the same ones for ever. */
  private bytesLeft: number;

  constructor(private readonly elf: ElfFile) {
    const bytes = (name: string): Uint8Array => findSection(elf, name)?.data ?? new Uint8Array(0);
    this.sections = {
      info: bytes('.debug_info'),
      abbreviations: bytes('.debug_abbrev'),
      strings: bytes('.debug_str'),
      lineStrings: bytes('.debug_line_str'),
      stringOffsets: bytes('.debug_str_offsets'),
      addresses: bytes('.debug_addr'),
      ranges: bytes('.debug_ranges'),
      rangeLists: bytes('.debug_rnglists'),
    };
    const tables = [
      this.sections.abbreviations,
      this.sections.ranges,
      this.sections.rangeLists,
      bytes('.debug_line'),
    ];
    this.bytesLeft = readings * tables.reduce((sum, { length }) => sum + length, 0);
  }

  private readonly spend = (bytes: number): void => {
    this.bytesLeft -= bytes;
    if (this.bytesLeft < 0) throw new OutOfBytes('its tables overlap');
  };

  /** @param report told what is wrong with a unit, which is left out from there on */
  units(report: (problem: string) => void): void {
    const cursor = new Cursor(this.sections.info);
    while (!cursor.done) {
      this.spend(0);
      const start = cursor.at;
      const length = cursor.u32();
      if (length >= 0xfffffff0) throw new OutOfBytes('64-bit DWARF is not read');
      const unit = new Cursor(this.sections.info, cursor.at, cursor.at + length);
      cursor.skip(length);
      try {
        this.unit(unit, start);
      } catch (error) {
        if (!(error instanceof OutOfBytes)) throw error;
        report(error.message);
      }
    }
    // A function may stand behind the call of it.
    for (const call of this.calls) call.name = this.nameOf(call.origin) ?? '?';
  }

  private nameOf(offset: number): string | undefined {
    let origin = this.origins.get(offset);
    for (let hop = 0; hop < limits.hops && origin && origin.name === undefined; hop++) {
      origin = this.origins.get(origin.origin);
    }
    return origin?.name;
  }

  private unit(cursor: Cursor, start: number): void {
    const version = cursor.u16();
    if (version < 2 || version > 5) throw new OutOfBytes(`version ${version} is not read`);
    if (version === 5) {
      const kind = cursor.u8();
      // Compile, partial and type units; the bodies of split units lie in other files.
      if (kind !== 1 && kind !== 3) return;
      cursor.skip(1);
    }
    const table = this.abbreviationsAt(cursor.u32());
    if (version < 5) cursor.skip(1);
    const { sections } = this;
    const unit = { version, start, sections, addressBase: 0, stringBase: 0, rangesBase: 0 };
    this.tree(cursor, table, unit);
  }

  private tree(cursor: Cursor, table: Map<number, Abbreviation>, unit: UnitContext): void {
    let base = 0;
    let files: FileNames = () => '?';
    // The innermost inlined call around the entries of each depth.
    const around: (Call | undefined)[] = [undefined];
    while (!cursor.done) {
      const offset = cursor.at;
      const code = cursor.uleb();
      if (code === 0) {
        if (around.length === 1) return;
        around.pop();
        continue;
      }
      if (++this.entries > limits.entries) throw new OutOfBytes('it has too many entries');
      const abbreviation = table.get(code);
      if (abbreviation === undefined) throw new OutOfBytes(`no abbreviation ${code}`);
      let here = around[around.length - 1];
      const isUnit = abbreviation.tag === tag.compileUnit || abbreviation.tag === tag.partialUnit;
      const begin = cursor.at;
      let values = this.attributes(cursor, abbreviation, unit);
      if (isUnit) {
        this.bases(values, unit);
        // Once more: names and addresses may need the bases.
        cursor.at = begin;
        values = this.attributes(cursor, abbreviation, unit);
        base = numberOf(values.get(at.lowPc)) ?? 0;
        const statements = numberOf(values.get(at.statements));
        if (statements !== undefined) files = this.filesAt(statements);
      } else if (abbreviation.tag === tag.subprogram) {
        this.origins.set(offset, this.originOf(values));
        here = undefined;
      } else if (abbreviation.tag === tag.inlined) {
        here = this.inlined(values, unit, { base, files, outer: here });
      }
      if (!abbreviation.children) continue;
      if (around.length === limits.depth) throw new OutOfBytes('entries are nested too deep');
      around.push(here);
    }
  }

  private filesAt(statements: number): FileNames {
    const known = this.fileNames.get(statements);
    if (known !== undefined) return known;
    const { files, bytes } = fileNamesOf(this.elf, statements);
    this.spend(bytes);
    this.fileNames.set(statements, files);
    return files;
  }

  private originOf(values: Values): Origin {
    const name = textOf(values.get(at.name));
    this.nameBytes += name?.length ?? 0;
    if (this.nameBytes > limits.nameBytes) throw new OutOfBytes('its names are too long');
    const origin = numberOf(values.get(at.origin)) ?? numberOf(values.get(at.specification));
    return { name, origin: origin ?? -1 };
  }

  private bases(values: Values, unit: UnitContext): void {
    unit.addressBase = numberOf(values.get(at.addressBase)) ?? 0;
    unit.stringBase = numberOf(values.get(at.stringBase)) ?? 0;
    unit.rangesBase = numberOf(values.get(at.rangesBase)) ?? 0;
  }

  private inlined(
    values: Values,
    unit: UnitContext,
    { base, files, outer }: { base: number; files: FileNames; outer: Call | undefined },
  ): Call {
    const file = numberOf(values.get(at.callFile));
    const call: Call = {
      name: '?',
      callFile: file === undefined ? '?' : files(file),
      callLine: numberOf(values.get(at.callLine)) ?? 0,
      outer,
      origin: numberOf(values.get(at.origin)) ?? -1,
      depth: (outer?.depth ?? 0) + 1,
    };
    this.calls.push(call);
    for (const { from, to } of rangesOf(values, unit, base, this.spend)) {
      if (this.pieces.length === limits.ranges) throw new OutOfBytes('it has too many ranges');
      // The linker leaves functions that it discarded at address 0.
      if (from !== 0) this.pieces.push({ from, to, call });
    }
    return call;
  }

  private attributes(cursor: Cursor, { attributes }: Abbreviation, unit: UnitContext): Values {
    const values: Values = new Map();
    for (let i = 0; i < attributes.length; i += 3) {
      let form = attributes[i + 1];
      // DW_FORM_indirect: the form stands in front of the value.
      if (form === 0x16) form = cursor.uleb();
      values.set(attributes[i], readForm(cursor, form, attributes[i + 2], unit));
    }
    return values;
  }

  private abbreviationsAt(offset: number): Map<number, Abbreviation> {
    const known = this.abbreviations.get(offset);
    if (known !== undefined) return known;
    const table = new Map<number, Abbreviation>();
    const cursor = new Cursor(this.sections.abbreviations, offset);
    for (let code = cursor.uleb(); code !== 0; code = cursor.uleb()) {
      const kind = cursor.uleb();
      const children = cursor.u8() !== 0;
      const attributes: number[] = [];
      for (;;) {
        const attribute = cursor.uleb();
        const form = cursor.uleb();
        if (attribute === 0 && form === 0) break;
        attributes.push(attribute, form, form === 0x21 ? cursor.sleb() : 0);
      }
      table.set(code, { tag: kind, children, attributes });
    }
    this.spend(cursor.at - offset);
    this.abbreviations.set(offset, table);
    return table;
  }
}

type Values = Map<number, FormValue>;

function numberOf(value: FormValue | undefined): number | undefined {
  return value === undefined || value.kind === 'string' || value.kind === 'other'
    ? undefined
    : value.value;
}

function rangesOf(
  values: Values,
  unit: UnitContext,
  base: number,
  spend: (bytes: number) => void,
): AddressRange[] {
  const ranges = values.get(at.ranges);
  if (ranges !== undefined) return readRanges(ranges, unit, base, spend);
  const low = numberOf(values.get(at.lowPc));
  const high = values.get(at.highPc);
  const value = numberOf(high);
  if (low === undefined || value === undefined) return [];
  const to = high?.kind === 'address' ? value : low + value;
  return to > low && to <= 2 ** 32 ? [{ from: low, to }] : [];
}
