/**
 * The cycle rules of the core once more, as a formula over what a hart executed: from one
 * instruction leaving decode to the next. Written from the measured rules (cost per class,
 * hazards 1 to 6), not from the machine, and without its state: it sees two predecessors, no more.
 */
export interface Executed {
  readonly name: string;
  readonly pc: number;
  readonly size: number;
  readonly bits: number;
  /** Values of all registers before the instruction. */
  readonly registers: readonly number[];
  /** Cycles for which grants of its accesses were withheld, when it has competitors. */
  withheld?: number;
}

const jumps = new Set(['jal', 'c.j', 'c.jal']);
const registerJumps = new Set(['jalr', 'c.jr', 'c.jalr']);
const branches = new Set(['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu', 'c.beqz', 'c.bnez']);
const loads = new Map([
  ['lb', 1],
  ['lbu', 1],
  ['lh', 2],
  ['lhu', 2],
  ['lw', 4],
  ['c.lw', 4],
  ['c.lwsp', 4],
]);
const stores = new Map([
  ['sb', 1],
  ['sh', 2],
  ['sw', 4],
  ['c.sw', 4],
  ['c.swsp', 4],
]);
const multiplyHigh = new Set(['mulh', 'mulhu', 'mulhsu']);
const divisions = new Set(['div', 'divu', 'rem', 'remu']);
/** mstatus, mtvec, mepc, mcause and the counters flush the pipeline. */
const flushing = new Set([0x300, 0x305, 0x341, 0x342, 0xb00, 0xb02, 0xb80, 0xb82]);

interface Operands {
  readonly rd: number;
  readonly reads: readonly number[];
  readonly base: number;
  readonly divisor: number;
}

/** Registers that an instruction writes and reads, from its bits. */
export function operandsOf({ name, bits }: Executed): Operands {
  if (name.startsWith('c.')) return compressedOperands(name, bits);
  const rd = (bits >>> 7) & 31;
  const rs1 = (bits >>> 15) & 31;
  const rs2 = (bits >>> 20) & 31;
  const of = (writes: number, reads: number[]): Operands => ({
    rd: writes,
    reads: reads.filter((r) => r !== 0),
    base: rs1,
    divisor: rs2,
  });
  switch (bits & 0x7f) {
    case 0x37:
    case 0x17:
    case 0x6f:
      return of(rd, []);
    case 0x63:
    case 0x23:
      return of(0, [rs1, rs2]);
    case 0x33:
      return of(rd, [rs1, rs2]);
    case 0x73: {
      const f3 = (bits >>> 12) & 7;
      return f3 === 0 ? of(0, []) : of(rd, f3 < 4 ? [rs1] : []);
    }
    case 0x0f:
      return of(0, []);
    default:
      return of(rd, [rs1]);
  }
}

function compressedOperands(name: string, bits: number): Operands {
  const full = (bits >>> 7) & 31;
  const second = (bits >>> 2) & 31;
  const high = ((bits >>> 7) & 7) + 8;
  const low = ((bits >>> 2) & 7) + 8;
  const of = (rd: number, reads: number[], base = 0): Operands => ({
    rd,
    reads: reads.filter((r) => r !== 0),
    base,
    divisor: 0,
  });
  switch (name) {
    case 'c.lw':
      return of(low, [high], high);
    case 'c.sw':
      return of(0, [high, low], high);
    case 'c.lwsp':
      return of(full, [2], 2);
    case 'c.swsp':
      return of(0, [2, second], 2);
    case 'c.addi4spn':
      return of(low, [2]);
    case 'c.addi16sp':
      return of(2, [2]);
    case 'c.addi':
    case 'c.slli':
      return of(full, [full]);
    case 'c.li':
    case 'c.lui':
      return of(full, []);
    case 'c.mv':
      return of(full, [second]);
    case 'c.add':
      return of(full, [full, second]);
    case 'c.srli':
    case 'c.srai':
    case 'c.andi':
      return of(high, [high]);
    case 'c.sub':
    case 'c.xor':
    case 'c.or':
    case 'c.and':
      return of(high, [high, low]);
    case 'c.beqz':
    case 'c.bnez':
      return of(0, [high]);
    case 'c.jr':
      return of(0, [full], full);
    case 'c.jalr':
      return of(1, [full], full);
    case 'c.jal':
      return of(1, []);
    default:
      return of(0, []);
  }
}

