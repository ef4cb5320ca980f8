import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { pieces, type Character } from './pieces.js';
import { l2Bytes, place, reg, tcdmBytes, windowBytes, Writer } from './writer.js';

/** Accesses are aligned and in the window of the hart; some programs also write where others read. */
class PhaseWriter extends Writer {
  constructor(
    random: Random,
    private readonly races: number,
  ) {
    super(random, place.l2, true, true);
  }

  override window(): number {
    return this.random.chance(this.races) ? reg.shared : reg.own;
  }

  override offset(bytes: number, limit: number): number {
    const at = this.random.below(Math.min(limit, TABLE));
    return at - (at % bytes);
  }
}

/** Harts that meet at a barrier again and again, and work on random code in between. */
export interface PhaseProgram {
  readonly settings: Settings;
  prepare(machine: MachineApi): void;
}

const MOST_CYCLES = 400_000;
/** Offset of addresses of functions in the words of a hart, and in L2. */
const TABLE = 480;
const stubs = [0, 1, 2, 3, 4, 5].map((n) => place.l2 + 0x8000 + 68 * n);
const table = Uint32Array.from(stubs);
const stub = Uint32Array.from([e.addi(14, 14, 1), e.jalr(0, 1, 0)]);

/** Calls of functions whose addresses are loaded, from L2 or the TCDM, right before the jump or some instructions earlier. */
function callThroughTables(w: PhaseWriter, r: Random): void {
  const { asm } = w;
  for (let n = r.below(6); n > 0; n--) {
    if (r.chance(50)) w.store(13, r.pick([reg.own, reg.own, reg.shared]), 4 * r.below(100));
    if (r.chance(50)) w.load(r.pick([13, 14]), reg.own, 4 * r.below(100));
    const target = r.pick([5, 6, 7, reg.link]);
    w.load(target, r.chance(60) ? reg.outside : reg.own, TABLE + 4 * r.below(stubs.length));
    for (let k = r.pick([0, 0, 0, 1, 2]); k > 0; k--) {
      if (r.chance(50)) w.load(14, reg.own, 4 * r.below(100));
      else asm.wide('addi', e.addi(12, 12, 1));
    }
    if (r.chance(50)) asm.wide('jalr', e.jalr(reg.link, target, 0));
    else asm.narrow('c.jalr', e.cJalr(target));
    if (r.chance(50)) asm.narrow('c.nop', 1);
  }
}

