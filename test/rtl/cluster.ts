import { registers } from './layout.js';
import { straight } from './straight.js';
import type { Writer } from './writer.js';
import * as e from '../lockstep/encode.js';

/**
 * Synchronisation of several harts over the direct link of the event unit: barriers, mutexes, software events,
 * the dispatch queue. All harts run all pieces in the same order, so that none waits for ever.
 */
export const eventUnit = 0x10204000;
const { events: eu, bit } = registers;
/** Random instructions without jumps never touch it. */
const spare = 6;
/** Barriers that programs use. */
const barriers = 8;
const mask = { event: 0, barrier: 16, mutex: 17, dispatch: 18 };
const offsets = {
  mask: 0x00,
  clear: 0x28,
  target: 0x2c,
  wait: 0x38,
  waitClear: 0x3c,
  queue: 0x80,
  team: 0x84,
  mutex: 0xc0,
  trigger: 0x100,
  triggerWait: 0x140,
  barrier: 0x200,
};
const plain = { xcv: true, wideOnly: false, csr: true };

const elw = (rd: number, offset: number): number => e.iType(0x0b, 3, rd, eu, offset);

/** Event mask of one line. */
function listen(w: Writer, line: number): void {
  if (line >= 12) w.wide(e.uType(0x37, spare, 1 << (line - 12)));
  else w.wide(e.addi(spare, 0, 1 << line));
  some(w, 1);
  w.wide(e.sw(spare, eu, offsets.mask));
}

const everybody = (w: Writer): number => (1 << w.harts) - 1;

function some(w: Writer, most: number): void {
  for (let n = w.random.below(most + 1); n > 0; n--) straight(w, plain);
}

/** What only the harts of a set do. */
function only(w: Writer, set: number, write: () => void): void {
  const skip = w.asm.label('skip');
  w.wide(e.iType(0x13, 7, spare, bit, set));
  w.asm.jump(skip, { name: 'beq', encode: (o) => e.bType(0, spare, 0, o) });
  write();
  w.asm.place(skip);
}

/** Harts in several random orders of arrival: each waits as long as its number and a constant say. */
function stagger(w: Writer): void {
  const { random } = w;
  if (random.chance(40)) return;
  const again = w.asm.label('again');
  const counter = registers.counters[0];
  w.wide(e.csr(2, counter, 0, 0xf14));
  w.wide(e.iType(0x13, 4, counter, counter, random.below(8)));
  w.wide(e.iType(0x13, 1, counter, counter, random.below(3)));
  w.wide(e.addi(counter, counter, 1 + random.below(4)));
  w.asm.place(again);
  w.wide(e.addi(counter, counter, -1));
  w.asm.jump(again, { name: 'bne', encode: (o) => e.bType(1, counter, 0, o) });
}

/** Every hart arrives at barrier `b`. */
export function barrier(w: Writer, b: number): void {
  const { random } = w;
  const at = offsets.barrier + 0x20 * b;
  listen(w, mask.barrier);
  stagger(w);
  switch (random.below(4)) {
    case 0:
      w.wide(elw(w.destination(), at + 0x18));
      some(w, 2);
      w.wide(e.uType(0x37, spare, 1 << 4));
      w.wide(e.sw(spare, eu, offsets.clear));
      break;
    case 1:
      w.wide(e.lw(w.destination(), eu, at + 0x14));
      some(w, 3);
      w.wide(elw(w.destination(), offsets.waitClear));
      break;
    default:
      w.wide(elw(w.destination(), at + 0x1c));
  }
  some(w, 3);
}

function mutex(w: Writer): void {
  const { random } = w;
  const at = offsets.mutex + 4 * random.below(2);
  only(w, random.pick([everybody(w), everybody(w), random.between(1, everybody(w))]), () => {
    listen(w, mask.mutex);
    stagger(w);
    w.wide(elw(w.destination(), at));
    some(w, 5);
    w.wide(e.sw(random.chance(50) ? 0 : w.source(), eu, at));
  });
  some(w, 2);
}