/** Byte offset of a load or store. */
function offsetOf({ name, bits }: Executed): number {
  const at = (from: number, width: number, to: number) =>
    ((bits >>> from) & (2 ** width - 1)) << to;
  switch (name) {
    case 'c.lw':
    case 'c.sw':
      return at(10, 3, 3) | at(6, 1, 2) | at(5, 1, 6);
    case 'c.lwsp':
      return at(12, 1, 5) | at(4, 3, 2) | at(2, 2, 6);
    case 'c.swsp':
      return at(9, 4, 2) | at(7, 2, 6);
    default:
      return stores.has(name) ? ((bits >> 25) << 5) | at(7, 5, 0) : bits >> 20;
  }
}

/** Two bus accesses: a word off its alignment, a halfword over the end of a word. */
function isSplitAccess(i: Executed): boolean {
  const bytes = loads.get(i.name) ?? stores.get(i.name) ?? 1;
  const address = i.registers[operandsOf(i).base] + offsetOf(i);
  return (address & 3) + bytes > 4;
}

function isTaken(i: Executed): boolean {
  const { name, bits, registers } = i;
  if (name.startsWith('c.')) {
    return (registers[operandsOf(i).reads[0]] === 0) === (name === 'c.beqz');
  }
  const [a, b] = [registers[(bits >>> 15) & 31], registers[(bits >>> 20) & 31]];
  switch (name) {
    case 'beq':
      return a === b;
    case 'bne':
      return a !== b;
    case 'blt':
      return (a | 0) < (b | 0);
    case 'bge':
      return (a | 0) >= (b | 0);
    case 'bltu':
      return a < b;
    default:
      return a >= b;
  }
}

/** Leading zeros of the divisor; of a negative one in a signed division its leading ones less one. */
function divisionSteps(i: Executed): number {
  const divisor = i.registers[operandsOf(i).divisor] | 0;
  const signed = i.name === 'div' || i.name === 'rem';
  return signed && divisor < 0 ? Math.clz32(~divisor) - 1 : Math.clz32(divisor);
}

/** Cycles that an instruction spends in EX beyond one: what a jump behind it can hide in. */
function extraInExecute(i: Executed): number {
  if (multiplyHigh.has(i.name)) return 4;
  if (divisions.has(i.name)) return 2 + divisionSteps(i);
  return accessesOf(i).length > 1 ? 1 + (i.withheld ?? 0) : (i.withheld ?? 0);
}

/** Word addresses of the bus accesses of an instruction, in order: none, one, or two. */
export function accessesOf(i: Executed): number[] {
  if (!loads.has(i.name) && !stores.has(i.name)) return [];
  const address = i.registers[operandsOf(i).base] + offsetOf(i);
  const word = (address >>> 2) * 4;
  return isSplitAccess(i) ? [word, word + 4] : [word];
}

const isLoad = (i: Executed | undefined): i is Executed => i !== undefined && loads.has(i.name);

/** Has a destination other than the load port, x0 too: what the core holds against a load in flight. */
function hasResult(i: Executed): boolean {
  if (loads.has(i.name) || stores.has(i.name) || branches.has(i.name)) return false;
  return !/^(fence|fence\.i|ecall|mret|wfi|(c\.)?ebreak)$/.test(i.name);
}

/** `i` wants to write the register, be it x0, that a load directly before it writes. */
const overwrites = (load: Executed, i: Executed): boolean =>
  hasResult(i) && operandsOf(i).rd === operandsOf(load).rd;

