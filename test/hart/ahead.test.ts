import { describe, expect, it } from 'vitest';
import type { MachineApi, Stop } from '../../emulator/api.js';
import { random } from '../hwpe/random.js';
import * as e from '../lockstep/encode.js';
import { l2, li, machineFor, tcdm } from '../timing/harness.js';
import { bytesOf, csrr, elw, halt, jump, wfi } from './program.js';

/**
 * Random programs that live on everything that happens in time: interrupts of timer and software events,
 * sleeping in cv.elw and wfi, DMA, test-and-set, bank conflicts, code that changes. Their hash of
 * `mcycle` notices a single cycle. However they are watched or cut, the outcome must be the same.
 */
const eu = 3;
const shared = 4;
const outer = 5;
const slow = 6;
const timer = 7;
const dma = 8;
const id = 9;
const alias = 21;
const everything = 22;
const some = 23;
const three = 24;
const count = 26;
const scratch = 28;
const hash = 30;
const temporary = 31;

const start = l2 + 0x1000;
const handler = l2 + 0x8000;
const data = l2 + 0x10000;
const end = 3000;

type Random = (below: number) => number;

const store = (f3: number) => (rs2: number, rs1: number, imm: number) =>
  e.sType(0x23, f3, rs1, rs2, imm);

/** Adds the cycle to the hash. */
const stamp = (csr: number): number[] => [
  csrr(temporary, csr),
  e.rType(0x33, 0, 0, hash, hash, temporary),
  e.rType(0x33, 0, 1, hash, hash, hash),
];

const handlerCode = [
  csrr(temporary, 0x342),
  e.rType(0x33, 4, 0, hash, hash, temporary),
  ...stamp(0xb00),
  e.addi(temporary, 0, -1),
  e.sw(temporary, eu, 0x28),
  e.mret,
];

function transfer(r: Random): number[] {
  const bytes = 1 + r(64);
  const toL1 = r(2);
  return [
    e.lw(scratch, dma, 0),
    ...li(temporary, bytes | (toL1 << 17) | (1 << 18) | (1 << 20)),
    e.sw(temporary, dma, 0),
    e.addi(temporary, shared, r(256)),
    e.sw(temporary, dma, 0),
    e.addi(temporary, outer, r(256)),
    e.sw(temporary, dma, 0),
    e.addi(temporary, 0, 1),
    e.rType(0x33, 1, 0, scratch, temporary, scratch),
    // Polls until the status bit falls, then frees the id.
    e.lw(temporary, dma, 4),
    e.rType(0x33, 7, 0, temporary, temporary, scratch),
    e.bType(1, temporary, 0, -8),
    e.sw(scratch, dma, 4),
  ];
}

/** One random step; `self` is its address, for code that changes itself. */
function step(r: Random, self: number, harts: number): number[] {
  const reg = (): number => 10 + r(10);
  switch (r(20)) {
    case 0:
    case 1:
      return [e.rType(0x33, r(8), r(2), reg(), reg(), reg())];
    case 2:
      return [e.addi(reg(), reg(), r(4096) - 2048), e.addi(reg(), reg(), 1)];
    case 3:
    case 4:
    case 5: {
      const [f3, bytes] = [
        [0, 1],
        [1, 2],
        [2, 4],
        [5, 2],
      ][r(4)]!;
      const imm = r(64) * (r(4) === 0 ? 1 : bytes!);
      return [e.iType(0x03, f3!, reg(), shared, imm), e.rType(0x33, 0, 0, reg(), reg(), reg())];
    }
    case 6:
    case 7:
      return [store(r(3))(reg(), shared, r(256))];
    case 8:
      return [e.lw(reg(), outer, 4 * r(64)), store(2)(reg(), outer, 4 * r(64))];
    case 9:
      return [e.lw(reg(), alias, 4 * r(8)), store(2)(reg(), alias, 4 * r(8))];
    case 10:
      return stamp([0xb00, 0xb02, 0x344][r(3)]!);
    case 11:
      return [elw(reg(), eu, r(2) === 0 ? 0x38 : 0x3c), ...stamp(0xb00)];
    case 12:
      return [wfi, ...stamp(0xb00)];
    case 13:
      return [e.sw(reg(), eu, 0x100 + 4 * r(8))];
    case 14:
      return [elw(reg(), eu, 0x21c)];
    case 15:
      return [e.sw(r(2) === 0 ? everything : some, eu, r(2) === 0 ? 0x00 : 0x0c)];
    case 16:
      return [e.csr(r(3) === 0 ? 7 : 6, 0, 8, 0x300)];
    case 17:
      return r(3) === 0 ? transfer(r) : [e.sw(three, slow, 0x40 * r(harts) + 0x0c)];
    case 18: {
      // The instruction three words on counts up by another number from now on.
      const patch = e.addi(27, 27, r(16)) | 0;
      const to = self + 20;
      return [
        ...li(scratch, to),
        ...li(temporary, patch),
        e.sw(temporary, scratch, 0),
        e.addi(27, 27, 1),
      ];
    }
    default:
      return [e.bType(r(8) < 4 ? 0 : 1, reg(), reg(), 8), e.addi(reg(), reg(), 3)];
  }
}

/** The second half of them runs with the instruction cache. */
const SEEDS = 40;

