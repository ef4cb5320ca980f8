import { Assembler } from './assembler.js';
import { record } from './context.js';
import * as e from './encode.js';
import { makeProgram, type Program } from './program.js';
import { csrNumber } from './system.js';

/**
 * A batch of programs with a dispatcher that runs one after the other, as position-independent
 * code: QEMU and our machine run the same bytes, but for six words that name the machine.
 */
export interface Image {
  readonly programs: readonly Program[];
  /** Offset of each program's code from the code base. */
  readonly codeOffsets: readonly number[];
  readonly code: Uint8Array;
  readonly data: Uint8Array;
}

/** What differs between the machines. */
export interface Target {
  readonly codeBase: number;
  readonly dataBase: number;
  /** Harts that share the batch: hart h runs programs h, h + harts, ... */
  readonly harts: number;
  readonly exitAddress: number;
  /** Stored to the exit address at the end, or when something trapped that must not. */
  readonly exitGood: number;
  readonly exitBad: number;
}

const header = {
  dataBase: 0x10,
  harts: 0x14,
  exitAddress: 0x18,
  exitGood: 0x1c,
  exitBad: 0x20,
  table: 0x24,
  count: 0x28,
};
const codeAlignment = 256;
/** Data memory: flags of finished harts, then what an unexpected trap leaves, then the records. */
export const data = { done: 0, crash: 0x80, records: 0x100 };

export const recordOffset = (index: number): number => data.records + record.bytes * index;

export function makeImage(makers: readonly (() => Program)[]): Image {
  const programs = makers.map((make) => make());
  const dispatcher = makeDispatcher();
  const tableOffset = align(dispatcher.length, 8);
  let at = align(tableOffset + 8 * programs.length, codeAlignment);
  const codeOffsets = programs.map((p) => {
    const offset = at;
    at = align(at + p.code.length, codeAlignment);
    return offset;
  });
  const code = new Uint8Array(at);
  const view = new DataView(code.buffer);
  code.set(dispatcher);
  view.setUint32(header.table, tableOffset, true);
  view.setUint32(header.count, programs.length, true);
  const memory = new Uint8Array(recordOffset(programs.length));
  programs.forEach((p, i) => {
    code.set(p.code, codeOffsets[i]);
    view.setUint32(tableOffset + 8 * i, codeOffsets[i] + p.entry, true);
    view.setUint32(tableOffset + 8 * i + 4, recordOffset(i), true);
    memory.set(p.record, recordOffset(i));
  });
  return { programs, codeOffsets, code, data: memory };
}

/** Programs first .. first + count - 1 of a seed. */
export const batchOf = (seed: number, first: number, count: number): Image =>
  makeImage(Array.from({ length: count }, (_, i) => () => makeProgram(seed, first + i)));

export function codeFor(image: Image, target: Target): Uint8Array {
  const code = image.code.slice();
  const view = new DataView(code.buffer);
  view.setUint32(header.dataBase, target.dataBase, true);
  view.setUint32(header.harts, target.harts, true);
  view.setUint32(header.exitAddress, target.exitAddress, true);
  view.setUint32(header.exitGood, target.exitGood, true);
  view.setUint32(header.exitBad, target.exitBad, true);
  return code;
}

/** Both images as they would be at base 0: addresses in the two pointer registers and links removed. */
export function normalised(image: Image, target: Target, memory: Uint8Array): Uint8Array {
  const bytes = memory.slice(0, image.data.length);
  const view = new DataView(bytes.buffer);
  const rebase = (at: number, base: number) =>
    view.setUint32(at, (view.getUint32(at, true) - base) >>> 0, true);
  bytes.fill(0, 0, data.records);
  image.programs.forEach((p, i) => {
    const at = recordOffset(i);
    view.setUint32(at + record.back, 0, true);
    // These hold addresses: a spilled one, and what a trap found in the registers it borrowed
    bytes.fill(0, at + record.trapSave, at + record.links);
    rebase(at + 4 * p.pointer, target.dataBase + at + p.delta);
    rebase(at + 4 * p.codeRegister, target.codeBase + image.codeOffsets[i] + p.codeDelta);
  });
  return bytes;
}

