import * as e from '../lockstep/encode.js';
import { place, reg, type Writer } from './writer.js';

/** What a cluster program may do besides computing; drawn once per program. */
export interface Character {
  readonly harts: number;
  readonly interrupts: boolean;
  readonly engines: boolean;
  /** Only computes and uses the TCDM, as hot code does; no devices, no CSRs, no traps. */
  readonly inner: boolean;
  readonly hardwareLoops: boolean;
  /** Some hart may end the run while others compute. */
  readonly quits: boolean;
  /** Changes its code and says so by fence.i. */
  readonly modifies: boolean;
  /** How often the loops of the program turn, about. */
  readonly turns: number;
  readonly weights: readonly number[];
}

export interface Depth {
  readonly depth: number;
  readonly counters: readonly number[];
  readonly mayCall: boolean;
}

type Kind = [weight: number, write: () => void];

/** One random piece of program: an instruction, an idiom, or a control structure around more. */
export function piece(w: Writer, c: Character, d: Depth): void {
  const [a, b, x, y, z] = c.weights;
  const nested = d.depth < 3;
  const kinds: Kind[] = [
    [10 + a, () => w.plain()],
    [6 + b, () => w.access()],
    [1, () => w.randomConstant()],
    [nested ? 3 + x : 0, () => conditional(w, c, d)],
    [nested && d.counters.length > 0 ? 3 + y : 0, () => loop(w, c, d)],
    [c.hardwareLoops ? 2 + z : 0, () => hardwareLoop(w, c)],
    [d.mayCall && w.functions.length > 0 ? 3 : 0, () => call(w)],
    [1, () => dispatch(w)],
    [2, () => indirect(w, d)],
    ...(c.inner ? [] : devices(w, c)),
  ];
  kinds[w.random.weighted(kinds.map(([weight]) => weight))][1]();
}

/** What leaves translated code: devices, the rest of the system, changes of the code. */
function devices(w: Writer, c: Character): Kind[] {
  return [
    [c.modifies ? 2 : 0, () => selfModification(w)],
    [c.modifies ? 2 : 1, () => system(w, c)],
    [1, () => exception(w)],
    [1, () => peripheral(w)],
    [w.coreV ? 1 : 0, () => softwareEvent(w, c)],
    [w.coreV ? 1 : 0, () => mutex(w)],
    [1, () => transfer(w)],
    [c.engines ? 1 : 0, () => engineJob(w)],
    [c.quits ? 1 : 0, () => quit(w)],
    [c.interrupts ? 1 : 0, () => w.asm.wide('wfi', 0x10500073)],
  ];
}

export function pieces(w: Writer, c: Character, d: Depth, low: number, high: number): void {
  for (let n = w.random.between(low, high); n > 0; n--) piece(w, c, d);
}

function conditional(w: Writer, c: Character, d: Depth): void {
  const inner = { ...d, depth: d.depth + 1 };
  const otherwise = w.asm.label();
  w.branch(otherwise);
  pieces(w, c, inner, 1, 4);
  if (w.random.chance(40)) {
    const end = w.asm.label();
    w.jump(end);
    w.asm.place(otherwise);
    pieces(w, c, inner, 1, 4);
    w.asm.place(end);
  } else w.asm.place(otherwise);
}

function loop(w: Writer, c: Character, d: Depth): void {
  const [counter, ...counters] = d.counters;
  const top = w.asm.label();
  w.li(counter, w.random.between(1, d.depth === 0 ? c.turns : 6));
  w.asm.place(top);
  pieces(w, c, { depth: d.depth + 1, counters, mayCall: d.mayCall }, 1, 6);
  w.back(top, counter);
}

/** One or two nested hardware loops over instructions of 32 bits, as the core wants them. */
function hardwareLoop(w: Writer, c: Character): void {
  const { random: r } = w;
  const body = (count: number): void => {
    for (let n = count; n > 0; n--) {
      if (r.chance(65)) w.wideValue();
      else w.plainAccess();
    }
  };
  const count = (): number => r.pick([0, 1, 2, 3, 5, r.between(1, Math.max(2, c.turns))]);
  w.alignWord();
  if (r.chance(30)) {
    // Outer loop around 2 + set-up of the inner one + its body + 2
    const inner = r.between(3, 6);
    w.li(reg.address, r.between(1, 4));
    w.alignWord();
    w.loopRow('setup', 1, reg.address, 1 + 2 + 1 + inner + 2);
    body(2);
    w.loopRow('setupi', 0, inner + 1, r.between(1, 5));
    body(inner + 2);
    return;
  }
  const length = r.between(3, 8);
  const number = r.below(2);
  switch (r.below(3)) {
    case 0:
      w.loopRow('setupi', number, length + 1, count());
      break;
    case 1:
      w.li(reg.address, count());
      w.alignWord();
      w.loopRow('setup', number, reg.address, length + 1);
      break;
    default:
      w.loopRow('starti', number, 0, 5);
      w.loopRow('endi', number, 0, 4 + length);
      w.loopRow('counti', number, 0, count());
      w.wideValue();
      w.wideValue();
  }
  body(length);
}

