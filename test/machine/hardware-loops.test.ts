import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import * as e from '../lockstep/encode.js';
import * as loop from '../timing/loop-code.js';
import {
  half,
  l2,
  machineFor,
  nop,
  stepsOf,
  tcdm,
  type Instruction,
  type Setting,
} from '../timing/harness.js';

/** What hardware loops compute, their registers, traps inside them, and programs that break their rules. */
const begin = l2 + 0x1000;
const bytesOf = (words: readonly number[]): Uint8Array =>
  new Uint8Array(Uint32Array.from(words).buffer);

/** Registers of hart 0 at the end of a program of 32-bit words. */
function registersAfter(
  words: readonly number[],
  more: { harts?: number; handler?: readonly number[] } = {},
): readonly number[] {
  const machine = machineFor({ harts: more.harts ?? 1 });
  machine.write(begin, bytesOf([...words, e.jType(0, 0)]));
  if (more.handler) machine.write(vector, bytesOf(more.handler));
  machine.probe(begin + 4 * words.length, (hart) => hart === 0);
  machine.start(begin);
  const stop = machine.runUntil(100_000);
  if (stop.reason === 'fault') throw stop.error;
  expect(stop.reason).toBe('probe');
  return machine.hart(0).registers;
}

const inc = (rd: number, by = 1) => e.addi(rd, rd, by);
const read = (rd: number, csr: number) => e.csr(2, rd, 0, csr);
const [lpstart0, lpend0, lpcount0, lpstart1, lpend1, lpcount1] = [
  0xcc0, 0xcc1, 0xcc2, 0xcc4, 0xcc5, 0xcc6,
];

