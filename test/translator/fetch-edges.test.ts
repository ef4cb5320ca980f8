import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { l2Bytes, place, reg, tcdmBytes, Writer } from './writer.js';

/** Where what a fetch does within a phase depends on something else. */

const HARTS = 8;
const SITES = 12;
const FUNCTIONS = 4;
const control = 0x10201400;
/** Of its registers: for all of them off or on, and those that flush or prefetch. */
const [ENABLE, FLUSH, PREFETCH] = [0, 4, 0x1c];

/** In which of its turns, counted down, hart 0 writes what to which register. */
type Writes = readonly { readonly turn: number; readonly at: number; readonly value: number }[];

/**
 * All harts store to one bank at each of some sites, and meet behind the last one. `calls`: then call a function through a table in
 * L2, whose address is loaded at the end of a line: the jump begins the next one.
 */
function code(calls: boolean, writes: Writes): Uint8Array {
  const w = new Writer(new Random(1, 1), place.l2, true, true, true);
  const { asm } = w;
  const addi = (register: number, by: number): void =>
    asm.wide('addi', e.addi(register, register, by));
  asm.wide('csrrs', e.csr(2, reg.hart, 0, 0xf14));
  asm.wide('andi', e.iType(0x13, 7, reg.hart, reg.hart, 31));
  w.li(reg.shared, place.shared);
  asm.wide('slli', e.rType(0x13, 1, 0, reg.address, reg.hart, 6));
  asm.wide('add', e.add(reg.shared, reg.shared, reg.address));
  w.li(reg.outside, place.outside);
  w.li(reg.events, place.events);
  w.li(reg.peripherals, control);
  w.li(5, 2 ** HARTS - 1);
  w.store(5, reg.events, 0x200);
  w.store(5, reg.events, 0x20c);
  w.li(5, 1 << 16);
  w.store(5, reg.events, 8);
  w.li(reg.phase, 60);
  const top = asm.label();
  asm.place(top);
  w.li(reg.outer, 12);
  asm.align(16);
  const turn = asm.label();
  asm.place(turn);
  for (let site = 0; site < SITES; site++) {
    asm.align(16);
    addi(10, site);
    asm.wide('sw', e.sw(10, reg.shared, 0));
    addi(11, site);
    if (calls) {
      asm.wide('lw', e.lw(6, reg.outside, 4 * (site % FUNCTIONS)));
      asm.wide('jalr', e.jalr(1, 6, 0));
    }
    // Two lines
    for (let n = calls ? 5 : 3; n < 8; n++) addi(13, 1);
  }
  addi(reg.outer, -1);
  const out = asm.label();
  asm.jump(out, { name: 'beq', encode: (o) => e.bType(0, reg.outer, 0, o) });
  asm.jump(turn, { name: 'jal', encode: (o) => e.jType(0, o) });
  asm.place(out);
  w.eventLoad(0, 0x21c);
  for (const { turn: number, at, value } of writes) {
    const not = asm.label();
    asm.jump(not, { name: 'bne', encode: (o) => e.bType(1, reg.hart, 0, o) });
    w.li(5, number);
    w.li(6, value);
    asm.jump(not, { name: 'bne', encode: (o) => e.bType(1, reg.phase, 5, o) });
    asm.wide('sw', e.sw(6, reg.peripherals, at));
    asm.place(not);
  }
  addi(reg.phase, -1);
  const end = asm.label();
  asm.jump(end, { name: 'beq', encode: (o) => e.bType(0, reg.phase, 0, o) });
  asm.jump(top, { name: 'jal', encode: (o) => e.jType(0, o) });
  asm.place(end);
  asm.wide('jal', e.jType(0, 0));
  return asm.assemble().code;
}

function openSites(engine: Engine, program: Uint8Array): MachineApi {
  const machine = openMachine(engine, {
    harts: HARTS,
    'tcdm.size': tcdmBytes,
    'l2.size': l2Bytes,
    isa: 'rv32imc_xcv',
    'tcdm.banks': 16,
    'tcdm.masters': 8,
    'icache.private_size': 256,
    'icache.prefetch': false,
  });
  machine.write(place.l2, program);
  const functions = Array.from({ length: FUNCTIONS }, (_, n) => place.l2 + 0x8000 + 256 * n);
  machine.write(place.outside, new Uint8Array(Uint32Array.from(functions).buffer));
  const body = Uint32Array.from([e.addi(14, 14, 1), e.jalr(0, 1, 0)]);
  for (const at of functions) machine.write(at, new Uint8Array(body.buffer));
  machine.start(place.l2);
  return machine;
}

const at = (turn: number, register: number, value: number) => ({ turn, at: register, value });

describe.each([
  { name: 'calls through a table in L2', calls: true, writes: [] },
  { name: 'caches that are switched off', calls: false, writes: [at(30, ENABLE, 0)] },
  {
    name: 'caches that are switched off and on',
    calls: false,
    writes: [at(50, ENABLE, 0), at(30, ENABLE, 1), at(12, ENABLE, 0), at(6, ENABLE, 1)],
  },
  {
    name: 'caches that are flushed, and fetch ahead later',
    calls: true,
    writes: [at(52, FLUSH, 1), at(40, FLUSH, 1), at(25, PREFETCH, 255), at(10, PREFETCH, 15)],
  },
])('$name', ({ calls, writes }) => {
  it.each([
    ['eager', 400_000],
    ['auto', 400_000],
    ['auto', 9_000],
  ] as const)('%s, stopped every %i cycles, is the interpreter', (engine, step) => {
    const program = code(calls, writes);
    const [reference, machine] = [openSites('interpreter', program), openSites(engine, program)];
    for (let cycle = step; cycle <= 400_000; cycle += step) {
      const stop = reference.runUntil(cycle);
      const expected = stateOf(reference, stop);
      const got = stateOf(machine, machine.runUntil(cycle));
      expect(firstDifference(expected, got)).toBeUndefined();
    }
    const { done, cut } = machine.tiers().phases;
    expect(done + cut).toBeGreaterThan(0);
  });
});