function call(w: Writer): void {
  const target = w.random.pick(w.functions);
  if (w.random.chance(60)) return w.jump(target, reg.link);
  w.la(reg.address, target);
  if (w.random.chance(50)) w.asm.wide('jalr', e.jalr(reg.link, reg.address, 0));
  else w.asm.narrow('c.jalr', e.cJalr(reg.address));
}

/** An indirect jump into a table of jumps, by two bits of a register. */
function dispatch(w: Writer): void {
  const { asm, random: r } = w;
  const table = asm.label();
  const end = asm.label();
  const targets = Array.from({ length: 4 }, () => asm.label());
  asm.wide('andi', e.iType(0x13, 7, reg.address, w.any(), 3));
  asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.address, 2));
  w.la(reg.pointer, table);
  asm.wide('add', e.add(reg.address, reg.address, reg.pointer));
  asm.wide('jalr', e.jalr(0, reg.address, 0));
  asm.place(table);
  for (const target of targets) asm.jump(target, { name: 'jal', encode: (o) => e.jType(0, o) });
  for (const target of targets) {
    asm.place(target);
    for (let n = r.between(1, 2); n > 0; n--) w.plain();
    w.jump(end);
  }
  asm.place(end);
}

/** A jump, or a call, through a pointer that is loaded from memory just before. */
function indirect(w: Writer, { mayCall }: Depth): void {
  const { asm, random: r } = w;
  const target = asm.label();
  const offset = 20 + 4 * r.below(8);
  const plain = (most: number): void => {
    for (let n = r.below(most); n > 0; n--) w.plain();
  };
  // In a function that was called the link is still needed.
  const link = mayCall && r.chance(50) ? reg.link : 0;
  w.la(reg.pointer, target);
  plain(2);
  if (r.chance(40)) {
    // The address of the pointer depends on a register, as that of a `switch` does.
    asm.wide('andi', e.iType(0x13, 7, reg.address, w.any(), 0));
    asm.wide('add', e.add(reg.address, reg.address, reg.save));
    w.store(reg.pointer, reg.address, offset);
    w.load(reg.address, reg.address, offset);
  } else {
    w.store(reg.pointer, reg.save, offset);
    w.load(reg.address, reg.save, offset);
  }
  plain(3);
  if (r.chance(50)) asm.narrow('c.jr', link === 0 ? e.cJr(reg.address) : e.cJalr(reg.address));
  else asm.wide('jalr', e.jalr(link, reg.address, 0));
  plain(2);
  asm.place(target);
}

/** Flips an instruction between two encodings; mostly with fence.i before it is executed. */
function selfModification(w: Writer): void {
  const { asm, random: r } = w;
  const slot = asm.label();
  const value = w.value();
  const forms = [0, 1].map(() =>
    e.iType(0x13, r.pick([0, 2, 3, 4, 6, 7]), w.value(), w.any(), r.between(-2048, 2047)),
  );
  w.la(reg.pointer, slot);
  w.li(reg.address, forms[0] ^ forms[1]);
  w.load(value, reg.pointer, 0);
  asm.wide('xor', e.rType(0x33, 4, 0, value, value, reg.address));
  w.store(value, reg.pointer, 0);
  for (let n = r.below(3); n > 0; n--) w.plain();
  if (r.chance(90)) asm.wide('fence.i', e.fenceI);
  asm.place(slot);
  asm.wide('patched', forms[0]);
}

/** Fences, counters and other CSRs. */
function system(w: Writer, c: Character): void {
  const { asm, random: r } = w;
  switch (r.below(6)) {
    case 0:
      return asm.wide('fence', 0x0ff0000f);
    case 1:
      if (c.modifies) return asm.wide('fence.i', e.fenceI);
      return w.csrRead(w.value(), 0xb00);
    case 2:
      return asm.wide('csrrw', e.csr(1, w.value(), w.any(), 0x340));
    case 3:
      // A counter that starts over now and then
      if (r.chance(20)) return w.csrWrite(w.any(), r.pick([0xb00, 0xb02]));
      return w.csrRead(w.value(), r.pick([0xb00, 0xb02, 0xb80, 0xb82]));
    default:
      return w.csrRead(w.value(), r.pick([0xb00, 0xb02, 0xf14, 0x300, 0x304, 0x342, 0x344, 0xcc0]));
  }
}

