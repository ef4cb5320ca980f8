import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import type { Label } from '../lockstep/assembler.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';
import { type Character, pieces } from './pieces.js';
import { l2Bytes, place, reg, tcdmBytes, windowBytes, Writer } from './writer.js';

/** A generated cluster program with the machine it is for. */
export interface ClusterProgram {
  readonly harts: number;
  readonly settings: Settings;
  readonly base: number;
  readonly code: Uint8Array;
  readonly entry: number;
  /** Addresses of its instructions. */
  readonly pcs: readonly number[];
  /** No program needs more; those that do are compared there. */
  readonly cycles: number;
  /** Fills memory and arrays. */
  prepare(machine: MachineApi): void;
}

/**
 * Program `number` of a seed. All harts start at one entry and either share one body or have one
 * each; phases end at a barrier of all. Whatever happens is right as long as two machines agree,
 * so data may race and jobs may overlap.
 * @param limit top-level pieces of each body, to make a failing program shorter
 */
export function makeClusterProgram(seed: number, number: number, limit = Infinity): ClusterProgram {
  const r = new Random(seed, number);
  const isRare = number % 8 === 5;
  const apart = number % 8 === 3 || number % 8 === 6;
  if (apart) return makeApart(seed, number, limit);
  const harts = r.pick(isRare ? [4, 5, 8, 9, 13, 16, 16] : [1, 1, 2, 3, 8, 8, 8]);
  const coreV = r.chance(85);
  const base = r.chance(75) ? place.l2 : place.tcdm;
  const settings = {
    ...randomSettings(r, harts, coreV),
    ...(isRare ? rareSettings(new Random(seed, number), harts) : {}),
  };
  const inner = r.chance(45);
  const w = new Writer(r, base, coreV, inner);
  w.loadsL2 = inner && number % 4 === 1;
  const c: Character = {
    harts,
    interrupts: coreV && r.chance(30),
    engines: r.chance(30),
    inner,
    hardwareLoops: coreV && r.chance(50),
    quits: r.chance(15),
    modifies: r.chance(25),
    turns: r.pick([3, 10, 40, 150]),
    weights: Array.from({ length: 5 }, () => r.below(8)),
  };
  const { asm } = w;
  const entry = beginning(w, c);
  const bodies = Array.from({ length: r.chance(25) ? harts : 1 }, () => asm.label());
  const end = asm.label();
  for (const [hart, body] of bodies.entries()) {
    if (hart === bodies.length - 1) continue;
    w.li(reg.address, hart);
    const next = asm.label();
    asm.jump(next, { name: 'bne', encode: (o) => e.bType(1, reg.hart, reg.address, o) });
    asm.jump(body, { name: 'jal', encode: (o) => e.jType(0, o) });
    asm.place(next);
  }
  const phases = r.between(1, 3);
  // Body of the last hart follows the dispatch
  for (const [i, body] of bodies.toReversed().entries()) {
    asm.place(body);
    for (let phase = 0; phase < phases; phase++) {
      const d = { depth: 0, counters: [reg.outer, reg.inner], mayCall: true };
      const most = Math.min(limit, r.pick([2, 3, 5]));
      pieces(w, c, d, most, most);
      barrier(w, c);
    }
    if (i < bodies.length - 1) asm.jump(end, { name: 'jal', encode: (o) => e.jType(0, o) });
  }
  asm.place(end);
  epilogue(w, c);
  const { code, listing } = asm.assemble();
  const data = new Random(r.word());
  const memory = randomData(harts, data);
  const cells = c.engines ? randomBytes(data, 0x2000) : undefined;
  return {
    harts,
    settings,
    base,
    code,
    entry: base + entry.offset,
    pcs: listing.filter(({ name }) => name !== '').map(({ offset }) => base + offset),
    cycles: number % 5 === 0 ? 8_000 : 2_500,
    prepare(machine) {
      machine.write(base, code);
      for (const [address, bytes] of memory) machine.write(address, bytes);
      if (cells !== undefined) machine.preload('.ima.0', cells);
    },
  };
}

/**
 * Harts that compute between barriers, each with words of its own, again and again; of some programs they all write the same
 * words now and then. So they may run freely from one barrier to the next, mostly.
 */
