/** Sums of a profile over harts: by function, by source line, by instruction. */
import { addCounts, noCounts } from './counts.js';
import type { Counts, HartProfile, InstructionRow, LineRow, Profile } from './model.js';

export interface FunctionTotal {
  /** Index in `Profile.functions`. */
  readonly function: number;
  readonly calls: number;
  /** In the function itself; of one that was inlined, in its instructions. */
  readonly self: Counts;
  /** With everything that it called. */
  readonly inclusive: Counts;
}

export interface LineTotal extends LineRow {
  readonly self: Counts;
}

export function sumOfHarts(harts: readonly HartProfile[]): Counts {
  const sum = noCounts();
  for (const { total } of harts) addCounts(sum, total);
  return sum;
}

/** Functions that cost anything, the most expensive ones first. */
export function functionTotals(harts: readonly HartProfile[]): FunctionTotal[] {
  const rows = new Map<number, { calls: number; self: Counts; inclusive: Counts }>();
  for (const { nodes } of harts) {
    const inclusive = nodes.map(({ self }) => {
      const sum = noCounts();
      addCounts(sum, self);
      return sum;
    });
    // Children come behind their parents.
    for (let i = nodes.length - 1; i >= 0; i--) {
      if (nodes[i].parent >= 0) addCounts(inclusive[nodes[i].parent], inclusive[i]);
    }
    for (const [i, node] of nodes.entries()) {
      let row = rows.get(node.function);
      if (row === undefined) {
        rows.set(node.function, (row = { calls: 0, self: noCounts(), inclusive: noCounts() }));
      }
      row.calls += node.calls;
      addCounts(row.self, node.self);
      let outer = node.parent;
      while (outer >= 0 && nodes[outer].function !== node.function) outer = nodes[outer].parent;
      if (outer < 0) addCounts(row.inclusive, inclusive[i]);
    }
  }
  return [...rows]
    .map(([fn, row]) => ({ function: fn, ...row }))
    .toSorted((a, b) => b.self.cycles - a.self.cycles || b.self.sleep - a.self.sleep);
}

/** Source lines that cost anything, the most expensive ones first. */
export function lineTotals(harts: readonly HartProfile[]): LineTotal[] {
  const rows = new Map<string, LineTotal>();
  for (const { file, line, function: fn, self } of harts.flatMap(({ lines }) => lines)) {
    const key = `${line} ${fn} ${file}`;
    let row = rows.get(key);
    if (row === undefined) rows.set(key, (row = { file, line, function: fn, self: noCounts() }));
    addCounts(row.self, self);
  }
  return [...rows.values()].toSorted(
    (a, b) => b.self.cycles - a.self.cycles || b.self.sleep - a.self.sleep,
  );
}

/** Instructions by address. */
export function instructionTotals(harts: readonly HartProfile[]): InstructionRow[] {
  const rows = new Map<number, InstructionRow>();
  for (const row of harts.flatMap(({ instructions }) => instructions)) {
    const known = rows.get(row.pc);
    if (known) addCounts(known.self, row.self);
    else {
      const self = noCounts();
      addCounts(self, row.self);
      rows.set(row.pc, { ...row, self });
    }
  }
  return [...rows.values()].toSorted((a, b) => a.pc - b.pc);
}

/** The stall cause with the most cycles, and its cycles. */
export function worstStall(profile: Profile, { stalls }: Counts): [string, number] | undefined {
  const most = Math.max(...stalls);
  return most > 0 ? [profile.causes[stalls.indexOf(most)], most] : undefined;
}