/** The handler steps over it. */
function exception(w: Writer): void {
  const { asm, random: r } = w;
  switch (r.below(4)) {
    case 0:
      return asm.wide('ecall', e.ecall);
    case 1:
      return asm.narrow('c.ebreak', e.cEbreak);
    case 2:
      return asm.narrow('c.illegal', 0);
    default:
      return asm.wide('illegal', r.pick([0xffffffff, 0x0000707b, 0x00007057]));
  }
}

/** Ends the run, or breaks a rule, if a register says so. */
function quit(w: Writer): void {
  const { asm, random: r } = w;
  const on = asm.label();
  w.branch(on);
  w.li(reg.address, r.pick([place.exit, place.exit, 0x00000010, place.events + 1]));
  w.li(5, 0x80000000 + r.below(9));
  w.store(5, reg.address, 0);
  asm.place(on);
}

/** Registers on either bus, the test-and-set window, a character. */
function peripheral(w: Writer): void {
  const { random: r } = w;
  switch (r.below(5)) {
    case 0: // counters of the timer, the event unit's slow port, DMA status
      return w.load(w.value(), reg.peripherals, r.pick([0x408, 0x40c, 0x400, 0x18]));
    case 1: // event buffer, status, barrier status
      return w.load(w.value(), reg.events, r.pick([0x00, 0x18, 0x1c, 0x20, 0x204, 0x404]));
    case 2:
      w.li(reg.address, place.testAndSet);
      if (r.chance(70)) return w.load(w.value(), reg.address, 4 * r.below(32));
      return w.store(w.any(), reg.address, 4 * r.below(32));
    case 3:
      w.li(reg.address, place.putc);
      return w.store(w.any(), reg.address, 4 * r.below(8));
    default: // software event to some hart
      return w.store(w.any(), reg.events, 0x100 + 4 * r.below(8));
  }
}

/** Sends itself, and perhaps others, an event, and takes it. */
function softwareEvent(w: Writer, { harts }: Character): void {
  const { random: r, asm } = w;
  const event = r.pick([0, 1, 3, 4]);
  w.li(reg.address, 1 << event);
  w.store(reg.address, reg.events, 0);
  asm.wide('addi', e.addi(reg.address, 0, 1));
  asm.wide('sll', e.rType(0x33, 1, 0, reg.address, reg.address, reg.hart));
  if (r.chance(30))
    asm.wide('ori', e.iType(0x13, 6, reg.address, reg.address, r.below(2 ** harts)));
  w.store(reg.address, reg.events, 0x100 + 4 * event);
  for (let n = r.below(3); n > 0; n--) w.plain();
  w.eventLoad(w.value(), r.pick([0x38, 0x3c, 0x3c]));
  w.store(0, reg.events, 0);
}

function mutex(w: Writer): void {
  const { random: r } = w;
  const offset = 0xc0 + 4 * r.below(2);
  w.li(reg.address, 1 << 17);
  w.store(reg.address, reg.events, 0);
  w.eventLoad(w.value(), offset);
  for (let n = r.between(1, 3); n > 0; n--) w.access(reg.shared);
  w.store(w.any(), reg.events, offset);
  w.store(0, reg.events, 0);
}

/** A transfer of the DMA between the own window and L2, one or two dimensions, then waits for it. */
function transfer(w: Writer): void {
  const { random: r, asm } = w;
  const command = 0x400;
  const kept = 16;
  const word = reg.address;
  const skip = asm.label();
  const bytes = r.pick([4, 8, 16, 60, 64, 128, 200]);
  const plane = r.chance(30);
  const bits = (r.below(2) << 17) | (1 << 18) | (plane ? 1 << 19 : 0) | (r.below(2) << 20);
  w.load(word, reg.events, command);
  asm.jump(skip, { name: 'blt', encode: (o) => e.bType(4, word, 0, o) });
  w.store(word, reg.save, kept);
  w.li(word, bits | bytes);
  w.store(word, reg.events, command);
  asm.wide('addi', e.addi(word, reg.own, 4 * r.below(64)));
  w.store(word, reg.events, command);
  asm.wide('addi', e.addi(word, reg.outside, 4 * r.below(32)));
  w.store(word, reg.events, command);
  if (plane) {
    w.li(word, r.pick([4, 8, 16]));
    w.store(word, reg.events, command);
    w.li(word, r.pick([16, 32, 40]));
    w.store(word, reg.events, command);
  }
  for (let n = r.below(4); n > 0; n--) {
    if (r.chance(50)) w.plain();
    else w.access();
  }
  const top = asm.label();
  asm.place(top);
  w.load(word, reg.events, command + 4);
  w.load(reg.pointer, reg.save, kept);
  asm.wide('srl', e.rType(0x33, 5, 0, word, word, reg.pointer));
  asm.wide('andi', e.iType(0x13, 7, word, word, 1));
  asm.jump(top, { name: 'bne', encode: (o) => e.bType(1, word, 0, o) });
  asm.wide('addi', e.addi(word, 0, 1));
  asm.wide('sll', e.rType(0x33, 1, 0, word, word, reg.pointer));
  w.store(word, reg.events, command + 4);
  asm.place(skip);
}