function makeApart(seed: number, number: number, limit: number): ClusterProgram {
  const r = new Random(seed, number);
  const harts = r.pick([2, 3, 4, 8, 8, 8]);
  const base = r.chance(85) ? place.l2 : place.tcdm;
  const w = new Writer(r, base, true, true, true);
  w.loadsL2 = number % 16 > 8;
  const c: Character = {
    harts,
    interrupts: false,
    engines: false,
    inner: true,
    hardwareLoops: r.chance(50),
    quits: false,
    modifies: false,
    turns: r.pick([3, 10, 40, 150]),
    weights: Array.from({ length: 5 }, () => r.below(8)),
  };
  const { asm } = w;
  const entry = beginning(w, c);
  if (r.chance(75)) asm.wide('addi', e.addi(reg.shared, reg.own, 0));
  w.li(reg.address, 1 << 16);
  w.store(reg.address, reg.events, 0);
  w.li(reg.phase, r.between(2, 12));
  const top = asm.label();
  const end = asm.label();
  asm.place(top);
  for (let phase = r.between(1, 3); phase > 0; phase--) {
    const d = { depth: 0, counters: [reg.outer, reg.inner], mayCall: true };
    const most = Math.min(limit, r.pick([2, 5, 9]));
    pieces(w, c, d, most, most);
    w.eventLoad(0, 0x21c);
  }
  asm.wide('addi', e.addi(reg.phase, reg.phase, -1));
  asm.jump(end, { name: 'beq', encode: (o) => e.bType(0, reg.phase, 0, o) });
  asm.jump(top, { name: 'jal', encode: (o) => e.jType(0, o) });
  asm.place(end);
  epilogue(w, c);
  const { code, listing } = asm.assemble();
  const memory = randomData(harts, new Random(r.word()));
  return {
    harts,
    settings: {
      ...randomSettings(r, harts, true),
      'tcdm.banks': r.pick([8, 16, 16, 32, 32]),
      'tcdm.arbitration': r.chance(95) ? 'fair' : 'round-robin',
      'timing.split_target': r.pick([0, 1, 1, 1, 2]),
      ...(r.chance(50) ? { 'icache.ideal': true } : {}),
    },
    base,
    code,
    entry: base + entry.offset,
    pcs: listing.filter(({ name }) => name !== '').map(({ offset }) => base + offset),
    cycles: number % 16 === 3 ? 16_000 : 5_000,
    prepare(machine) {
      machine.write(base, code);
      for (const [address, bytes] of memory) machine.write(address, bytes);
    },
  };
}

function randomSettings(r: Random, harts: number, coreV: boolean): Settings {
  const masters = harts > 4 ? 8 : r.pick([4, 8]);
  return {
    harts,
    'tcdm.size': tcdmBytes,
    'l2.size': l2Bytes,
    isa: coreV ? 'rv32imc_xcv' : 'rv32imc',
    'tcdm.banks': r.pick([8, 16, 16, 32, 32]),
    'tcdm.arbitration': r.pick(['fair', 'fair', 'round-robin']),
    'tcdm.masters': masters,
    ...cacheSettings(r),
    ...(r.chance(20) ? { 'l2.latency': r.between(1, 20) } : {}),
    ...(r.chance(15) ? { 'bus.peripheral_latency': r.between(1, 9) } : {}),
    ...(r.chance(15) ? { 'bus.fast_port_latency': r.between(1, 3) } : {}),
    ...(r.chance(10) ? { 'timing.load_use': r.below(3), 'timing.mulh': r.between(1, 6) } : {}),
    ...(r.chance(10)
      ? { 'timing.branch_taken': r.between(1, 5), 'timing.jump': r.between(1, 4) }
      : {}),
    ...(r.chance(10)
      ? { 'timing.div_base': r.between(1, 6), 'timing.csr_flush': r.between(1, 6) }
      : {}),
  };
}