function makeDispatcher(): Uint8Array {
  const a = new Assembler();
  const entry = a.label('entry');
  a.jump(entry, { name: 'jal', encode: (o) => e.jType(0, o) });
  a.align(header.dataBase);
  for (let n = 0; n < 7; n++) a.wide('', 0);
  a.align(256);
  crashHandler(a);
  a.place(entry);
  const [s0, s1, s2] = [8, 9, 18];
  a.wide('csrrs', e.csr(2, s0, 0, csrNumber.mhartid));
  a.wide('andi', e.iType(0x13, 7, s0, s0, 31));
  const loop = a.label('loop');
  const done = a.label('done');
  a.place(loop);
  baseOfCode(a, s1);
  a.wide('addi', e.addi(5, s1, 256));
  a.wide('csrrw', e.csr(1, 0, 5, csrNumber.mtvec));
  a.wide('lw', e.lw(6, s1, header.count));
  a.jump(done, { name: 'bgeu', encode: (o) => e.bType(7, s0, 6, o) });
  a.wide('lw', e.lw(6, s1, header.table));
  a.wide('slli', e.rType(0x13, 1, 0, 7, s0, 3));
  a.wide('add', e.add(6, 6, 7));
  a.wide('add', e.add(6, 6, s1));
  a.wide('lw', e.lw(s2, s1, header.dataBase));
  a.wide('lw', e.lw(5, 6, 4));
  a.wide('lw', e.lw(6, 6, 0));
  a.wide('add', e.add(5, 5, s2));
  a.wide('add', e.add(6, 6, s1));
  a.wide('sw', e.sw(s0, 5, record.index));
  a.wide('jalr', e.jalr(1, 6, 0));
  a.wide('lw', e.lw(s0, 5, record.index));
  baseOfCode(a, s1);
  a.wide('lw', e.lw(6, s1, header.harts));
  a.wide('add', e.add(s0, s0, 6));
  a.jump(loop, { name: 'jal', encode: (o) => e.jType(0, o) });
  a.place(done);
  finish(a, s1);
  return a.assemble().code;
}

/** Offset 0 of the image, from wherever this stands. */
function baseOfCode(a: Assembler, rd: number): void {
  const here = a.label('here');
  a.place(here);
  a.wide('auipc', e.uType(0x17, rd, 0));
  a.late('addi', 4, () => e.addi(rd, rd, -here.offset));
}

/** An exception that no program asked for: cause and place into memory, end of the run. */
function crashHandler(a: Assembler): void {
  baseOfCode(a, 9);
  a.wide('lw', e.lw(5, 9, header.dataBase));
  a.wide('csrrs', e.csr(2, 6, 0, csrNumber.mcause));
  a.wide('sw', e.sw(6, 5, data.crash));
  a.wide('csrrs', e.csr(2, 6, 0, csrNumber.mepc));
  a.wide('sw', e.sw(6, 5, data.crash + 4));
  a.wide('lw', e.lw(5, 9, header.exitAddress));
  a.wide('lw', e.lw(6, 9, header.exitBad));
  a.wide('sw', e.sw(6, 5, 0));
  a.wide('jal', e.jType(0, 0));
}

/** Every hart sets its flag; hart 0 waits for all and ends the run. */
function finish(a: Assembler, s1: number): void {
  const wait = a.label('wait');
  const others = a.label('others');
  a.wide('csrrs', e.csr(2, 5, 0, csrNumber.mhartid));
  a.wide('andi', e.iType(0x13, 7, 5, 5, 31));
  a.wide('lw', e.lw(6, s1, header.dataBase));
  a.wide('slli', e.rType(0x13, 1, 0, 7, 5, 2));
  a.wide('add', e.add(7, 7, 6));
  a.wide('addi', e.addi(10, 0, 1));
  a.wide('sw', e.sw(10, 7, data.done));
  a.jump(others, { name: 'bne', encode: (o) => e.bType(1, 5, 0, o) });
  a.wide('lw', e.lw(11, s1, header.harts));
  a.wide('slli', e.rType(0x13, 1, 0, 11, 11, 2));
  a.wide('add', e.add(11, 11, 6));
  a.place(wait);
  a.wide('lw', e.lw(12, 6, data.done));
  a.jump(wait, { name: 'beq', encode: (o) => e.bType(0, 12, 0, o) });
  a.wide('addi', e.addi(6, 6, 4));
  a.jump(wait, { name: 'bltu', encode: (o) => e.bType(6, 6, 11, o) });
  a.wide('lw', e.lw(5, s1, header.exitAddress));
  a.wide('lw', e.lw(6, s1, header.exitGood));
  a.wide('sw', e.sw(6, 5, 0));
  a.place(others);
  a.wide('jal', e.jType(0, 0));
}

const align = (value: number, to: number): number => Math.ceil(value / to) * to;