describe('results', () => {
  it('the nested example of the manual: 300 and 40', () => {
    // Outer 10 times: inner 10 times i += 1 three times, then j += 2 twice.
    const code = [
      e.addi(12, 0, 10),
      loop.setup(1, 12, 6),
      loop.setup(0, 12, 3),
      inc(5),
      inc(5),
      inc(5),
      inc(6, 2),
      inc(6, 2),
    ];
    const x = registersAfter(code);
    expect([x[5], x[6]]).toEqual([300, 40]);
  });

  it('registers read through CSRs; the count has gone down when the last instruction reads it', () => {
    const code = [
      loop.setupi(1, 2, 3),
      read(5, lpcount1),
      nop,
      read(6, lpcount1),
      read(7, lpstart1),
      read(8, lpend1),
      read(9, lpcount1),
      loop.starti(0, 4),
      loop.endi(0, 8),
      read(10, lpstart0),
      read(11, lpend0),
      read(12, lpcount0),
      read(13, 0xcd0),
      read(14, 0xcd1),
    ];
    const x = registersAfter(code);
    // First turn: 2 before the last instruction, 1 in it; second turn 1 and 0.
    expect([x[5], x[6], x[9]]).toEqual([1, 0, 0]);
    expect([x[7], x[8]]).toEqual([begin + 4, begin + 16]);
    expect([x[10], x[11], x[12]]).toEqual([begin + 4 * 11, begin + 4 * 16, 0]);
    expect([x[13], x[14]]).toEqual([0, 3]);
  });

  it('a loop that is given up outside of its body by a count of 0', () => {
    const x = registersAfter([loop.counti(0, 0), loop.setupi(0, 2, 3), inc(5), nop, nop]);
    expect(x[5]).toBe(2);
  });

  it('code that is stored over between two runs of a loop', () => {
    // x7 holds the word of `addi x5, x5, 2`, which replaces the first instruction of the body.
    const word = inc(5, 2);
    const low = (word << 20) >> 20;
    const body = begin + 4 * 7;
    const code = [
      e.uType(0x37, 7, (word - low) >>> 12),
      e.addi(7, 7, low),
      e.uType(0x37, 8, body >>> 12),
      e.addi(8, 8, body & 0xfff),
      e.addi(9, 0, 2),
      nop,
      loop.setupi(0, 3, 3),
      inc(5),
      nop,
      nop,
      e.sw(7, 8, 0),
      e.addi(9, 9, -1),
      e.bType(1, 9, 0, -4 * 6),
    ];
    expect(registersAfter(code)[5]).toBe(3 + 6);
  });

  it('eight harts in one loop, with different counts', () => {
    const machine = machineFor({ harts: 8 });
    const code = [
      read(10, 0xf14),
      e.addi(11, 10, 1),
      loop.setup(0, 11, 3),
      inc(5),
      e.lw(6, 0, 0),
      nop,
      e.jType(0, 0),
    ];
    code[4] = e.lw(6, 12, 0);
    machine.write(begin, bytesOf([e.uType(0x37, 12, tcdm >>> 12), ...code]));
    machine.start(begin);
    machine.runUntil(1000);
    const sums = Array.from({ length: 8 }, (_, hart) => machine.hart(hart).registers[5]);
    expect(sums).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('the list of last instructions shows the turns', () => {
    const machine = machineFor({ harts: 1 });
    const code = [loop.setupi(0, 3, 3), nop, nop, nop, 0xffffffff];
    machine.write(begin, bytesOf(code));
    machine.start(begin);
    expect(machine.runUntil(1000).reason).toBe('fault');
    const places = machine.hart(0).recent.map((pc) => (pc - begin) / 4);
    expect(places).toEqual([0, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });
});

const vector = l2 + 0x4000;
const enableTraps = (register: number): number[] => [
  e.uType(0x37, register, vector >>> 12),
  e.csr(1, 0, register, 0x305),
];

describe('traps', () => {
  it('ecall inside a body: the handler returns behind it, the turns stay right', () => {
    const handler = [inc(20), e.csr(2, 21, 0, 0x341), inc(21, 4), e.csr(1, 0, 21, 0x341), e.mret];
    const code = [...enableTraps(31), loop.setupi(0, 5, 4), inc(5), e.ecall, inc(6), nop];
    const x = registersAfter(code, { handler });
    expect([x[5], x[6], x[20]]).toEqual([5, 5, 5]);
  });

  it('ecall as the last instruction: the loop does not count it, so its handler has to', () => {
    // As the manual tells: mepc = lpstart, the count one less, while the count is above 1.
    const handler = [
      inc(20),
      read(21, lpcount0),
      e.addi(22, 21, -1),
      e.csr(2, 23, 0, lpstart0),
      e.addi(24, 0, 1),
      e.bType(1, 21, 24, 12),
      read(23, lpend0),
      e.addi(22, 0, 0),
      loop.count(0, 22),
      e.csr(1, 0, 23, 0x341),
      e.mret,
    ];
    const code = [...enableTraps(31), loop.setupi(0, 5, 3), inc(5), nop, e.ecall];
    const x = registersAfter(code, { handler });
    expect([x[5], x[20]]).toEqual([5, 5]);
  });

  const eventUnit = 0x10204;
  const line = 11;
  /** Clears event 0 and counts; works on registers of its own. */
  const plainHandler = [inc(20), e.addi(21, 0, 1), e.sw(21, 30, 0x28), e.mret];
  /** The same with a hardware loop of its own, whose registers it saves. */
  const loopingHandler = [
    read(22, lpstart0),
    read(23, lpend0),
    read(24, lpcount0),
    loop.counti(0, 0),
    loop.setupi(0, 4, 3),
    inc(25),
    nop,
    nop,
    loop.start(0, 22),
    loop.end(0, 23),
    loop.count(0, 24),
    ...plainHandler,
  ];

  it.each([
    ['plain', plainHandler],
    ['with a loop of its own', loopingHandler],
  ])('an interrupt at any cycle of a nest, handler %s', (_, handler) => {
    for (let moment = 4; moment < 88; moment++) {
      // Hart 1 takes 4 cycles a count, so the harts also start up to 3 cycles apart.
      const delay = moment >> 2;
      const padding = Array.from({ length: 3 - (moment & 3) }, () => nop);
      const prepare = [
        e.uType(0x37, 30, eventUnit),
        ...enableTraps(31),
        read(10, 0xf14),
        e.addi(11, 0, 1),
        e.bType(1, 10, 0, 4 * 6),
        // Hart 0: event 0 interrupts; then the nest.
        e.sw(11, 30, 0x0c),
        e.uType(0x37, 12, 1 << (line - 12 < 0 ? 0 : line - 12)),
        e.addi(12, 0, -1),
        e.csr(1, 0, 12, 0x304),
        e.jType(0, 4 * 5),
        // Hart 1: counts down, then triggers event 0 at hart 0.
        e.addi(13, 0, delay),
        e.addi(13, 13, -1),
        e.bType(1, 13, 0, -4),
        e.sw(11, 30, 0x100),
        e.csr(6, 0, 8, 0x300),
        e.bType(1, 10, 0, 4 * (padding.length + 10)),
      ];
      const nest = [
        ...padding,
        loop.setupi(1, 5, 6),
        loop.setupi(0, 4, 3),
        inc(5),
        e.lw(14, 30, 0x1c),
        inc(6),
        inc(7),
        inc(8),
        nop,
        // Late interrupts come here.
        e.bType(0, 20, 0, 0),
      ];
      const x = registersAfter([...prepare, ...nest], { harts: 2, handler });
      expect([x[5], x[6], x[7], x[8], x[20]], `moment ${moment}`).toEqual([20, 20, 5, 5, 1]);
    }
  });
});

describe('rules', () => {
  function refused(code: readonly Instruction[], setting: Setting = {}): OctobarError {
    try {
      stepsOf(code, setting);
    } catch (error) {
      if (error instanceof OctobarError) return error;
      throw error;
    }
    throw new Error('the loop was not refused');
  }
  const cases: readonly (readonly [string, readonly Instruction[], RegExp, number])[] = [
    ['a body of two', [loop.setupi(0, 2, 2), nop, nop, nop], /at least 3 instructions/, 0],
    [
      'an end before the start',
      [loop.starti(0, 5), loop.endi(0, 1), loop.counti(0, 2)],
      /at least 3/,
      8,
    ],
    [
      'a compressed instruction',
      [loop.setupi(0, 2, 4), nop, half(e.cNop), half(e.cNop), nop, nop],
      /no compressed instructions, but c\.nop is at 0x1c001008/,
      0,
    ],
    ['a branch', [loop.setupi(0, 2, 3), nop, e.bType(0, 0, 0, 4), nop], /no branches and jumps/, 0],
    ['a jump', [loop.setupi(0, 2, 3), nop, e.jType(0, 4), nop], /no branches and jumps/, 0],
    ['an indirect jump', [loop.setupi(0, 2, 3), nop, e.jalr(0, 1, 0), nop], /no branches/, 0],
    ['a fence', [loop.setupi(0, 2, 3), nop, e.fenceI, nop], /no fences/, 0],
    ['mret', [loop.setupi(0, 2, 3), nop, e.mret, nop], /no mret and no wfi/, 0],
    ['wfi', [loop.setupi(0, 2, 3), nop, 0x10500073, nop], /no mret and no wfi/, 0],
    [
      'an event load at the end',
      [loop.setupi(0, 2, 3), nop, nop, e.iType(0x0b, 3, 5, 6, 0)],
      /must not be an event load/,
      0,
    ],
    [
      'the count of the loop itself',
      [loop.setupi(0, 2, 3), nop, loop.counti(0, 7), nop],
      /must not set up the loop that it belongs to/,
      0,
    ],
    [
      'ends too close',
      [loop.setupi(1, 2, 5), loop.setupi(0, 2, 3), nop, nop, nop, nop],
      /at least 8 bytes after the inner one, not 4/,
      4,
    ],
    [
      'loop 1 inside loop 0',
      [loop.setupi(0, 2, 6), loop.setupi(1, 2, 3), nop, nop, nop, nop, nop],
      /loop 0 must be the inner one/,
      4,
    ],
    [
      'a start that changes under way',
      [
        loop.starti(0, 4),
        loop.endi(0, 6),
        loop.counti(0, 2),
        loop.starti(0, 2),
        nop,
        nop,
        nop,
        nop,
      ],
      /must not change while the count is not 0 \(it is 2\)/,
      12,
    ],
    [
      'a set-up at a multiple of two',
      [half(e.cNop), loop.setupi(0, 2, 3), nop, nop, nop],
      /must lie at a multiple of 4/,
      2,
    ],
  ];
  it.each(cases)('%s', (_, code, message, offset) => {
    const error = refused(code);
    expect(error).toMatchObject({
      code: 'hardware-loop',
      exitCode: 136,
      context: { hart: 0, pc: begin + offset },
    });
    expect(error.reason).toMatch(message);
  });

  it('are not asked of a loop that is not run', () => {
    expect(stepsOf([loop.setupi(0, 0, 2), nop, nop, nop])).toHaveLength(5);
  });

  it('its CSRs cannot be written, and do not exist without CORE-V', () => {
    expect(refused([e.csr(1, 0, 5, lpcount0)]).code).toBe('illegal-instruction');
    expect(refused([read(5, lpcount0)], { set: { isa: 'rv32imc' } }).code).toBe(
      'illegal-instruction',
    );
  });
});

describe('save and restore', () => {
  it('in the middle of a nest', () => {
    const code = [
      loop.setupi(1, 50, 6),
      loop.setupi(0, 4, 3),
      inc(5),
      inc(6),
      nop,
      inc(7),
      nop,
      e.jType(0, 0),
    ];
    const machine = machineFor({ harts: 1 });
    machine.write(begin, bytesOf(code));
    machine.start(begin);
    for (const cycle of [7, 33, 34, 35, 36, 37]) {
      machine.runUntil(cycle);
      const other = machineFor({ harts: 1 });
      other.restore(machine.save());
      other.runUntil(2000);
      expect(other.hart(0).registers.slice(5, 8), String(cycle)).toEqual([200, 200, 50]);
    }
  });

  it('before the last instruction of a body without turns, which waits for a load', () => {
    // The body runs with a count of 1, then of 0; behind it is a jump, which must not take the wait for its own.
    const code = [
      e.uType(0x37, 12, tcdm >>> 12),
      e.addi(10, 0, 1),
      loop.setup(0, 10, 4),
      nop,
      nop,
      e.lw(6, 12, 0),
      e.addi(7, 6, 0),
      e.jType(0, 4),
      e.addi(10, 10, -1),
      e.bType(0, 10, 0, -4 * 7),
      e.jType(0, 0),
    ];
    const reference = machineFor({ harts: 1 });
    reference.write(begin, bytesOf(code));
    reference.start(begin);
    reference.runUntil(60);
    const machine = machineFor({ harts: 1 });
    machine.write(begin, bytesOf(code));
    machine.start(begin);
    for (let cycle = 1; cycle < 40; cycle++) {
      machine.runUntil(cycle);
      const other = machineFor({ harts: 1 });
      other.restore(machine.save());
      other.runUntil(60);
      expect(other.stats().harts, String(cycle)).toEqual(reference.stats().harts);
    }
  });
});
