/**
 * Logic of the row buffer: what the sense amplifiers and the multiplexers behind them do with a row of
 * bits, without touching a domain. A row is one bit per nanowire, 32 to a word, wire 0 in bit 0 of
 * word 0. Lanes are groups of neighbouring wires; all widths are powers of two from 1 up.
 */
export type Row = Uint32Array;

export const wordsOf = (wires: number): number => wires >> 5;

export const bitOf = (row: Row, wire: number): number => (row[wire >> 5] >>> (wire & 31)) & 1;

export function setBit(row: Row, wire: number, bit: number): void {
  const mask = 1 << (wire & 31);
  if (bit === 0) row[wire >> 5] &= ~mask;
  else row[wire >> 5] |= mask;
}

export const and = (a: Row, b: Row): Row => a.map((word, i) => word & b[i]);
export const or = (a: Row, b: Row): Row => a.map((word, i) => word | b[i]);
export const not = (a: Row): Row => a.map((word) => ~word);

/** Multiplexer: `a` where the mask is one, `b` elsewhere. */
export const choose = (mask: Row, a: Row, b: Row): Row =>
  a.map((word, i) => (word & mask[i]) | (b[i] & ~mask[i]));

/** A row with the same bits in each lane, lowest bit first; `width` is at most 64. */
export function constant(value: bigint, width: number, wires: number): Row {
  const row = new Uint32Array(wordsOf(wires));
  for (let bit = 0; bit < width; bit++) {
    if (((value >> BigInt(bit)) & 1n) === 0n) continue;
    for (let wire = bit; wire < wires; wire += width) row[wire >> 5] |= 1 << (wire & 31);
  }
  return row;
}

/** Moves every bit `by` wires up (towards the top bit; down when negative), across lanes. */
export function move(row: Row, by: number): Row {
  const result = new Uint32Array(row.length);
  const words = Math.floor(by / 32);
  const bits = by - 32 * words;
  for (let i = 0; i < row.length; i++) {
    const low = row[i - words] ?? 0;
    const under = row[i - words - 1] ?? 0;
    result[i] = bits === 0 ? low : (low << bits) | (under >>> (32 - bits));
  }
  return result;
}

const fields = new Map<number, Row>();

/** Bits `from` to `to` - 1 of each lane. Shared: do not write to it. */
export function field(from: number, to: number, width: number, wires: number): Row {
  const key = ((wires * 128 + width) * 128 + from) * 128 + to;
  const known = fields.get(key);
  if (known !== undefined) return known;
  const row = constant(((1n << BigInt(to - from)) - 1n) << BigInt(from), width, wires);
  fields.set(key, row);
  return row;
}

/** Shifts inside lanes; zeros come in. */
export function shiftLanes(row: Row, by: number, width: number, wires: number): Row {
  if (Math.abs(by) >= width) return new Uint32Array(row.length);
  const kept = by >= 0 ? field(by, width, width, wires) : field(0, width + by, width, wires);
  return and(move(row, by), kept);
}

/** Bit `at` of each lane, spread over the whole lane. */
export function spread(row: Row, at: number, width: number, wires: number): Row {
  let result = and(row, field(at, at + 1, width, wires));
  result = move(result, -at);
  for (let by = 1; by < width; by *= 2) result = or(result, move(result, by));
  return result;
}

/** One over the whole lane where any bit of the lane is one. */
export function anyBit(row: Row, width: number, wires: number): Row {
  let result = row;
  for (let by = width >> 1; by >= 1; by >>= 1)
    result = or(result, shiftLanes(result, -by, width, wires));
  return spread(result, 0, width, wires);
}

/** Lane values, for tests and for the border between words and rows. */
export function fromLanes(values: readonly bigint[], width: number, wires: number): Row {
  const row = new Uint32Array(wordsOf(wires));
  for (const [lane, value] of values.entries())
    for (let bit = 0; bit < width; bit++)
      if (((value >> BigInt(bit)) & 1n) === 1n) setBit(row, lane * width + bit, 1);
  return row;
}

export function toLanes(row: Row, width: number, wires: number): bigint[] {
  return Array.from({ length: wires / width }, (_, lane) => {
    let value = 0n;
    for (let bit = width - 1; bit >= 0; bit--)
      value = (value << 1n) | BigInt(bitOf(row, lane * width + bit));
    return value;
  });
}
