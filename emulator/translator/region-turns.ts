import type { BinaryOperator, Expression } from '../isa/expression.js';
import { writesOf, type Step, type StepReader } from './tree.js';

/** Turns of a loop that are written out one behind the other, and their instructions. */
const MOST_TURNS = 16;
const MOST_WRITTEN = 96;

/** Copies of the body of a loop of one block whose turns are not known, and their instructions. */
const MOST_COPIES = 4;
const MOST_COPIED = 40;

/** First turns of a loop that are written before it, when they are that short: many loops have not more. */
const FIRST_TURNS = 2;
const SHORT_BODY = 8;

interface Loop {
  readonly steps: readonly Step[];
  readonly end: { readonly kind: string };
}

export const firstTurnsOf = ({ steps, end }: Loop): number =>
  end.kind === 'branch' && steps.length <= SHORT_BODY ? FIRST_TURNS : 0;

export const copiesOf = ({ steps }: { readonly steps: readonly Step[] }): number =>
  Math.min(MOST_COPIES, Math.max(1, Math.floor(MOST_COPIED / (steps.length + 1))));

/**
 * How often a loop of one block turns when it is entered behind `before`, the first time included: where a
 * register counts by a constant up to a constant, from one that `before` loads. 0 when this is not known,
 * or is more than should be written out.
 */
export function turnsOf(reader: StepReader, pc: number, before: readonly Step[]): number {
  const body: Step[] = [];
  for (let at = pc; body.length < MOST_WRITTEN / 2;) {
    const step = reader.at(at);
    if (step === undefined || step.probed || step.endsLoop) return 0;
    if (step.row.timing === 'branch') return step.imm === pc ? count(body, step, before) : 0;
    if (!inBody.has(step.row.timing)) return 0;
    body.push(step);
    at = step.after;
  }
  return 0;
}

const inBody: ReadonlySet<string> = new Set(['alu', 'mul', 'mulh', 'load', 'store']);

function count(body: readonly Step[], branch: Step, before: readonly Step[]): number {
  const { condition } = branch.row;
  if (condition?.kind !== 'binary') return 0;
  const most = Math.min(MOST_TURNS, Math.floor(MOST_WRITTEN / (body.length + 1)));
  const left = counter(condition.left, branch, body, before);
  const right = counter(condition.right, branch, body, before);
  const holds = comparisons[condition.operator];
  if (left === undefined || right === undefined || holds === undefined) return 0;
  for (let turn = 1; turn <= most; turn++) {
    const [a, b] = [left, right].map(({ start, by }) => (start + turn * by) | 0);
    if (!holds(a, b)) return turn;
  }
  return 0;
}

const comparisons: Partial<Record<BinaryOperator, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt_s: (a, b) => a < b,
  ge_s: (a, b) => a >= b,
  lt_u: (a, b) => a >>> 0 < b >>> 0,
  ge_u: (a, b) => a >>> 0 >= b >>> 0,
};

/** What a side of a comparison is before the first turn, and what each turn adds to it. */
function counter(
  side: Expression,
  branch: Step,
  body: readonly Step[],
  before: readonly Step[],
): { readonly start: number; readonly by: number } | undefined {
  if (side.kind !== 'operand') return undefined;
  if (side.operand === 'field2_s') return { start: (branch.rs2 << 27) >> 27, by: 0 };
  const register = side.operand === 'rs1' ? branch.rs1 : side.operand === 'rs2' ? branch.rs2 : -1;
  if (register < 0) return undefined;
  const start = constantIn(register, before);
  if (start === undefined) return undefined;
  const writers = body.filter((step) => writes(step, register));
  if (writers.length === 0) return { start, by: 0 };
  const [step] = writers;
  const { result } = step.row;
  if (writers.length > 1 || step.rs1 !== register || !isSum(result)) return undefined;
  return { start, by: step.imm };
}

/** What a register holds behind instructions, when that is a constant. */
function constantIn(register: number, before: readonly Step[]): number | undefined {
  if (register === 0) return 0;
  const at = before.findLastIndex((step) => writes(step, register));
  if (at < 0) return undefined;
  const step = before[at];
  const { result, memory, timing } = step.row;
  if (memory !== undefined || timing !== 'alu') return undefined;
  if (result?.kind === 'operand' && result.operand === 'imm') return step.imm;
  if (!isSum(result)) return undefined;
  const from = constantIn(step.rs1, before.slice(0, at));
  return from === undefined ? undefined : (from + step.imm) | 0;
}

/** Whether an instruction adds its immediate to its register. */
function isSum(result: Expression | undefined): boolean {
  if (result?.kind !== 'binary' || result.operator !== 'add') return false;
  const { left, right } = result;
  if (left.kind !== 'operand' || right.kind !== 'operand') return false;
  return left.operand === 'rs1' && right.operand === 'imm';
}

function writes(step: Step, register: number): boolean {
  return (
    writesOf(step) === register ||
    (step.row.memory?.postIncrement === true && step.rs1 === register)
  );
}
