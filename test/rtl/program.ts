import { branchBack, branchTo, jump, jumpThroughRegister } from './jumps.js';
import { hardwareLoop } from './loops.js';
import { barrier, prepare, synchronise } from './cluster.js';
import {
  codeBase,
  dump,
  entryOffset,
  registers,
  slots,
  tableStride,
  tables,
  window,
} from './layout.js';
import { straight } from './straight.js';
import { trap, trapHandler } from './traps.js';
import { Writer } from './writer.js';
import type { Label } from '../lockstep/assembler.js';
import * as e from '../lockstep/encode.js';
import { cornerValue, Random } from '../lockstep/random.js';

/** A program as it is loaded: pieces of memory and where it begins. */
export interface Program {
  readonly harts: number;
  readonly entry: number;
  readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array }[];
}

interface Place {
  readonly depth: number;
  /** Counters that loops may still take. */
  readonly counters: readonly number[];
  /** Functions that may be called from here. */
  readonly calls: readonly Callee[];
}

interface Callee {
  readonly label: Label;
  readonly link: number;
}

const plain = { xcv: true, wideOnly: false, csr: true };

export type Kind = 'base' | 'xcv' | 'cluster';

/** Program number `number` of a seed: for one hart without or with CORE-V, or for several. */
export function makeProgram(seed: number, number: number, kind: Kind): Program {
  const random = new Random(seed, number);
  const w = new Writer(random, kind);
  const { asm } = w;
  trapHandler(w);
  const main = asm.label('main');
  startUp(w);
  asm.jump(main, { name: 'jal', encode: (o) => e.jType(0, o) });
  const leaves = functions(w, random.below(3), 0, []);
  const callers = functions(w, random.below(3), 1, leaves);
  asm.place(main);
  const place = { depth: 0, counters: [26, 27], calls: [...leaves, ...callers] };
  if (w.cluster) prepare(w);
  for (let n = random.pick([10, 25, 50, 90]); n > 0; n--) {
    if (w.cluster && random.chance(20)) synchronise(w);
    else piece(w, place);
  }
  finish(w);
  const { code } = asm.assemble();
  return {
    harts: w.harts,
    entry: codeBase + entryOffset,
    segments: [
      { address: codeBase, bytes: code },
      ...Array.from({ length: w.harts }, (_, hart) => ({
        address: tables + slots.pointers.at + tableStride * hart,
        bytes: tableBytes(w),
      })),
      { address: window - 0x1000, bytes: randomBytes(random, 0x2000) },
    ],
  };
}

/** Leaf functions are level 0; those of level 1 call them. */
function functions(w: Writer, count: number, level: 0 | 1, calls: readonly Callee[]): Callee[] {
  const { random } = w;
  const way = registers.ways[level];
  const counters = level === 0 ? [25] : [];
  return Array.from({ length: count }, () => {
    const label = w.asm.label('function');
    const link = random.pick([1, 1, 5]);
    w.asm.place(label);
    if (random.chance(50)) w.narrow(e.cMv(way, link));
    else w.wide(e.addi(way, link, 0));
    block(w, random.between(1, 8), { depth: 1, counters, calls });
    const back = random.chance(50) ? way : link;
    if (back === link) w.narrow(e.cMv(link, way));
    if (random.chance(30)) straight(w, plain);
    if (random.chance(50)) w.narrow(e.cJr(back));
    else w.wide(e.jalr(0, back, 0));
    return { label, link };
  });
}

function block(w: Writer, items: number, place: Place): void {
  for (let n = 0; n < items; n++) piece(w, place);
}

function piece(w: Writer, place: Place): void {
  const { random, asm } = w;
  const smaller = { ...place, depth: place.depth + 1 };
  const inner = (): void => block(w, random.below(place.depth > 2 ? 2 : 4), smaller);
  switch (random.weighted([60, 12, 6, 7, 4, 5, 4, 2, 3])) {
    case 1: {
      const over = asm.label('over');
      branchTo(w, over, true);
      inner();
      return asm.place(over);
    }
    case 2: {
      const over = asm.label('over');
      jump(w, over, random.pick([0, 0, 1, registers.junk]));
      inner();
      return asm.place(over);
    }
    case 3: {
      const over = asm.label('over');
      const link = random.pick([0, 0, 1, 5, 6, registers.junk]);
      jumpThroughRegister(w, over, link, () => straight(w, plain));
      inner();
      return asm.place(over);
    }
    case 4:
      return loop(w, place);
    case 5:
      return call(w, place);
    case 6:
      if (!w.xcv) return straight(w, plain);
      return hardwareLoop(w);
    case 7:
      return w.wide(random.chance(50) ? 0x0ff0000f : e.fenceI);
    case 8:
      return trap(w);
    default:
      return straight(w, plain);
  }
}