export function makePhaseProgram(seed: number, number: number): PhaseProgram {
  const r = new Random(seed, number);
  const harts = r.pick([2, 3, 8, 8, 8]);
  const races = r.pick([0, 0, 0, 2, 10]);
  const w = new PhaseWriter(r, races);
  w.loadsL2 = r.chance(70);
  const { asm } = w;
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
  const depth = { depth: 0, counters: [reg.outer, reg.inner], mayCall: true };
  const entry = asm.label();
  asm.jump(entry, { name: 'jal', encode: (o) => e.jType(0, o) });
  for (let n = r.below(3); n > 0; n--) {
    const label = asm.label();
    asm.align(2);
    asm.place(label);
    pieces(w, c, { depth: 2, counters: [], mayCall: false }, 1, 5);
    // Kept and loaded again, as compiled functions do
    if (r.chance(60)) {
      w.store(reg.link, reg.own, 504);
      pieces(w, c, { depth: 2, counters: [], mayCall: false }, 1, 3);
      w.load(reg.link, reg.own, 504);
      for (let m = r.below(3); m > 0; m--) w.load(r.pick([10, 11, 12]), reg.own, 4 * r.below(100));
    }
    asm.narrow('c.jr', e.cJr(reg.link));
    w.functions.push(label);
  }
  asm.place(entry);
  asm.wide('csrrs', e.csr(2, reg.hart, 0, 0xf14));
  asm.wide('andi', e.iType(0x13, 7, reg.hart, reg.hart, 31));
  w.li(reg.own, place.own);
  asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.hart, r.pick([10, 9])));
  asm.wide('add', e.add(reg.own, reg.own, reg.address));
  if (r.chance(50)) {
    asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.hart, 2));
    asm.wide('add', e.add(reg.own, reg.own, reg.address));
  }
  w.li(reg.shared, place.shared);
  w.li(reg.outside, place.outside);
  w.li(reg.save, place.save);
  asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.hart, 8));
  asm.wide('add', e.add(reg.save, reg.save, reg.address));
  w.li(reg.events, place.events);
  w.li(5, 2 ** harts - 1);
  w.store(5, reg.events, 0x200);
  w.store(5, reg.events, 0x20c);
  w.li(5, 1 << 16);
  w.store(5, reg.events, 8);
  for (let n = 0; n < 40; n++) asm.wide('fence', 0x0ff0000f);
  for (let x = 27; x < 32; x++) w.load(x, reg.own, 4 * x);
  for (let x = 10; x < 18; x++) w.load(x, reg.shared, 4 * x);
  w.li(reg.phase, r.between(5, 40));
  const top = asm.label();
  asm.place(top);
  for (let n = r.between(1, 3); n > 0; n--) {
    pieces(w, c, depth, 2, 6);
    for (let m = r.below(3); m > 0; m--) w.load(r.pick([13, 14, 15]), reg.shared, 4 * r.below(120));
    if (r.chance(30)) w.store(13, reg.own, 4 * r.below(100));
    callThroughTables(w, r);
  }
  w.eventLoad(0, r.chance(90) ? 0x21c : 0x218);
  asm.wide('addi', e.addi(reg.phase, reg.phase, -1));
  const end = asm.label();
  asm.jump(end, { name: 'beq', encode: (o) => e.bType(0, reg.phase, 0, o) });
  asm.jump(top, { name: 'jal', encode: (o) => e.jType(0, o) });
  asm.place(end);
  for (let x = 1; x < 32; x++) if (x !== reg.save) w.store(x, reg.save, 64 + 4 * x);
  w.eventLoad(0, 0x21c);
  const rest = asm.label();
  asm.jump(rest, { name: 'bne', encode: (o) => e.bType(1, reg.hart, 0, o) });
  w.li(reg.address, place.exit);
  w.li(5, 0x80000000);
  w.store(5, reg.address, 0);
  asm.place(rest);
  asm.wide('jal', e.jType(0, 0));
  const { code } = asm.assemble();
  const data = new Random(r.word());
  const bytes = (count: number): Uint8Array =>
    new Uint8Array(Uint32Array.from({ length: count >> 2 }, () => data.word()).buffer);
  const memory = [
    [place.own, bytes(0x400 * harts)],
    [place.shared, bytes(windowBytes)],
  ] as const;
  return {
    settings: {
      harts,
      'tcdm.size': tcdmBytes,
      'l2.size': l2Bytes,
      isa: 'rv32imc_xcv',
      'tcdm.banks': r.pick([8, 16, 16, 32]),
      'tcdm.masters': 8,
      ...cacheOf(r),
      ...(r.chance(15) ? { 'timing.load_use': r.below(3), 'timing.mulh': r.between(1, 6) } : {}),
      ...(r.chance(25)
        ? { 'timing.branch_taken': r.between(1, 5), 'timing.jump': r.between(1, 4) }
        : {}),
      ...(r.chance(15)
        ? { 'timing.split_target': r.below(3), 'timing.jalr_same_register': r.below(3) }
        : {}),
    },
    prepare(machine) {
      machine.write(place.l2, code);
      for (const [address, content] of memory) machine.write(address, content);
      for (const at of stubs) machine.write(at, new Uint8Array(stub.buffer));
      for (const step of [512, 516, 1024, 1028])
        for (let hart = 0; hart < harts; hart++)
          machine.write(place.own + hart * step + TABLE, new Uint8Array(table.buffer));
      machine.write(place.outside + TABLE, new Uint8Array(table.buffer));
      machine.start(place.l2);
    },
  };
}

/** Instruction caches that most of the code does not fit. */
function cacheOf(r: Random): Settings {
  if (r.chance(15)) return { 'icache.ideal': true };
  return {
    'icache.private_size': r.pick([256, 256, 512, 512, 1024]),
    ...(r.chance(25)
      ? { 'icache.line': r.pick([8, 32]), 'icache.private_ways': r.pick([1, 2]) }
      : {}),
    ...(r.chance(40)
      ? { 'icache.shared_size': r.pick([1024, 2048]), 'icache.shared_banks': r.pick([1, 2, 4]) }
      : {}),
    ...(r.chance(25) ? { 'icache.prefetch': false } : {}),
    ...(r.chance(30)
      ? {
          'icache.private_miss': r.between(1, 4),
          'icache.restart': r.below(3),
          'icache.shared_miss': r.between(1, 8),
          'icache.shared_busy': r.between(1, 6),
          'icache.under_refill': r.between(1, 4),
        }
      : {}),
  };
}

/** The first difference of a program from the interpreter's run of it, in one run or cut; and the machine under test. */
export function comparePhases(
  seed: number,
  number: number,
  engine: Engine,
  most = MOST_CYCLES,
): { readonly difference: string | undefined; readonly machine: MachineApi } {
  const { settings, prepare } = makePhaseProgram(seed, number);
  const reference = openMachine('interpreter', settings);
  const machine = openMachine(engine, settings);
  prepare(reference);
  prepare(machine);
  const random = new Random(seed + 1, number);
  const cut = random.chance(40) ? random.between(500, 20_000) : most;
  for (let cycle = cut; ; cycle += cut) {
    const at = Math.min(cycle, most);
    const expected = reference.runUntil(at);
    const stop = machine.runUntil(at);
    const difference = firstDifference(stateOf(reference, expected), stateOf(machine, stop));
    if (difference !== undefined || expected.reason !== 'cycle' || at === most)
      return { difference, machine };
  }
}
