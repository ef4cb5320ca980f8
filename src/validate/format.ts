import type { Validation, ValidationRow } from './validate.js';

/** The answer of `octobar validate` as text: one line per run, then what was never compared. */
export function formatValidation(validation: Validation): string {
  const head = [
    'program',
    'harts',
    'arbitration',
    'RTL cycles',
    'ours',
    'error',
    'instret',
    'results',
  ];
  const cells = [head, ...validation.rows.map(rowCells)];
  // A row that was not run says why across the columns of its figures
  const fitting = cells.filter((row) => row.length === head.length);
  const widths = head.map((_, i) =>
    Math.max(
      ...fitting.map((row) => row[i].length),
      ...cells.map((row) => (i < 4 ? row[i].length : 0)),
    ),
  );
  const numeric = new Set([1, 3, 4, 5]);
  const lines = cells.map((row) =>
    row
      .map((cell, i) => (numeric.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return [...lines, '', summary(validation), '', ...uncompared(validation), ''].join('\n');
}

function rowCells(row: ValidationRow): string[] {
  const start = [row.program, String(row.harts), row.arbitration, span(row.rtl)];
  if (row.status === 'not run') return [...start, `not run (${row.reason})`];
  const results = row.results_ok === null ? '-' : row.results_ok ? 'ok' : 'DIFFER';
  return [
    ...start,
    span(row.ours),
    row.error === null || !Number.isFinite(row.error) ? '?' : String(row.error),
    row.instret_ok ? 'ok' : 'DIFFERS',
    row.reason ? `${results}, ${row.reason}` : results,
  ];
}

/** One figure, or the least and the greatest of several harts. */
function span(values: readonly number[]): string {
  if (values.length === 0) return '-';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? String(low) : `${low}..${high}`;
}

function summary({ rows }: Validation): string {
  const count = (status: ValidationRow['status']) =>
    rows.filter((row) => row.status === status).length;
  const figures = rows.reduce((sum, row) => sum + row.ours.length, 0);
  return (
    `${count('exact')} runs exact, ${count('differs')} differ, ${count('not run')} not run; ` +
    `${figures} hart timings compared. The error is the largest of any hart, in cycles.`
  );
}

function uncompared({ never_compared }: Validation): string[] {
  return [
    'Never compared with RTL:',
    ...never_compared.map(({ what, instead }) => `  - ${what}\n    instead: ${instead}`),
  ];
}
