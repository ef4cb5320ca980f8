import type { CodeCache } from '../hart/code-cache.js';
import {
  COST_MASK,
  COST_SHIFT,
  FEEDS_JALR,
  LONG,
  NEXT_IS_JUMP,
  RD_MASK,
  RD_SHIFT,
  REGISTER_MASK,
  RS1_SHIFT,
  RS2_SHIFT,
  rowOf,
  SINK,
} from '../hart/slot.js';
import type { LoopTable, SetUp } from './loops.js';
import { mentions } from '../isa/expression.js';
import type { Row } from '../isa/row.js';

/** An instruction as its decoded slot has it, costs and hazards with its neighbours included. */
export interface Step {
  readonly pc: number;
  readonly word: number;
  readonly row: Row;
  /** `SINK` when the result is thrown away. */
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  /** Immediate; the absolute target of branches and jumps. */
  readonly imm: number;
  /** Address of the instruction behind it. */
  readonly after: number;
  readonly cost: number;
  readonly feedsJalr: boolean;
  readonly nextIsJump: boolean;
  /** A probe wants to see it. */
  readonly probed: boolean;
  /** It may be the last one of a hardware loop. */
  readonly endsLoop: boolean;
}

/** Timings of instructions that touch nothing but their hart. */
export const privateTimings: ReadonlySet<string> = new Set([
  'alu',
  'mul',
  'mulh',
  'div',
  'branch',
  'jump',
  'jalr',
  'loop',
]);

/** Why a path ends without a request. */
export type LeaveReason = 'untranslated' | 'system' | 'outer' | 'probe' | 'loop';

export type End =
  | { readonly kind: 'request' | 'jalr'; readonly step: Step }
  | { readonly kind: 'leave'; readonly pc: number; readonly reason: LeaveReason }
  /** Goes on with the function that begins at `pc`. */
  | { readonly kind: 'chain'; readonly pc: number }
  /** Goes on with this function. */
  | { readonly kind: 'again' }
  | { readonly kind: 'branch'; readonly step: Step; readonly taken: Node; readonly fall: Node }
  | LoopEnd;

/** The last instruction of a hardware loop: goes on behind it, or back to a start. */
export interface LoopEnd {
  readonly kind: 'loop-end';
  readonly step: Step;
  readonly on: Node;
  /** By number of the loop; undefined where no such loop is known. */
  readonly back: readonly (Turn | undefined)[];
}

export interface Turn {
  readonly start: number;
  /** Cycles of the instruction when its neighbour is the first one of the body. */
  readonly cost: number;
  readonly node: Node;
}

/** Instructions that only touch registers, then an end. */
export interface Node {
  readonly steps: readonly Step[];
  /** What the set-up instructions among them do. */
  readonly setUps: ReadonlyMap<Step, SetUp>;
  readonly end: End;
}

/**
 * All paths from one instruction to the next requests: what one function of translated code does. No
 * path joins another one again, so every path knows its time, its hazards and its counts.
 */
export interface Tree {
  readonly pc: number;
  /** The load or store at `pc` whose request was granted, when the function begins with its end. */
  readonly completes: Step | undefined;
  readonly body: Node;
  /** Whether a path comes back to the beginning. */
  readonly loops: boolean;
}

/** Instructions of one function; a path that would need more goes on in another one. */
const MOST_STEPS = 48;
/** Cycles of one path. */
const LONGEST = 160;
const LONGEST_DIVISION = 40;
/** Turns of a loop that a function writes out before it goes back to its beginning. */
const TURNS = 3;

/** Where instructions are: decoded slots. */
export class StepReader {
  private generation = -1;
  private readonly known = new Map<number, Step | undefined>();

  constructor(
    private readonly code: CodeCache,
    readonly loops: LoopTable,
  ) {}

  /** Cycles of the last instruction of a body before the first one. */
  turnCost({ pc, word }: Step, start: number): number {
    return (this.code.loopBackWord(pc, word, start) >>> COST_SHIFT) & COST_MASK;
  }

  /** The instruction at an address; undefined where there is none that could be translated. */
  at(pc: number): Step | undefined {
    if (this.generation !== this.code.generation) {
      this.generation = this.code.generation;
      this.known.clear();
    }
    if (this.known.has(pc)) return this.known.get(pc);
    const step = this.read(pc);
    this.known.set(pc, step);
    return step;
  }

