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
  for (const entry of entries.filter(({ isa }) => isa === 'rv32imc')) {
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

describe('what cannot be run', () => {
  it('is reported, and not as passed', () => {
    const validation = validate({ only: ['x_conv1x1', 'x_fir_i16'] });
    expect(validation.rows.map(({ status }) => status)).toEqual(['not run', 'not run']);
    const text = formatValidation(validation);
    expect(text).toContain('not run (needs Xcv, not in this version)');
    expect(text).toContain('0 runs exact, 0 differ, 2 not run');
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
