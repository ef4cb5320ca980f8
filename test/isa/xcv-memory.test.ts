import { describe, expect, it } from 'vitest';
import type { Format } from '../../emulator/isa/row.js';
import { rows } from '../../emulator/isa/table.js';
import * as e from '../lockstep/encode.js';
import { dialects, encode, l2, machineAfter, registersOf, tcdm, wordsAt } from './xcv-machine.js';
import { rowOf as coreV } from './xcv-machine.js';

/** Loads and stores of CORE-V: value, base afterwards, and the corners of registers that coincide. */
const data = [0x83828180, 0x87868584, 0x7b7a7978, 0x01020304];
const bytes = new DataView(Uint32Array.from(data).buffer);

const loads: readonly (readonly [string, (offset: number) => number])[] = [
  ['cv.lb', (at) => bytes.getInt8(at)],
  ['cv.lbu', (at) => bytes.getUint8(at)],
  ['cv.lh', (at) => bytes.getInt16(at, true)],
  ['cv.lhu', (at) => bytes.getUint16(at, true)],
  ['cv.lw', (at) => bytes.getInt32(at, true)],
];
const stores: readonly (readonly [string, number])[] = [
  ['cv.sb', 1],
  ['cv.sh', 2],
  ['cv.sw', 4],
];

/** In the TCDM and in L2, at aligned, odd and word-crossing addresses. */
const places = [tcdm + 0x400, l2 + 0x10000].flatMap((base) =>
  [0, 1, 2, 3, 5].map((offset) => ({ base, offset })),
);

describe('the table', () => {
  it('has all three addressing modes of five loads and three stores', () => {
    const names = rows.filter(({ extension }) => extension === 'xcvmem').map(({ name }) => name);
    expect(names).toHaveLength(24);
    expect(new Set(names)).toEqual(new Set([...loads, ...stores].map(([name]) => name)));
  });
});

describe.each(dialects)('$isa', ({ isa, of }) => {
  const rowOf = (name: string, format: Format) => of(coreV(name, format));

  describe.each(loads)('%s', (name, value) => {
    const run = (format: Format, base: number, offset: number, imm: number, index: number) => {
      const code = [encode(rowOf(name, format), { rd: 12, rs1: 10, rs2: 11, imm })];
      const memory = new Map([[base, data]]);
      const machine = machineAfter(code, {
        isa,
        registers: { 10: format === 'load-index' ? base : base + offset, 11: index },
        memory,
      });
      return registersOf(machine);
    };
    it.each(places)('loads and steps its base by an immediate ($base + $offset)', (place) => {
      for (const imm of [4, -2048, 2047, 0]) {
        const r = run('load-post', place.base, place.offset, imm, 0);
        expect(r[12]).toBe(value(place.offset) >>> 0);
        expect(r[10]).toBe((place.base + place.offset + imm) >>> 0);
      }
    });
    it.each(places)('loads and steps its base by a register ($base + $offset)', (place) => {
      const r = run('load-post-register', place.base, place.offset, 0, -12);
      expect(r[12]).toBe(value(place.offset) >>> 0);
      expect(r[10]).toBe(place.base + place.offset - 12);
      expect(r[11]).toBe(-12 >>> 0);
    });
    it.each(places)('loads from base plus register ($base + $offset)', (place) => {
      const r = run('load-index', place.base, place.offset, 0, place.offset);
      expect(r[12]).toBe(value(place.offset) >>> 0);
      expect(r[10]).toBe(place.base);
    });
  });

  describe.each(stores)('%s', (name, size) => {
    const source = 0xa1b2c3d4;
    const expected = (offset: number): number[] => {
      const copy = new DataView(Uint32Array.from(data).buffer);
      for (let i = 0; i < size; i++) copy.setUint8(offset + i, source >>> (8 * i));
      return [0, 4, 8, 12].map((at) => copy.getUint32(at, true));
    };
    const run = (format: Format, place: (typeof places)[number], imm: number, index: number) => {
      const { base, offset } = place;
      const fields = format === 'store-post' ? { imm } : { rd: 13 };
      const code = [encode(rowOf(name, format), { rs1: 10, rs2: 12, ...fields })];
      const machine = machineAfter(code, {
        isa,
        registers: {
          10: format === 'store-index' ? base : base + offset,
          12: source,
          13: index,
        },
        memory: new Map([[base, data]]),
      });
      return { words: wordsAt(machine, base, 4), registers: registersOf(machine) };
    };
    it.each(places)('stores and steps its base by an immediate ($base + $offset)', (place) => {
      for (const imm of [4, -2048, 2047]) {
        const { words, registers } = run('store-post', place, imm, 0);
        expect(words).toEqual(expected(place.offset));
        expect(registers[10]).toBe((place.base + place.offset + imm) >>> 0);
      }
    });
    it.each(places)('stores and steps its base by a register ($base + $offset)', (place) => {
      const { words, registers } = run('store-post-register', place, 0, 100);
      expect(words).toEqual(expected(place.offset));
      expect(registers[10]).toBe(place.base + place.offset + 100);
      expect(registers[13]).toBe(100);
    });
    it.each(places)('stores to base plus register ($base + $offset)', (place) => {
      const { words, registers } = run('store-index', place, 0, place.offset);
      expect(words).toEqual(expected(place.offset));
      expect(registers[10]).toBe(place.base);
    });
  });

  describe('registers that coincide', () => {
    const base = tcdm + 0x400;
    const memory = new Map([[base, data]]);
    const run = (word: number, registers: Record<number, number> = {}) =>
      machineAfter([word, e.add(20, 0, 0)], { isa, registers: { 10: base, ...registers }, memory });
    const lw = rowOf('cv.lw', 'load-post');
    const { name } = lw;
    const sw = rowOf('cv.sw', 'store-post');

    it('a load into its own base keeps the loaded value', () => {
      expect(registersOf(run(encode(lw, { rd: 10, rs1: 10, imm: 4 })))[10]).toBe(data[0]);
    });
    it('a load into x0 still steps its base', () => {
      const r = registersOf(run(encode(lw, { rd: 0, rs1: 10, imm: 4 })));
      expect([r[0], r[10], r[20]]).toEqual([0, base + 4, 0]);
    });
    it('a store of its own base stores the value before the step', () => {
      const machine = run(encode(sw, { rs2: 10, rs1: 10, imm: 8 }));
      expect(wordsAt(machine, base, 1)).toEqual([base]);
      expect(registersOf(machine)[10]).toBe(base + 8);
    });
    it('an index in x0 is 0, also where a destination would be', () => {
      const machine = run(encode(rowOf('cv.sw', 'store-index'), { rs2: 11, rs1: 10, rd: 0 }), {
        11: 77,
      });
      expect(wordsAt(machine, base, 1)).toEqual([77]);
      const step = run(encode(rowOf('cv.sw', 'store-post-register'), { rs2: 11, rs1: 10, rd: 0 }), {
        11: 78,
      });
      expect(wordsAt(step, base, 1)).toEqual([78]);
      expect(registersOf(step)[10]).toBe(base);
    });
    it('an index that is the base doubles it', () => {
      // Half of an address in the TCDM, doubled.
      const r = registersOf(
        run(encode(rowOf('cv.lw', 'load-index'), { rd: 12, rs1: 11, rs2: 11 }), { 11: base / 2 }),
      );
      expect(r[12]).toBe(data[0]);
    });
    it('a fault leaves the base alone and names the instruction', () => {
      expect(() => run(encode(lw, { rd: 12, rs1: 11, imm: 4 }), { 11: 0 })).toThrow(
        `${name}: load from an address that nothing claims`,
      );
    });
  });
});
