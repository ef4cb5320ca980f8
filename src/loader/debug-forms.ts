/** Attribute values of .debug_info: how many bytes each form takes, and what they mean (DWARF 5, section 7.5.6). */
import { Cursor, OutOfBytes } from './cursor.js';

/** What the values of one unit refer to. */
export interface UnitContext {
  readonly version: number;
  /** Position of the unit in .debug_info: references within a unit count from here. */
  readonly start: number;
  readonly sections: DebugSections;
  /** Bases that the unit's first entry names; 0 when it does not. */
  addressBase: number;
  stringBase: number;
  rangesBase: number;
}

export interface DebugSections {
  readonly info: Uint8Array;
  readonly abbreviations: Uint8Array;
  readonly strings: Uint8Array;
  readonly lineStrings: Uint8Array;
  readonly stringOffsets: Uint8Array;
  readonly addresses: Uint8Array;
  readonly ranges: Uint8Array;
  readonly rangeLists: Uint8Array;
}

/** A value as far as anybody here needs it. */
export type FormValue =
  | {
      readonly kind: 'number' | 'address' | 'reference' | 'offset' | 'index';
      readonly value: number;
    }
  /** Where its bytes begin: most strings are never looked at. */
  | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly at: number }
  | { readonly kind: 'other' };

const other: FormValue = { kind: 'other' };
const number = (value: number): FormValue => ({ kind: 'number', value });
const address = (value: number): FormValue => ({ kind: 'address', value });

const maxNameBytes = 4096;

/** Reads one value; forms that this emulator has no use for are passed over. @throws OutOfBytes */
export function readForm(
  cursor: Cursor,
  form: number,
  implicit: number,
  unit: UnitContext,
): FormValue {
  const reference = (offset: number): FormValue => ({
    kind: 'reference',
    value: unit.start + offset,
  });
  const skip = (bytes: number): FormValue => {
    cursor.skip(bytes);
    return other;
  };
  switch (form) {
    case 0x01: // addr
      return address(cursor.u32());
    case 0x03: // block2
      return skip(cursor.u16());
    case 0x04: // block4
      return skip(cursor.u32());
    case 0x05: // data2
      return number(cursor.u16());
    case 0x06: // data4
      return number(cursor.u32());
    case 0x07: // data8
    case 0x20: // ref_sig8
      return skip(8);
    case 0x08: // string
      return passString(cursor);
    case 0x09: // block
    case 0x18: // exprloc
      return skip(cursor.uleb());
    case 0x0a: // block1
      return skip(cursor.u8());
    case 0x0b: // data1
    case 0x0c: // flag
      return number(cursor.u8());
    case 0x0d: // sdata
      return passNumber(cursor);
    case 0x0e: // strp
      return stringAt(unit.sections.strings, cursor.u32());
    case 0x0f: // udata
      return constant(cursor);
    case 0x10: // ref_addr
      return { kind: 'reference', value: cursor.u32() };
    case 0x11: // ref1
      return reference(cursor.u8());
    case 0x12: // ref2
      return reference(cursor.u16());
    case 0x13: // ref4
      return reference(cursor.u32());
    case 0x14: // ref8
      return skip(8);
    case 0x15: // ref_udata
      return reference(cursor.uleb());
    case 0x17: // sec_offset
      return { kind: 'offset', value: cursor.u32() };
    case 0x19: // flag_present
      return number(1);
    case 0x1a: // strx
      return indexedString(unit, cursor.uleb());
    case 0x1b: // addrx
      return address(indexedAddress(unit, cursor.uleb()));
    case 0x1c: // ref_sup4
    case 0x1d: // strp_sup
      return skip(4);
    case 0x1e: // data16
      return skip(16);
    case 0x1f: // line_strp
      return stringAt(unit.sections.lineStrings, cursor.u32());
    case 0x21: // implicit_const
      return number(implicit);
    case 0x22: // loclistx
      cursor.uleb();
      return other;
    case 0x23: // rnglistx
      return { kind: 'index', value: cursor.uleb() };
    case 0x25: // strx1
      return indexedString(unit, cursor.u8());
    case 0x26: // strx2
      return indexedString(unit, cursor.u16());
    case 0x27: // strx3
      return indexedString(unit, cursor.u16() + 65_536 * cursor.u8());
    case 0x28: // strx4
      return indexedString(unit, cursor.u32());
    case 0x29: // addrx1
      return address(indexedAddress(unit, cursor.u8()));
    case 0x2a: // addrx2
      return address(indexedAddress(unit, cursor.u16()));
    case 0x2c: // addrx4
      return address(indexedAddress(unit, cursor.u32()));
    default:
      throw new OutOfBytes(`form 0x${form.toString(16)} is not read`);
  }
}

/** An unsigned LEB128 number of up to 64 bits; what has more than 49 is passed over. */
function constant(cursor: Cursor): FormValue {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = cursor.u8();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return i < 7 ? number(value) : other;
  }
  throw new OutOfBytes('a LEB128 number is too long');
}

/** A signed one: nobody here asks for its value. */
function passNumber(cursor: Cursor): FormValue {
  constant(cursor);
  return other;
}

export function indexedAddress({ sections, addressBase }: UnitContext, index: number): number {
  return new Cursor(sections.addresses, addressBase + 4 * index).u32();
}

/** The base stands in an attribute that may come later: until then nobody asks for the name. */
function indexedString({ sections, stringBase }: UnitContext, index: number): FormValue {
  if (stringBase === 0) return other;
  const offset = new Cursor(sections.stringOffsets, stringBase + 4 * index).u32();
  return stringAt(sections.strings, offset);
}

function stringAt(bytes: Uint8Array, at: number): FormValue {
  if (at >= bytes.length) throw new OutOfBytes('a name lies outside its section');
  return { kind: 'string', bytes, at };
}

function passString(cursor: Cursor): FormValue {
  const { bytes, at } = cursor;
  const end = bytes.indexOf(0, at);
  if (end < 0) throw new OutOfBytes('a string has no end');
  cursor.skip(end + 1 - at);
  return { kind: 'string', bytes, at };
}

/** The text of a string value, at most its first 4096 bytes. */
export function textOf(value: FormValue | undefined): string | undefined {
  if (value?.kind !== 'string') return undefined;
  const { bytes, at } = value;
  const window = bytes.subarray(at, at + maxNameBytes);
  const end = window.indexOf(0);
  return new TextDecoder().decode(end < 0 ? window : window.subarray(0, end));
}