/** Forms of the machine that nobody builds, which translated code has to know all the same. */
function rareSettings(r: Random, harts: number): Settings {
  return {
    'tcdm.masters': harts > 8 ? r.pick([16, 32]) : r.pick([8, 16]),
    'tcdm.size': r.pick([1, 1, 2, 4, 8]) * tcdmBytes,
    'tcdm.banks': r.pick([8, 16, 32, 64, 256]),
    'timing.split_target': r.below(3),
    'timing.jalr_same_register': r.below(4),
  };
}

/** Every fetch hits, or the cache as it is by default, or one of another form. */
function cacheSettings(r: Random): Settings {
  if (r.chance(35)) return { 'icache.ideal': true };
  return {
    ...(r.chance(20) ? { 'icache.line': r.pick([4, 8, 32, 64]), 'icache.private_ways': 1 } : {}),
    ...(r.chance(40) ? { 'icache.private_size': r.pick([128, 128, 256, 1024]) } : {}),
    ...(r.chance(15) ? { 'icache.shared_size': 2048, 'icache.shared_banks': r.pick([1, 4]) } : {}),
    ...(r.chance(20) ? { 'icache.prefetch': false } : {}),
    ...(r.chance(5) ? { 'icache.enabled': false } : {}),
    ...(r.chance(15)
      ? {
          'icache.private_miss': r.between(1, 4),
          'icache.restart': r.below(3),
          'icache.shared_miss': r.between(1, 8),
        }
      : {}),
  };
}

/** The handler, functions, and what each hart does first; gives the entry. */
function beginning(w: Writer, c: Character): Label {
  const { asm } = w;
  const handler = asm.label();
  asm.place(handler);
  trapHandler(w);
  for (let n = w.random.below(3); n > 0; n--) leaf(w, c);
  const entry = asm.label();
  asm.place(entry);
  prologue(w, c, handler.offset);
  return entry;
}

/** Notes cause and time; clears what interrupted, steps over what trapped. Lies at offset 0. */
function trapHandler(w: Writer): void {
  const { asm } = w;
  const external = asm.label();
  const out = asm.label();
  w.store(5, reg.save, 0);
  w.store(6, reg.save, 4);
  w.csrRead(5, 0x342);
  w.load(6, reg.save, 8);
  asm.wide('add', e.add(6, 6, 5));
  w.store(6, reg.save, 8);
  asm.jump(external, { name: 'blt', encode: (o) => e.bType(4, 5, 0, o) });
  w.csrRead(5, 0x341);
  asm.wide('lhu', e.iType(0x03, 5, 6, 5, 0));
  asm.wide('andi', e.iType(0x13, 7, 6, 6, 3));
  asm.wide('addi', e.addi(6, 6, -3));
  asm.wide('sltiu', e.iType(0x13, 3, 6, 6, 1));
  asm.wide('slli', e.rType(0x13, 1, 0, 6, 6, 1));
  asm.wide('addi', e.addi(6, 6, 2));
  asm.wide('add', e.add(5, 5, 6));
  w.csrWrite(5, 0x341);
  w.jump(out);
  asm.place(external);
  w.load(5, reg.events, 0x24);
  w.store(5, reg.events, 0x28);
  w.csrRead(5, 0xb00);
  w.store(5, reg.save, 12);
  asm.place(out);
  w.load(5, reg.save, 0);
  w.load(6, reg.save, 4);
  asm.wide('mret', e.mret);
}

/** A function that calls nobody. */
function leaf(w: Writer, c: Character): void {
  const label = w.asm.label();
  w.asm.place(label);
  pieces(w, c, { depth: 2, counters: [], mayCall: false }, 1, 6);
  if (w.random.chance(50)) w.asm.narrow('c.jr', e.cJr(reg.link));
  else w.asm.wide('jalr', e.jalr(0, reg.link, 0));
  w.functions.push(label);
}

