import type { Placed } from './assembler.js';
import { type Callee, Context, functionSlots, record } from './context.js';
import { functionBody, piece } from './control.js';
import * as e from './encode.js';
import { cornerValue, Random } from './random.js';
import { csrNumber, trapHandler } from './system.js';

/** A generated program: code that stands at any multiple of 256, and what its record starts as. */
export interface Program {
  readonly code: Uint8Array;
  readonly listing: readonly Placed[];
  /** Offset of the first instruction that runs. */
  readonly entry: number;
  /** Initial contents of the record. */
  readonly record: Uint8Array;
  /** Register that points into the record at the end, and how far. */
  readonly pointer: number;
  readonly delta: number;
  /** Register that holds the address of the code plus `codeDelta`. */
  readonly codeRegister: number;
  readonly codeDelta: number;
  /** Number of top-level pieces. */
  readonly pieces: number;
}

/**
 * @param limit makes only so many of the program's pieces: what comes before is the same, so the
 *   first length at which two machines differ names the guilty piece
 */
export function makeProgram(seed: number, number: number, limit = Infinity): Program {
  const random = new Random(seed, number);
  const c = new Context(random);
  if (c.traps) trapHandler(c);
  const entry = c.asm.label('entry');
  c.asm.place(entry);
  prologue(c);

  const functions = random.between(0, functionSlots);
  const bodies = c.asm.label('body');
  const total = random.pick([5, 12, 25, 45, 70]) + random.below(8);
  if (functions > 0) {
    c.asm.jump(bodies, { name: 'jal', encode: (o) => e.jType(0, o) });
    makeFunctions(c, functions);
  }
  c.asm.place(bodies);
  const place = { depth: 0, counters: c.counters.slice(0, 2), mayCall: true };
  for (let n = 0; n < total && n < limit; n++) piece(c, place);
  epilogue(c);

  const { code, listing } = c.asm.assemble();
  return {
    code,
    listing,
    entry: entry.offset,
    record: initialRecord(new Random(~seed, number)),
    pointer: c.pointer,
    delta: c.delta,
    codeRegister: c.code,
    codeDelta: c.start.offset,
    pieces: total,
  };
}

function makeFunctions(c: Context, count: number): void {
  const made: Callee[] = [];
  for (let slot = 0; slot < count; slot++) {
    const leaf = made.length === 0 || c.random.chance(60);
    const roles = [c.pointer, c.code, c.far, ...c.counters];
    let link = c.random.chance(60) ? 1 : c.random.between(1, 31);
    while (roles.includes(link)) link = c.random.between(1, 31);
    const f: Callee = { label: c.asm.label(`f${slot}`), link, leaf, slot };
    functionBody(c, f, [c.counters[2]]);
    made.push(f);
    c.callees.push(f);
  }
}

/** From the dispatcher: x1 = where to go back to, x5 = the record. Sets every register. */
function prologue(c: Context): void {
  const { asm, pointer: p, delta, code } = c;
  asm.wide('sw', e.sw(1, 5, record.back));
  asm.wide('addi', e.addi(p, 5, delta));
  asm.place(c.start);
  asm.wide('auipc', e.uType(0x17, code, 0));
  const t = c.writable();
  asm.wide('csrrwi', e.csr(5, 0, 0, csrNumber.mie));
  asm.wide('csrrwi', e.csr(5, 0, 0, csrNumber.mscratch));
  asm.wide('csrrwi', e.csr(5, 0, 0, csrNumber.mcause));
  asm.wide('csrrwi', e.csr(5, 0, 0, csrNumber.mepc));
  asm.wide('addi', e.addi(t, 0, 0x88));
  asm.wide('csrrc', e.csr(3, 0, t, csrNumber.mstatus));
  if (c.traps) {
    // The handler stands at the very beginning of the program
    asm.late('addi', 4, () => e.addi(t, code, -c.start.offset));
    asm.wide('csrrw', e.csr(1, 0, t, csrNumber.mtvec));
  }
  for (let r = 1; r < 32; r++) {
    if (r !== p && r !== code) asm.wide('lw', e.lw(r, p, record.registers + 4 * r - delta));
  }
}

function epilogue(c: Context): void {
  const { asm, pointer: p, delta } = c;
  for (let r = 1; r < 32; r++) asm.wide('sw', e.sw(r, p, record.registers + 4 * r - delta));
  const back = p === 1 ? 2 : 1;
  asm.wide('lw', e.lw(back, p, record.back - delta));
  asm.wide('addi', e.addi(5, p, -delta));
  asm.wide('jalr', e.jalr(0, back, 0));
}

function initialRecord(random: Random): Uint8Array {
  const bytes = new Uint8Array(record.bytes);
  const view = new DataView(bytes.buffer);
  for (let r = 1; r < 32; r++) view.setUint32(record.registers + 4 * r, cornerValue(random), true);
  // Not any program's number, so that it shows which programs have begun
  view.setUint32(record.index, 0xffffffff, true);
  for (let at = record.trapHash; at < record.bytes; at += 4)
    view.setUint32(at, cornerValue(random), true);
  return bytes;
}