const isCsrAccess = (bits: number): boolean => (bits & 0x7f) === 0x73 && (bits & 0x3000) !== 0;

/**
 * Cycles between `now` and `next` leaving decode. `before` and `earlier` left before `now`.
 * Undefined where the rules leave it open.
 */
export function cyclesBetween(
  earlier: Executed | undefined,
  before: Executed | undefined,
  now: Executed,
  next: Executed,
): number | undefined {
  const split = next.size === 4 && next.pc % 4 === 2 ? 1 : 0;
  if (jumps.has(now.name) || registerJumps.has(now.name)) {
    return jumpCost(earlier, before, now, split);
  }
  if (branches.has(now.name)) return isTaken(now) ? 3 + split : waitOf(before, now, next, 1);
  switch (now.name) {
    case 'fence':
    case 'fence.i':
      return 4 + split;
    case 'ecall':
    case 'ebreak':
    case 'c.ebreak':
      return 4;
    case 'mret':
      return 5 + split;
    case 'illegal':
    case 'c.illegal':
      // An access to a CSR that is refused is as quick as ecall
      return isCsrAccess(now.bits) ? 4 : 5;
  }
  if (now.name.startsWith('csrr')) {
    return flushing.has(now.bits >>> 20) ? 4 : waitOf(before, now, next, 1);
  }
  return waitOf(before, now, next, 1 + extraInExecute(now));
}

/** The cost of `now`, and what `next` waits in decode for: hazards 1, 2, 4 and 5. */
function waitOf(
  before: Executed | undefined,
  now: Executed,
  next: Executed,
  cost: number,
): number | undefined {
  const { rd } = operandsOf(now);
  const held = isLoad(now) && overwrites(now, next) ? 1 : 0;
  if (registerJumps.has(next.name)) {
    return Math.max(cost + held, available(before, now, next, cost));
  }
  if (!isLoad(now)) return cost;
  // Whether a decoder asks for the operands of what it refuses is not in the rules
  if (next.name.endsWith('illegal')) return undefined;
  const reads = rd !== 0 && operandsOf(next).reads.includes(rd);
  return cost + (reads ? 1 : held);
}

/**
 * Hazard 4: cycles after `now` left decode until a jump that follows it may use its register. One
 * more than the producer's own when that is `now`, two more for a load, which one instruction in
 * between makes one; 0 when nothing recent wrote the register.
 */
function available(
  before: Executed | undefined,
  now: Executed,
  jumpBehind: Executed,
  cost: number,
): number {
  const base = operandsOf(jumpBehind).reads[0];
  if (base === undefined) return 0;
  if (operandsOf(now).rd === base) return cost + (isLoad(now) ? 2 : 1);
  if (!isLoad(before) || operandsOf(before).rd !== base) return 0;
  const passed = cyclesBetween(undefined, undefined, before, now) ?? 1;
  return 3 + extraInExecute(before) - passed;
}

/**
 * Hazard 6: a jump behind an instruction of several cycles, or behind a load of its link, redirects the
 * fetch while it waits, so its second cycle is hidden, if its register was there before it could leave.
 */
function jumpCost(
  earlier: Executed | undefined,
  before: Executed | undefined,
  now: Executed,
  split: number,
): number {
  const { rd, reads } = operandsOf(now);
  const byRegister = registerJumps.has(now.name);
  const same = byRegister && rd !== 0 && rd === reads[0] ? 1 : 0;
  const held = isLoad(before) && overwrites(before, now) ? 1 : 0;
  const extra = before === undefined ? 0 : extraInExecute(before) + held;
  const left = 1 + extra;
  const early = !byRegister || available(earlier, before as Executed, now, left) < left;
  if (extra === 0 || !early) return 2 + same + split;
  return split === 1 ? 2 + same : 1;
}