function prologue(w: Writer, c: Character, handler: number): void {
  const { asm, random: r } = w;
  w.csrRead(reg.hart, 0xf14);
  asm.wide('andi', e.iType(0x13, 7, reg.hart, reg.hart, 31));
  const window = (rd: number, at: number, shift: number): void => {
    w.li(rd, at);
    if (shift === 0) return;
    asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.hart, shift));
    asm.wide('add', e.add(rd, rd, reg.address));
  };
  // Windows of neighbours start at one bank or at different ones
  window(reg.own, place.own, r.pick([10, 10, 9]));
  if (r.chance(50)) {
    asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.hart, 2));
    asm.wide('add', e.add(reg.own, reg.own, reg.address));
  }
  window(reg.shared, place.shared, 0);
  window(reg.save, place.save, 8);
  window(reg.outside, place.outside, r.pick([0, 10]));
  w.li(reg.events, place.events);
  w.li(reg.peripherals, place.peripherals);
  asm.late('lui', 4, () => e.uType(0x37, 5, e.split(w.base + handler).high));
  w.csrWrite(5, 0x305);
  if (c.interrupts) {
    w.li(5, 0x404);
    w.store(5, reg.events, 0x0c);
    w.li(5, 0x800);
    w.csrWrite(5, 0x304);
  }
  const others = asm.label();
  asm.jump(others, { name: 'bne', encode: (o) => e.bType(1, reg.hart, 0, o) });
  w.li(5, 2 ** c.harts - 1);
  w.store(5, reg.events, 0x200);
  w.store(5, reg.events, 0x20c);
  if (c.interrupts) {
    w.li(5, r.between(120, 900));
    w.store(5, reg.peripherals, 0x410);
    w.li(5, 0x17);
    w.store(5, reg.peripherals, 0x400);
  }
  asm.place(others);
  // The barrier is set up long before anybody gets there: hart 0 is the slowest to leave here
  for (let n = 0; n < 12; n++) asm.wide('fence', 0x0ff0000f);
  for (let x = 27; x < 32; x++) w.load(x, reg.own, 4 * x);
  for (let x = 3; x < 8; x++) w.load(x, reg.shared, 4 * x);
  for (let x = 10; x < 18; x++) w.load(x, reg.own, 4 * x);
  if (c.interrupts && r.chance(85)) asm.wide('csrrsi', e.csr(6, 0, 8, 0x300));
}

/** All harts meet: by an event load where there is one, else by asking the status until it is clear. */
function barrier(w: Writer, { harts }: Character): void {
  const { asm } = w;
  if (w.coreV) {
    w.li(reg.address, 1 << 16);
    w.store(reg.address, reg.events, 0);
    w.eventLoad(0, 0x21c);
    w.store(0, reg.events, 0);
    return;
  }
  if (harts === 1) return;
  asm.wide('addi', e.addi(reg.address, 0, 1));
  asm.wide('sll', e.rType(0x33, 1, 0, reg.address, reg.address, reg.hart));
  w.store(reg.address, reg.events, 0x210);
  const top = asm.label();
  asm.place(top);
  w.load(reg.address, reg.events, 0x1c);
  asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.address, 15));
  asm.jump(top, { name: 'bge', encode: (o) => e.bType(5, reg.address, 0, o) });
  w.li(reg.address, 1 << 16);
  w.store(reg.address, reg.events, 0x28);
}

function epilogue(w: Writer, c: Character): void {
  const { asm } = w;
  for (let x = 1; x < 32; x++) if (x !== reg.save) w.store(x, reg.save, 64 + 4 * x);
  barrier(w, c);
  const rest = asm.label();
  asm.jump(rest, { name: 'bne', encode: (o) => e.bType(1, reg.hart, 0, o) });
  w.li(reg.address, place.exit);
  w.li(5, 0x80000000);
  w.store(5, reg.address, 0);
  asm.place(rest);
  asm.wide('jal', e.jType(0, 0));
}

/** What lies in memory when the program starts. */
function randomData(harts: number, r: Random): (readonly [number, Uint8Array])[] {
  return [
    [place.own, randomBytes(r, 0x400 * harts)],
    [place.shared, randomBytes(r, windowBytes)],
    [place.outside, randomBytes(r, 0x800)],
    [place.engine, randomBytes(r, 0x1000)],
    [place.engine + 0x4000, randomBytes(r, 0x400)],
    [place.engine + 0x5000, randomBytes(r, 0x300)],
    [place.engine + 0x9000, randomBytes(r, 0x100)],
  ];
}

function randomBytes(r: Random, count: number): Uint8Array {
  return new Uint8Array(Uint32Array.from({ length: count >> 2 }, () => r.word()).buffer);
}