  private read(pc: number): Step | undefined {
    const { code } = this;
    const index = code.indexOf(pc);
    if (index < 0) return undefined;
    let word = code.slots[index] & 0x7fffffff;
    if (word === 0) word = code.fill(pc, index);
    const row = rowOf(word);
    const long = (word & LONG) !== 0;
    if (row === undefined || (long && code.indexOf(pc + 2) < 0)) return undefined;
    return {
      pc,
      word,
      row,
      rd: (word >>> RD_SHIFT) & RD_MASK,
      rs1: (word >>> RS1_SHIFT) & REGISTER_MASK,
      rs2: (word >>> RS2_SHIFT) & REGISTER_MASK,
      imm: code.slots[index + 1],
      after: (pc + (long ? 4 : 2)) | 0,
      cost: (word >>> COST_SHIFT) & COST_MASK,
      feedsJalr: (word & FEEDS_JALR) !== 0,
      nextIsJump: (word & NEXT_IS_JUMP) !== 0,
      probed: code.isProbed(pc),
      endsLoop: code.endsLoop(pc),
    };
  }
}

interface Place {
  readonly pc: number;
  /** Addresses since the beginning of the function, and cycles at most. */
  readonly path: readonly number[];
  readonly cycles: number;
}

/** A node whose end is filled in later: paths grow in turns, so that none starves another. */
interface Growing {
  steps: Step[];
  setUps: Map<Step, SetUp>;
  end: End;
}

/** @param lineShift bytes of a line of code as a power, where paths go on in another function behind it */
export function growTree(
  reader: StepReader,
  pc: number,
  completes: boolean,
  lineShift?: number,
): Tree | undefined {
  const root = reader.at(pc);
  if (root === undefined) return undefined;
  if (completes && root.row.memory === undefined) return undefined;
  let loops = false;
  let steps = 0;
  /** The line at the beginning; all of `root` is there, or is fetched there. */
  const line = lineShift === undefined ? 0 : (root.after - 2) >>> lineShift;
  const isBeyond = (step: Step): boolean =>
    lineShift !== undefined && (step.after - 2) >>> lineShift !== line;
  const waiting: (readonly [Growing, Place])[] = [];
  const plant = (place: Place): Growing => {
    const node: Growing = { steps: [], setUps: new Map(), end: { kind: 'chain', pc: place.pc } };
    waiting.push([node, place]);
    return node;
  };
  /** Ends a node with the last instruction of a loop; false when no loop is known to end there. */
  const endLoop = (node: Growing, step: Step, place: Omit<Place, 'pc'>): boolean => {
    const starts = [0, 1].map((loop) => reader.loops.startOf(loop as 0 | 1, step.after));
    if (starts[0] === undefined && starts[1] === undefined) return false;
    const back = starts.map((start) =>
      start === undefined
        ? undefined
        : { start, cost: reader.turnCost(step, start), node: plant({ ...place, pc: start }) },
    );
    node.end = { kind: 'loop-end', step, on: plant({ ...place, pc: step.after }), back };
    return true;
  };
  if (root.endsLoop && completes) {
    const body: Growing = { steps: [], setUps: new Map(), end: { kind: 'chain', pc } };
    if (!endLoop(body, root, { path: [], cycles: 0 })) return undefined;
    growAll();
    return { pc, completes: root, body, loops: false };
  }
  const body = plant({ pc: completes ? root.after : pc, path: [], cycles: 0 });
  growAll();
  return { pc, completes: completes ? root : undefined, body, loops };

  function growAll(): void {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const [node, place] = item;
      let { pc: at, cycles } = place;
      const path = [...place.path];
      for (;;) {
        if (comesBack(path, at, completes ? -1 : pc)) {
          const again = !completes && at === pc;
          loops ||= again;
          node.end = again ? { kind: 'again' } : { kind: 'chain', pc: at };
          break;
        }
        const step = reader.at(at);
        if (step === undefined || step.probed) {
          const reason = step === undefined ? 'untranslated' : 'probe';
          node.end = { kind: 'leave', pc: at, reason };
          break;
        }
        if (isBeyond(step) && (path.length > 0 || completes)) {
          node.end = { kind: 'chain', pc: at };
          break;
        }
        const { timing } = step.row;
        if (timing === 'load' || timing === 'store') {
          node.end = { kind: 'request', step };
          break;
        }
        if ((steps >= MOST_STEPS || cycles > LONGEST) && path.length > 0) {
          node.end = { kind: 'chain', pc: at };
          break;
        }
        steps++;
        path.push(at);
        if (step.endsLoop) {
          const known = inBody(step.row) && endLoop(node, step, { path, cycles: cycles + 6 });
          if (!known) node.end = { kind: 'leave', pc: at, reason: 'loop' };
          break;
        }
        if (timing === 'loop') {
          const setUp = reader.loops.setUp(step, node.steps);
          if (setUp === undefined) {
            node.end = { kind: 'leave', pc: at, reason: 'system' };
            break;
          }
          node.setUps.set(step, setUp);
          node.steps.push(step);
          cycles++;
          at = step.after;
          continue;
        }
        if (timing === 'jalr') {
          node.end = { kind: 'jalr', step };
          break;
        }
        if (timing === 'branch') {
          const next = { path, cycles: cycles + step.cost };
          const taken = plant({ ...next, pc: step.imm });
          node.end = { kind: 'branch', step, taken, fall: plant({ ...next, pc: step.after }) };
          break;
        }
        if (!registersOnly(step.row)) {
          node.end = { kind: 'leave', pc: at, reason: 'system' };
          break;
        }
        node.steps.push(step);
        cycles += timing === 'div' ? LONGEST_DIVISION : timing === 'mulh' ? 6 : step.cost;
        at = timing === 'jump' ? step.imm : step.after;
      }
    }
  }
}