const hartsOf = (seed: number): number => [1, 2, 3, 8][seed % 4]!;

function programOf(seed: number): Uint8Array {
  const r = random(seed * 7919 + 1);
  const setUp = [
    ...li(eu, 0x10204000),
    ...li(shared, tcdm + 0x400),
    ...li(outer, data),
    ...li(slow, 0x10200800),
    ...li(timer, 0x10200400),
    ...li(dma, 0x10204400),
    ...li(alias, 0x10100400),
    ...li(everything, 0x10504),
    ...li(some, 0x10402),
    e.addi(three, 0, 3),
    csrr(id, 0xf14),
    ...li(temporary, handler),
    e.csr(1, 0, temporary, 0x305),
    ...li(temporary, 0x800),
    e.csr(1, 0, temporary, 0x304),
    e.csr(5, 0, 0, 0x320),
    e.sw(everything, eu, 0),
    ...li(temporary, 0xff),
    e.sw(temporary, eu, 0x200),
    e.sw(temporary, eu, 0x20c),
    // The timer ticks for everybody: nobody sleeps for ever.
    ...li(temporary, 97 + r(400)),
    e.sw(temporary, timer, 0x10),
    e.addi(temporary, 0, 0x15),
    e.sw(temporary, timer, 0),
    // In two of three, interrupts come from the start.
    ...(seed % 3 === 0
      ? []
      : [e.sw(seed % 2 === 0 ? everything : some, eu, 0x0c), e.csr(6, 0, 8, 0x300)]),
    ...li(count, 1 + r(40)),
  ];
  const loop: number[] = [];
  const first = start + 4 * setUp.length;
  for (let i = 0; i < 12 + r(30); i++)
    loop.push(...step(r, first + 4 * loop.length, hartsOf(seed)));
  loop.push(e.addi(count, count, -1), e.bType(0, count, 0, 8));
  loop.push(jump(0, -4 * loop.length));
  return bytesOf([...setUp, ...loop, halt]);
}

function prepare(seed: number, used?: MachineApi): MachineApi {
  const set = { 'icache.ideal': seed <= SEEDS / 2 };
  const machine = used ?? machineFor({ harts: hartsOf(seed), set });
  machine.write(tcdm, new Uint8Array(0x2000));
  machine.write(data, new Uint8Array(0x2000));
  machine.write(start, programOf(seed));
  machine.write(handler, bytesOf(handlerCode));
  machine.start(start);
  return machine;
}

function outcome(machine: MachineApi, stop: Stop): unknown {
  const { harts, ...rest } = machine.stats();
  return {
    // An error compares by its sentence.
    stop: stop.reason === 'fault' ? stop.error.message : stop,
    now: machine.now,
    rest,
    harts,
    views: harts.map((_, hart) => machine.hart(hart)),
    tcdm: machine.read(tcdm, 0x2000),
    data: machine.read(data, 0x2000),
    code: machine.read(start, 0x1000),
  };
}

const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);

describe('a run', () => {
  let faults = 0;

  it.each(seeds)('with seed %i is the same however it is watched or cut', (seed) => {
    const plain = prepare(seed);
    const stop = plain.runUntil(end);
    const expected = outcome(plain, stop);
    if (stop.reason === 'fault') faults++;
    for (const hart of plain.stats().harts) {
      const stalls = Object.values(hart.stalls);
      expect(Math.min(...stalls)).toBeGreaterThanOrEqual(0);
      expect(hart.instret + stalls.reduce((a, b) => a + b, 0)).toBe(hart.cycles_active);
      expect(hart.cycles_active + hart.cycles_sleep).toBe(plain.now);
    }

    const traced = prepare(seed);
    const last = new Map<number, number>();
    traced.trace((hart, _pc, cycle) => {
      // Time of a hart only goes forward.
      expect(cycle).toBeGreaterThan(last.get(hart) ?? -1);
      last.set(hart, cycle);
    });
    expect(outcome(traced, traced.runUntil(end))).toEqual(expected);

    const r = random(seed + 1000);
    const sliced = prepare(seed);
    let piece: Stop = { reason: 'cycle' };
    while (piece.reason === 'cycle' && sliced.now < end) {
      piece = sliced.runUntil(Math.min(end, sliced.now + 1 + r(40)));
      sliced.stats();
    }
    expect(outcome(sliced, piece)).toEqual(expected);

    const probed = prepare(seed);
    for (let i = 0; i < 40; i++) probed.probe(start + 4 * i * 3, () => r(3) === 0);
    do piece = probed.runUntil(end);
    while (piece.reason === 'probe');
    expect(outcome(probed, piece)).toEqual(expected);

    const middle = r(end);
    const first = prepare(seed);
    if (first.runUntil(middle).reason === 'cycle') {
      const saved = structuredClone(first.save());
      const second = prepare(seed);
      second.runUntil(r(end));
      second.restore(saved);
      expect(outcome(second, second.runUntil(end))).toEqual(expected);
    }

    // The same machine again, from its start.
    prepare(seed, traced);
    traced.trace(undefined);
    expect(outcome(traced, traced.runUntil(end))).toEqual(expected);
  });

  it('seldom ends in a fault: the programs are meant to run', () => {
    expect(faults).toBeLessThan(seeds.length / 4);
  });
});
