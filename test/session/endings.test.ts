/** How runs end, on the real machine: each way with its own code, and naming where it happened. */
import { describe, expect, it } from 'vitest';
import { OctobarError, errorCodes } from '../../emulator/sim/error.js';
import type { ErrorCode } from '../../emulator/sim/error.js';
import { openSession } from '../../src/session/index.js';
import type { Session } from '../../src/session/index.js';
import {
  addi,
  a0,
  codeBase,
  exitWith,
  guest,
  jump,
  li,
  load,
  nop,
  ra,
  readHartId,
  bne,
  sp,
  store,
  t0,
  t1,
  t2,
  wfi,
  zero,
} from './guest.js';
import type { GuestOptions } from './guest.js';

function opened(options: GuestOptions, harts = 2): Session {
  const session = openSession({ harts });
  session.load({ name: 'guest.elf', bytes: guest(options) });
  return session;
}

function failure(session: Session, maxCycles = 10_000): OctobarError {
  try {
    session.run({ maxCycles });
  } catch (error) {
    if (error instanceof OctobarError) return error;
    throw error;
  }
  throw new Error('the run ended well');
}

const where = (error: OctobarError) => ({
  code: error.code,
  hart: error.context.hart,
  pc: error.context.pc,
  symbol: error.context.symbol,
  address: error.context.address,
});

describe('the guest ends the run', () => {
  it('by the SoC control register', () => {
    expect(opened({ code: exitWith(42) }, 1).run()).toMatchObject({ reason: 'exit', code: 42 });
  });

  it('by HTIF, when the image has the symbol tohost: value >> 1', () => {
    const code = [...li(t0, 0x10000100), addi(t1, zero, (21 << 1) | 1), store(t1, t0), jump(0)];
    const session = opened({ code, labels: { tohost: 0x10000100 } }, 1);
    expect(session.run()).toMatchObject({ reason: 'exit', code: 21 });
  });

  it('by semihosting: 0x20 SYS_EXIT_EXTENDED with reason and code', () => {
    // a0 = operation, a1 = block of ADP_Stopped_ApplicationExit (0x20026) and the code.
    const a1 = 11;
    const code = [
      ...li(a1, 0x10000200),
      ...li(t0, 0x20026),
      store(t0, a1, 0),
      addi(t0, zero, 7),
      store(t0, a1, 4),
      addi(a0, zero, 0x20),
      0x01f01013, // slli zero, zero, 31
      0x00100073, // ebreak
      0x40705013, // srai zero, zero, 7
      jump(0),
    ];
    expect(opened({ code }, 1).run()).toMatchObject({ reason: 'exit', code: 7 });
  });

  it('and the first end counts, whatever the other harts do', () => {
    // Hart 1 spins for ever; hart 0 ends the run.
    const code = [readHartId(t0), bne(t0, zero, 4 * 7), ...exitWith(5), jump(0)];
    const session = opened({ code });
    expect(session.run()).toEqual({ reason: 'exit', code: 5, hart: 0 });
  });
});

describe('the run ends badly', () => {
  it('an unmapped access names hart, pc, symbol and address', () => {
    const session = opened({ code: [nop, nop, load(t0, zero, 0x40)], symbols: { deref: 1 } }, 1);
    const error = failure(session);
    expect(where(error)).toEqual({
      code: 'unmapped-access',
      hart: 0,
      pc: codeBase + 8,
      symbol: 'deref+0x4',
      address: 0x40,
    });
    expect(error.exitCode).toBe(139);
  });

  it('an illegal instruction names hart, pc and symbol', () => {
    const error = failure(opened({ code: [nop, 0xffffffff], symbols: { bad: 1 } }, 1));
    expect(where(error)).toMatchObject({
      code: 'illegal-instruction',
      hart: 0,
      pc: codeBase + 4,
      symbol: 'bad',
    });
    expect(error.exitCode).toBe(132);
  });

  it('a deadlock says who waits for what', () => {
    const error = failure(opened({ code: [wfi, jump(-4)], symbols: {} }));
    expect(error.code).toBe('deadlock');
    expect(error.exitCode).toBe(125);
    expect(error.context.report).toMatch(
      /hart 0: sleeping at 0x1c00000\d <_start(\+0x4)?>\n {2}waits for: /,
    );
    expect(error.context.report).toMatch(/hart 1: sleeping/);
  });

  it('a cycle limit shows what each hart was doing', () => {
    const error = failure(opened({ code: [jump(0)], symbols: { spin: 0 } }), 1000);
    expect(error.code).toBe('cycle-limit');
    expect(error.exitCode).toBe(124);
    expect(error.context.report).toMatch(/hart 1: running at 0x1c000000/);
    // Sixteen instructions of a loop of one: the same line sixteen times.
    const block = error.context.report!.split('hart 1:')[1];
    expect(block.split('last instructions:\n')[1].trimEnd().split('\n')).toHaveLength(16);
  });

  it('each with an exit status of its own, none of them 0', () => {
    const used = Object.values(errorCodes).map(({ exit }) => exit);
    expect(new Set(used).size).toBe(used.length);
    expect(used).not.toContain(0);
    const required: ErrorCode[] = [
      'unmapped-access',
      'illegal-instruction',
      'deadlock',
      'cycle-limit',
    ];
    for (const code of required) expect(errorCodes[code].exit).toBeGreaterThan(0);
  });

  it('the call stack leads from the fault to the start', () => {
    // _start: sp, call outer; outer: save ra, call inner; inner: fault.
    const code = [
      ...li(sp, 0x10001000),
      jump(8, ra),
      jump(0),
      addi(sp, sp, -16), // outer, word 4
      store(ra, sp, 12),
      jump(8, ra),
      jump(0),
      load(t2, zero, 0), // inner, word 8
    ];
    const error = failure(opened({ code, symbols: { outer: 4, inner: 8 } }, 1));
    const stack = error.context.report!.split('call stack:\n')[1].split('  last')[0];
    expect(
      stack
        .trimEnd()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['0x1c000020 <inner>', '0x1c00001c <outer+0xc>', '0x1c00000c <_start+0xc>']);
  });
});