/** A job of the depth-wise or of the in-memory computing engine, if it can be had; it runs on. */
function engineJob(w: Writer): void {
  const { random: r, asm } = w;
  const slot = r.below(2);
  const base = reg.pointer;
  const word = reg.address;
  const skip = asm.label();
  w.li(base, place.peripherals + (slot === 0 ? 0x1000 : 0x2000));
  w.load(word, base, 4);
  asm.jump(skip, { name: 'blt', encode: (o) => e.bType(4, word, 0, o) });
  for (const [offset, value] of slot === 0 ? depthwiseJob(w) : arrayJob(w)) {
    w.li(word, value);
    w.store(word, base, offset);
  }
  // The slot that runs is selected for all harts
  w.li(word, 0x800 | (slot << 13) | r.pick([0, 4, 10]));
  w.store(word, reg.peripherals, 0x18);
  w.store(0, base, 0);
  if (r.chance(50)) {
    const top = asm.label();
    w.li(reg.address, 300);
    asm.place(top);
    w.load(5, base, 0xc);
    asm.jump(skip, { name: 'beq', encode: (o) => e.bType(0, 5, 0, o) });
    w.back(top, reg.address);
  }
  asm.place(skip);
}

function depthwiseJob({ random: r }: Writer): [number, number][] {
  const at = place.engine;
  const stride = r.between(1, 2);
  const size = (): { in: number; pad: number; out: number } => {
    const input = r.between(3, 6);
    const pad = r.below(2);
    return { in: input, pad, out: r.between(1, Math.floor((input - 1 + pad) / stride) + 1) };
  };
  const [h, v] = [size(), size()];
  return Object.entries({
    0x34: at,
    0x38: at + 0x2000,
    0x3c: at + 0x4000,
    0x40: h.in,
    0x44: v.in,
    0x48: r.pick([16, 16, 32]),
    0x4c: stride,
    0x50: h.out,
    0x54: v.out,
    0x58: h.pad,
    0x5c: v.pad,
    0x60: 32 * v.in,
    0x64: 32,
    0x68: 32 * v.out,
    0x6c: 32,
    0x70: at + 0x5000,
    0x74: at + 0x5100,
    0x78: r.between(1, 20),
    0x7c: 0,
    0x80: 127,
    0x84: r.below(2),
    0x88: 32,
  }).map(([offset, value]) => [Number(offset), value]);
}

function arrayJob({ random: r }: Writer): [number, number][] {
  const at = place.engine;
  const rows = r.between(1, 64);
  const requantise = r.below(2);
  return Object.entries({
    0x34: r.below(32),
    0x38: r.below(32),
    0x3c: r.between(1, 40),
    0x40: rows,
    0x44: at + r.below(64),
    0x48: at + 0x8000,
    0x4c: 16,
    0x64: r.between(8, 64),
    0x68: 64,
    0x6c: r.between(1, 4),
    0x70: r.between(1, 5),
    0x74: 100,
    0x78: rows,
    0x7c: 100,
    0x80: 0,
    0x84: 100,
    0x88: 64,
    0x8c: 100,
    0x90: 0,
    0xac: r.pick([4, 8]),
    0xb0: r.below(2),
    0xb4: r.between(1, 100),
    0xb8: r.between(4, 12),
    0xbc: at + 0x9000,
    0xc0: at + 0xa000,
    0xc4: r.between(1, 30),
    0xc8: 0,
    0xcc: 127,
    0xd0: 0,
    0xd4: requantise,
    0xd8: 1,
  }).map(([offset, value]) => [Number(offset), value]);
}
