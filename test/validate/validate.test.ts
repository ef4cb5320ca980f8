import { describe, expect, it } from 'vitest';
import { formatValidation, validate } from '../../src/validate/index.js';
import { readEntries, validationFolder } from '../../src/validate/entries.js';

const entries = readEntries(validationFolder());

describe('the set itself', () => {
  it('has ten RV32IMC programs with 38 runs and two programs for Xcv', () => {
    const plain = entries.filter(({ isa }) => isa === 'rv32imc');
    expect(plain).toHaveLength(10);
    // 6 single-core programs once, 4 cluster programs on 1, 2, 4 and 8 harts in two arbitrations
    expect(plain.flatMap(({ runs }) => runs)).toHaveLength(6 + 4 * 4 * 2);
    expect(entries.filter(({ isa }) => isa === 'rv32imc_xcv')).toHaveLength(2);
  });
});

describe('cycles of the RTL', () => {
  for (const entry of entries) {
    it(`${entry.name}: no hart is a cycle off`, () => {
      const { rows } = validate({ only: [entry.name] });
      // Straight from the recorded figures, not from what `validate` makes of them
      expect(rows.map(({ ours }) => ours)).toEqual(entry.runs.map(({ cycles }) => cycles));
      for (const row of rows) {
        expect(row).toMatchObject({ status: 'exact', error: 0, instret_ok: true });
        expect(row.results_ok).toBe(entry.results.length > 0 ? true : null);
      }
    });
  }
});

describe('the programs for Xcv', () => {
  it('take 10884 and 5646 cycles', () => {
    const { rows } = validate({ only: ['x_conv1x1', 'x_fir_i16'] });
    expect(rows.map(({ ours }) => ours)).toEqual([[10884], [5646]]);
    const text = formatValidation({ rows, never_compared: [], ok: true });
    expect(text).toContain('2 runs exact, 0 differ, 0 not run');
  });
});

describe('what cannot be run', () => {
  it('is reported, and not as passed', () => {
    const [row] = validate({ only: ['x_fir_i16'] }).rows;
    const reason = 'needs rv32imfc, not in this version';
    const skipped = { ...row, status: 'not run' as const, ours: [], error: null, reason };
    const text = formatValidation({ rows: [skipped], never_compared: [], ok: true });
    expect(text).toContain(`not run (${reason})`);
    expect(text).toContain('0 runs exact, 0 differ, 1 not run');
  });

  it('names a program that does not exist', () => {
    expect(() => validate({ only: ['matmul'] })).toThrow(/no validation program "matmul"/);
  });
});

describe('the table', () => {
  it('shows a wrong cycle as a difference', () => {
    const [row] = validate({ only: ['fibcalls'] }).rows;
    const wrong = { ...row, ours: [8797], error: 1, status: 'differs' as const };
    const text = formatValidation({ rows: [wrong], never_compared: [], ok: false });
    expect(text).toMatch(/fibcalls +1 +any +8798 +8797 +1 +ok +ok/);
    expect(text).toContain('0 runs exact, 1 differ, 0 not run');
  });
});