function softwareEvent(w: Writer): void {
  const { random } = w;
  const line = random.below(8);
  const sender = random.below(w.harts);
  const waiters = random.between(1, everybody(w)) & ~(1 << sender);
  if (random.chance(50)) listen(w, line);
  only(w, waiters, () => {
    listen(w, line);
    some(w, 2);
    if (random.chance(60)) w.wide(elw(w.destination(), offsets.waitClear));
    else {
      w.wide(elw(w.destination(), offsets.wait));
      w.wide(e.addi(spare, 0, 1 << line));
      w.wide(e.sw(spare, eu, offsets.clear));
    }
    some(w, 3);
  });
  only(w, 1 << sender, () => {
    some(w, 6);
    w.wide(e.addi(spare, 0, random.chance(30) ? 0 : waiters));
    w.wide(e.sw(spare, eu, offsets.trigger + 4 * line));
    some(w, 3);
  });
  barrier(w, random.below(barriers));
}

/** A hart signals a set and waits for the event itself, which may come from somebody else of the same kind. */
function triggerAndWait(w: Writer): void {
  const { random } = w;
  const line = random.below(8);
  listen(w, line);
  w.wide(e.addi(spare, 0, random.chance(50) ? 0 : everybody(w)));
  w.wide(e.sw(spare, eu, offsets.target));
  stagger(w);
  w.wide(elw(w.destination(), offsets.triggerWait + (random.chance(50) ? 0x40 : 0) + 4 * line));
  some(w, 3);
  barrier(w, random.below(barriers));
  w.wide(e.addi(spare, 0, -1));
  w.wide(e.sw(spare, eu, offsets.clear));
}

function dispatch(w: Writer): void {
  const { random } = w;
  const sender = random.below(w.harts);
  only(w, 1 << sender, () => {
    w.wide(e.addi(spare, 0, everybody(w)));
    w.wide(e.sw(spare, eu, offsets.team));
    some(w, 3);
    w.wide(e.sw(w.source(), eu, offsets.queue));
  });
  listen(w, mask.dispatch);
  stagger(w);
  w.wide(elw(w.destination(), offsets.queue));
  some(w, 3);
  barrier(w, random.below(barriers));
}

function plainAccess(w: Writer): void {
  const { random } = w;
  switch (random.below(3)) {
    case 0:
      return w.wide(e.lw(w.destination(), eu, random.pick([0x00, 0x0c, 0x1c, 0x20, 0x24, 0x2c])));
    case 1:
      return w.wide(
        e.lw(
          w.destination(),
          eu,
          offsets.barrier + 0x20 * random.below(8) + random.pick([0, 4, 0xc]),
        ),
      );
    default:
      return w.wide(e.sw(w.source(), eu, offsets.target));
  }
}

export function synchronise(w: Writer): void {
  const { random } = w;
  const kinds = [
    () => barrier(w, random.below(barriers)),
    () => mutex(w),
    () => softwareEvent(w),
    () => triggerAndWait(w),
    () => dispatch(w),
    () => plainAccess(w),
  ];
  random.pick(kinds)();
}

/** Hart 0 makes all barriers ready; the others come back behind a software event. */
export function prepare(w: Writer): void {
  w.wide(e.uType(0x37, eu, eventUnit >>> 12));
  listen(w, 0);
  only(w, 1, () => {
    w.wide(e.addi(spare, 0, everybody(w)));
    for (let b = 0; b < barriers; b++) {
      w.wide(e.sw(spare, eu, offsets.barrier + 0x20 * b));
      w.wide(e.sw(spare, eu, offsets.barrier + 0x20 * b + 0xc));
    }
    w.wide(e.sw(spare, eu, offsets.trigger));
  });
  w.wide(elw(0, offsets.waitClear));
}
