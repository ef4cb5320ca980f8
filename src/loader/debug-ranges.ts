/** The addresses of a debugging entry: .debug_ranges up to DWARF 4, .debug_rnglists from DWARF 5 on. */
import { Cursor, OutOfBytes } from './cursor.js';
import { indexedAddress, type FormValue, type UnitContext } from './debug-forms.js';

export interface AddressRange {
  readonly from: number;
  readonly to: number;
}

/** Pieces of one function or inlined call. */
const maxRanges = 10_000;

/**
 * @param base address that offsets count from: where the unit begins
 * @param spend told how many bytes the list took
 * @throws OutOfBytes
 */
export function readRanges(
  value: FormValue,
  unit: UnitContext,
  base: number,
  spend: (bytes: number) => void,
): AddressRange[] {
  if (value.kind !== 'offset' && value.kind !== 'index' && value.kind !== 'number') return [];
  const { ranges, rangeLists: lists } = unit.sections;
  const read = (cursor: Cursor, list: (cursor: Cursor) => AddressRange[]): AddressRange[] => {
    const from = cursor.at;
    const found = list(cursor);
    spend(cursor.at - from);
    return found;
  };
  if (unit.version < 5) {
    return read(new Cursor(ranges, value.value), (cursor) => readOldRanges(cursor, base));
  }
  const offset =
    value.kind === 'index'
      ? unit.rangesBase + new Cursor(lists, unit.rangesBase + 4 * value.value).u32()
      : value.value;
  return read(new Cursor(lists, offset), (cursor) => readRangeList(cursor, unit, base));
}

function readOldRanges(cursor: Cursor, first: number): AddressRange[] {
  const ranges: AddressRange[] = [];
  let base = first;
  for (;;) {
    const from = cursor.u32();
    const to = cursor.u32();
    if (from === 0 && to === 0) return ranges;
    if (from === 0xffffffff) base = to;
    else add(ranges, base + from, base + to);
  }
}

function readRangeList(cursor: Cursor, unit: UnitContext, first: number): AddressRange[] {
  const ranges: AddressRange[] = [];
  let base = first;
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case 0: // end_of_list
        return ranges;
      case 1: // base_addressx
        base = indexedAddress(unit, cursor.uleb());
        break;
      case 2: {
        // startx_endx
        const from = indexedAddress(unit, cursor.uleb());
        add(ranges, from, indexedAddress(unit, cursor.uleb()));
        break;
      }
      case 3: {
        // startx_length
        const from = indexedAddress(unit, cursor.uleb());
        add(ranges, from, from + cursor.uleb());
        break;
      }
      case 4: {
        // offset_pair
        const from = base + cursor.uleb();
        add(ranges, from, base + cursor.uleb());
        break;
      }
      case 5: // base_address
        base = cursor.u32();
        break;
      case 6: {
        // start_end
        const from = cursor.u32();
        add(ranges, from, cursor.u32());
        break;
      }
      case 7: {
        // start_length
        const from = cursor.u32();
        add(ranges, from, from + cursor.uleb());
        break;
      }
      default:
        throw new OutOfBytes(`range list entry ${kind}`);
    }
  }
}

function add(ranges: AddressRange[], from: number, to: number): void {
  if (ranges.length === maxRanges) throw new OutOfBytes('an entry has too many ranges');
  if (to > from && to <= 2 ** 32) ranges.push({ from, to });
}
