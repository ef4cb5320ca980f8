import { describe, expect, it } from 'vitest';
import { imaRegisters } from '../../accel/ima/registers.js';
import { get, setter } from '../hwpe/registers.js';
import { imaConfig, openIma, section } from './ima-bench.js';

const cell = (y: number, x: number): number => ((3 * x + 5 * y) % 16) - 8;
const access = 4; // cycles of a register access on the bench

describe('programming and reading the cells of the IMA', () => {
  it('takes 8 nibbles a word, x ascending, then the next row, and ignores those beyond the width', () => {
    const bench = openIma(imaConfig({ arrays: 2 }));
    const set = setter(bench, imaRegisters);
    set('PLOT_ARRAY', 1);
    set('P_START_X', 16);
    set('P_START_Y', 5);
    set('P_WIDTH', 11);
    set('P_HIGHT', 2);
    for (const word of [0x76543210, 0xfffff098, 0x89abcdef, 0x00000321]) set('SUBMIT_PLOT', word);
    const row = (x: number, y: number): number => {
      set('PR_ADDR_X', x);
      set('PR_ADDR_Y', y);
      return get(bench, imaRegisters, 'PR_VAL');
    };
    expect(row(16, 5)).toBe(0x76543210);
    expect(row(24, 5)).toBe(0x00000098);
    expect(row(16, 6)).toBe(0x89abcdef);
    expect(row(17, 6)).toBe(0x189abcde);
    expect(row(252, 5)).toBe(0);
    set('PLOT_ARRAY', 0);
    expect(row(16, 5)).toBe(0);
    expect(bench.accelerator.counters()).toMatchObject({
      rows_programmed: 2,
      cells_programmed: 22,
      words_read_back: 6,
    });
  });

  it('holds the write that completes a row for the row time, and a read-back for the read time', () => {
    const bench = openIma(imaConfig());
    const set = setter(bench, imaRegisters);
    set('P_WIDTH', 16);
    set('P_HIGHT', 2);
    const took = (action: () => void): number => {
      const before = bench.now;
      action();
      return bench.now - before;
    };
    // 3250 ns at 500 MHz are 1625 cycles; 10 ns are 5.
    expect(took(() => set('SUBMIT_PLOT', 0))).toBe(access);
    expect(took(() => set('SUBMIT_PLOT', 0))).toBe(access + 1625);
    expect(took(() => set('SUBMIT_PLOT', 0))).toBe(access);
    expect(took(() => set('SUBMIT_PLOT', 0))).toBe(access + 1625);
    expect(took(() => get(bench, imaRegisters, 'PR_VAL'))).toBe(access + 5);
  });

  it('gives the engine back after the last row, as ima_v1 does, and tells CHECK_STATE', () => {
    const bench = openIma(imaConfig());
    const set = setter(bench, imaRegisters, 3);
    const state = (): number => get(bench, imaRegisters, 'CHECK_STATE');
    expect(state()).toBe(0);
    bench.read(0x04, 3);
    expect(state()).toBe(1);
    set('P_WIDTH', 8);
    set('P_HIGHT', 2);
    expect(state()).toBe(2);
    set('SUBMIT_PLOT', 0);
    expect(state()).toBe(3);
    set('SUBMIT_PLOT', 0);
    expect(state()).toBe(0);
    expect(bench.read(0x04, 5)).toBe(0);
    setter(bench, imaRegisters, 5)('NUM_JOBS', 1);
    expect(state()).toBe(4);
    expect(() => set('P_WIDTH', 8)).toThrow(/hart 5 is programming/);
  });

  it('refuses rectangles that do not fit, words after the last row, and arrays in use', () => {
    const bench = openIma(imaConfig());
    const set = setter(bench, imaRegisters);
    const submit = () => set('SUBMIT_PLOT', 0);
    expect(submit).toThrow(/rectangle of 0 rows/);
    set('P_START_Y', 255);
    set('P_WIDTH', 8);
    set('P_HIGHT', 2);
    expect(submit).toThrow(/does not fit/);
    set('P_HIGHT', 1);
    submit();
    expect(submit).toThrow(/after the last row/);
    set('PLOT_ARRAY', 1);
    set('P_HIGHT', 1);
    expect(submit).toThrow(/PLOT_ARRAY is 1/);
    set('PLOT_ARRAY', 0);
    set('PR_ADDR_Y', 256);
    expect(() => get(bench, imaRegisters, 'PR_VAL')).toThrow(/read-back of row 256/);
    bench.read(0x04);
    set('J_WIDTH', 1);
    set('J_HIGHT', 1);
    set('J_SRC_ADDR', 0x10000000);
    set('J_DST_ADDR', 0x10000100);
    set('JOB_LINE_LENGTH', 1);
    set('NUM_JOBS', 100);
    set('TRIGGER', 0);
    set('P_HIGHT', 1);
    expect(submit).toThrow(/a job uses array 0/);
    bench.runToEvent(1);
    expect(submit).not.toThrow();
  });

  it('preloads sections without time, and says when one does not fit', () => {
    const bench = openIma(imaConfig({ rows: 16, cols: 16, arrays: 2 }));
    expect(bench.accelerator.preload('.ima.1', section(16, 16, cell))).toBe(true);
    expect(bench.accelerator.preload('.text', new Uint8Array(4))).toBe(false);
    expect(bench.accelerator.preload('.ima.x', new Uint8Array(4))).toBe(false);
    expect(() => bench.accelerator.preload('.ima.2', new Uint8Array(4))).toThrow(/there are 2/);
    expect(() => bench.accelerator.preload('.ima.0', new Uint8Array(129))).toThrow(/takes 128/);
    expect(bench.now).toBe(0);
    const set = setter(bench, imaRegisters);
    set('PLOT_ARRAY', 1);
    set('PR_ADDR_Y', 9);
    const word = get(bench, imaRegisters, 'PR_VAL');
    for (let x = 0; x < 8; x++) expect((word >>> (4 * x)) & 15).toBe(cell(9, x) & 15);
  });

  it('keeps cells over SOFT_CLEAR and reset, and snapshots them', () => {
    const bench = openIma(imaConfig());
    const set = setter(bench, imaRegisters);
    set('P_WIDTH', 8);
    set('P_HIGHT', 1);
    set('SUBMIT_PLOT', 0x12345678);
    set('SOFT_CLEAR', 0);
    expect(get(bench, imaRegisters, 'PR_VAL')).toBe(0x12345678);
    const snapshot = structuredClone(bench.save());
    bench.accelerator.reset();
    expect(get(bench, imaRegisters, 'PR_VAL')).toBe(0x12345678);
    const other = openIma(imaConfig());
    expect(get(other, imaRegisters, 'PR_VAL')).toBe(0);
    other.restore(snapshot);
    expect(get(other, imaRegisters, 'PR_VAL')).toBe(0x12345678);
  });
});