function loop(w: Writer, place: Place): void {
  const [counter, ...counters] = place.counters;
  if (counter === undefined) return straight(w, plain);
  const { random, asm } = w;
  const again = asm.label('again');
  w.wide(e.addi(counter, 0, random.between(1, 4)));
  asm.place(again);
  for (const p of registers.pointers) {
    if (random.chance(60))
      w.wide(e.lw(p, registers.table, slots.pointers.at + 4 * random.below(slots.pointers.count)));
  }
  block(w, random.between(1, 6), { ...place, depth: place.depth + 1, counters });
  if (random.chance(50)) w.narrow(e.cAddi(counter, -1));
  else w.wide(e.addi(counter, counter, -1));
  if (random.chance(30)) straight(w, plain);
  branchBack(w, again, counter);
}

function call(w: Writer, place: Place): void {
  if (place.calls.length === 0) return straight(w, plain);
  const { label, link } = w.random.pick(place.calls);
  if (w.random.chance(50)) return jump(w, label, link);
  jumpThroughRegister(w, label, link, () => straight(w, plain));
}

/** Every register gets its value, of the hart's own in a cluster; then all counters run. */
function startUp(w: Writer): void {
  const { random } = w;
  const li = (rd: number, value: number): void => {
    const { high, low } = e.split(value);
    w.wide(e.uType(0x37, rd, high));
    w.wide(e.addi(rd, rd, low));
  };
  const { junk, table, one, indexes, pointers, general } = registers;
  li(junk, codeBase + (random.chance(50) ? 1 : 0));
  w.wide(e.csr(1, 0, junk, 0x305));
  w.wide(e.csr(1, 0, 0, 0x320));
  for (let r = 1; r < 32; r++) li(r, cornerValue(random));
  li(table, tables);
  li(one, 1);
  if (!w.cluster) {
    for (const r of indexes) li(r, random.between(-64, 64));
    for (const r of pointers) li(r, window + 4 * random.between(-64, 64));
    return;
  }
  w.wide(e.csr(2, junk, 0, 0xf14));
  w.wide(e.rType(0x33, 1, 0, registers.bit, one, junk));
  w.wide(e.iType(0x13, 1, junk, junk, Math.log2(tableStride)));
  w.wide(e.add(table, table, junk));
  const load = (rd: number, slot: { at: number; count: number }): void =>
    w.wide(e.lw(rd, table, slot.at + 4 * random.below(slot.count)));
  for (const r of indexes) load(r, slots.indexes);
  for (const r of pointers) load(r, slots.pointers);
  for (const r of general) if (random.chance(50)) load(r, slots.words);
}

/** Registers into memory, then the store that ends the run. */
function finish(w: Writer): void {
  const { junk } = registers;
  w.wide(e.uType(0x37, junk, dump >>> 12));
  if (w.cluster) {
    w.wide(e.csr(2, registers.handler, 0, 0xf14));
    w.wide(e.iType(0x13, 1, registers.handler, registers.handler, 7));
    w.wide(e.add(junk, junk, registers.handler));
  }
  for (let r = 1; r < 30; r++) w.wide(e.sw(r, junk, 4 * r));
  if (w.cluster) barrier(w, 0);
  w.wide(e.uType(0x37, 5, 0x1a104));
  w.wide(e.uType(0x37, 6, 0x80000));
  if (w.cluster) {
    const end = w.asm.label('end');
    w.wide(e.csr(2, 7, 0, 0xf14));
    w.asm.jump(end, { name: 'bne', encode: (o) => e.bType(1, 7, 0, o) });
    w.wide(e.sw(6, 5, 0xa0));
    w.asm.place(end);
  } else w.wide(e.sw(6, 5, 0xa0));
  w.wide(e.jType(0, 0));
}

function tableBytes(w: Writer): Uint8Array {
  const { random } = w;
  const bytes = new Uint8Array(0x800);
  const view = new DataView(bytes.buffer);
  const put = (slot: { at: number; count: number }, value: (index: number) => number): void => {
    for (let n = 0; n < slot.count; n++) {
      view.setUint32(slot.at - slots.pointers.at + 4 * n, value(n) >>> 0, true);
    }
  };
  const conflict = w.cluster && random.chance(50);
  put(slots.pointers, () =>
    conflict
      ? window + 64 * random.between(-8, 8)
      : window + random.between(-200, 200) * (random.chance(70) ? 4 : 1),
  );
  put(slots.indexes, () => random.between(-64, 64));
  put(slots.counts, (n) => n);
  put(slots.words, () => cornerValue(random));
  if (w.targets.length > slots.code.count) throw new Error('too many jumps through the table');
  put({ at: slots.code.at, count: w.targets.length }, (n) => codeBase + w.targets[n]!.offset);
  return bytes;
}

function randomBytes(random: Random, count: number): Uint8Array {
  const words = Uint32Array.from({ length: count / 4 }, () =>
    random.chance(50) ? cornerValue(random) : random.word(),
  );
  return new Uint8Array(words.buffer);
}