/** Whether a path that goes on at `at` has had all its turns; those through `root`, its beginning, are `TURNS`. */
function comesBack(path: readonly number[], at: number, root: number): boolean {
  if (!path.includes(at)) return false;
  const times = (pc: number): number => path.reduce((sum, x) => (x === pc ? sum + 1 : sum), 0);
  return times(at) >= (at === root ? TURNS : times(root));
}

/** What may be the last instruction of a loop and only touches registers. */
function inBody({ timing }: Row): boolean {
  return timing === 'alu' || timing === 'mul' || timing === 'mulh' || timing === 'div';
}

function registersOnly({ timing }: Row): boolean {
  switch (timing) {
    case 'alu':
    case 'mul':
    case 'mulh':
    case 'div':
    case 'jump':
    case 'fence':
      return true;
    default:
      return false;
  }
}

/** Registers that an instruction reads, the address of an access included. x0 is not among them. */
export function readsOf(step: Step, into: Set<number>): void {
  const { row, rd, rs1, rs2 } = step;
  const tree = row.result ?? row.condition;
  const add = (register: number, reads: boolean): void => {
    if (reads && register !== 0 && register !== SINK) into.add(register);
  };
  add(
    rs1,
    row.memory !== undefined ||
      row.timing === 'jalr' ||
      row.loop?.count === 'register' ||
      mentions(tree, 'rs1'),
  );
  add(rs2, row.memory?.write === true || row.memory?.offset === 'rs2' || mentions(tree, 'rs2'));
  add(rd, row.memory?.offset === 'rd' || mentions(tree, 'rd'));
}

/** The register that an instruction writes (not the stepped base of an access), or -1. */
export function writesOf({ row, rd }: Step): number {
  switch (row.timing) {
    case 'alu':
    case 'mul':
    case 'mulh':
    case 'div':
    case 'jump':
    case 'jalr':
    case 'load':
    case 'csr':
      return rd === 0 || rd === SINK ? -1 : rd;
    default:
      return -1;
  }
}

/** All nodes of a tree. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  const { end } = node;
  if (end.kind === 'branch') {
    yield* nodesOf(end.taken);
    yield* nodesOf(end.fall);
  } else if (end.kind === 'loop-end') {
    for (const turn of end.back) if (turn) yield* nodesOf(turn.node);
    yield* nodesOf(end.on);
  }
}