describe('the IMA refuses jobs that cannot run, naming the register', () => {
  const wrong: [string, number, RegExp][] = [
    ['NUM_JOBS', 0, /NUM_JOBS is 0/],
    ['J_WIDTH', 257, /J_WIDTH is 257/],
    ['J_HIGHT', 0, /row tile 0 \(0 rows/],
    ['J_START_X', 255, /does not fit/],
    ['J_START_Y', 250, /does not fit/],
    ['WEIGHT_BITS', 6, /WEIGHT_BITS is 6/],
    ['ADC_R', 0, /ADC_R is 0/],
    ['ADC_M', -1, /ADC_M is -1/],
    ['ROW_TILES', 17, /ROW_TILES is 17/],
    ['ARRAY', 1, /lies in array 1, there are 1/],
    ['JOB_LINE_LENGTH', 0, /JOB_LINE_LENGTH is 0/],
    ['SHIFT', 63, /SHIFT is 63/],
    ['CLIP_HI', -129, /CLIP_HI is -129/],
    ['SRC_TILE_STRIDE', 4, /SRC_TILE_STRIDE is 4/],
  ];
  it.each(wrong)('%s = %d', (name, value, message) => {
    const bench = openIma(imaConfig());
    const set = setter(bench, imaRegisters);
    bench.read(0x04);
    set('J_WIDTH', 16);
    set('J_HIGHT', 16);
    set('JOB_LINE_LENGTH', 16);
    set('REQUANT', 1);
    set(name, value);
    expect(() => set('TRIGGER', 0)).toThrow(message);
  });

  it('element 0 of the tile registers does not exist', () => {
    const bench = openIma(imaConfig());
    bench.read(0x04);
    expect(() => setter(bench, imaRegisters)('TILE_PLACE[0]', 0)).toThrow(/element 0/);
    expect(() => setter(bench, imaRegisters)('TILE_ROWS[0]', 4)).toThrow(/element 0/);
  });
});
