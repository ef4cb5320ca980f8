import { OctobarError } from '../../../emulator/sim/error.js';

/** Solves a square system by elimination with the largest pivot. @throws OctobarError `internal` when it has no one solution */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let i = column + 1; i < size; i++)
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[best]![column]!)) best = i;
    [rows[column], rows[best]] = [rows[best]!, rows[column]!];
    const pivot = rows[column]!;
    if (pivot[column] === 0) {
      throw new OctobarError('internal', 'the constraints do not determine the free prices');
    }
    for (const [i, row] of rows.entries()) {
      if (i === column) continue;
      const share = row[column]! / pivot[column]!;
      for (let k = column; k <= size; k++) row[k] = row[k]! - share * pivot[k]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}
