import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { Session, configure } from '../../src/session/index.js';
import { sample } from '../loader/files.js';
import { FakeMachine } from './fake-machine.js';
import type { Step } from './fake-machine.js';

const exit = (cycle: number, code = 0): Step => ({
  cycle,
  stop: { reason: 'exit', code, hart: 0 },
});

const at = (cycle: number, hart: number, pc: number): Step => ({ cycle, hart, pc });

function opened(script: Step[] = [], machine = new FakeMachine(script)) {
  const session = new Session({ machine, configuration: configure(), version: '0', seed: 1 });
  return { machine, session };
}

function loaded(script: Step[], machine?: FakeMachine) {
  const both = opened(script, machine);
  both.session.load({ name: 'lines.elf', bytes: sample() });
  return both;
}

function failure(action: () => unknown): OctobarError {
  try {
    action();
  } catch (error) {
    if (error instanceof OctobarError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

describe('loading', () => {
  it('copies segments, clears .bss, and starts at the entry at the first run', () => {
    const { session, machine } = opened([exit(1)]);
    machine.write(0x10000010, Uint8Array.of(9, 9, 9, 9));
    session.load(sample());
    expect(session.readWord('table')).toBe(1);
    expect(session.readWord('table+4')).toBe(2);
    expect(session.readWord('total')).toBe(0);
    expect(machine.entry).toBeUndefined();
    session.run();
    expect(machine.entry).toBe(0x1c000000);
  });

  it('needs code', () => {
    expect(failure(() => opened().session.run()).code).toBe('image');
  });

  it('is over once the run began', () => {
    const { session } = loaded([exit(5)]);
    session.runUntil(2);
    expect(failure(() => session.load(sample())).message).toMatch(/before the run begins/);
  });

  it('refuses images that overlap', () => {
    const { session } = loaded([]);
    const error = failure(() => session.load({ name: 'again.elf', bytes: sample() }));
    expect(error.code).toBe('image');
    expect(error.message).toMatch(/lines\.elf and again\.elf overlap at 0x1[0c]0000/);
  });

  it('refuses segments outside the memories, before it writes anything', () => {
    const bytes = sample();
    const view = new DataView(bytes.buffer);
    const headers = view.getUint32(28, true);
    for (let header = headers; header < headers + 96; header += 32) {
      if (view.getUint32(header, true) === 1 && view.getUint32(header + 12, true) === 0x10000000) {
        view.setUint32(header + 8, 0x10200000, true);
        view.setUint32(header + 12, 0x10200000, true);
      }
    }
    const { session } = opened();
    expect(failure(() => session.load(bytes)).message).toMatch(
      /0x10200000 to 0x10200013 lies in no/,
    );
    expect(session.readWord(0x1c000000)).toBe(0);
  });
});

describe('running', () => {
  it('returns the code of the guest', () => {
    expect(loaded([exit(7, 3)]).session.run()).toEqual({ reason: 'exit', code: 3, hart: 0 });
  });

  it('stops at a cycle and goes on', () => {
    const { session } = loaded([{ cycle: 4, hart: 0, pc: 0x1c000000 }, exit(9)]);
    expect(session.runUntil(4)).toEqual({ reason: 'cycle' });
    expect(session.stats().exit_code).toBeNull();
    expect(session.stats().end).toEqual({ reason: 'none' });
    expect(session.step()).toEqual({ reason: 'cycle' });
    expect(session.run().reason).toBe('exit');
    expect(session.run()).toEqual({ reason: 'exit', code: 0, hart: 0 });
  });

  it('that takes too long is an error with a report', () => {
    const { session } = loaded([]);
    const error = failure(() => session.run({ maxCycles: 100 }));
    expect(error.code).toBe('cycle-limit');
    expect(error.context).toMatchObject({
      hart: 0,
      pc: expect.any(Number),
      symbol: expect.any(String),
    });
    expect(error.context.address).toBe(error.context.pc);
    expect(error.exitCode).toBe(124);
    expect(error.context.report).toMatch(/hart 0: running at 0x1c000000 <_start> lines\.c:40/);
    expect(error.context.report).toMatch(/hart 7: /);
    expect(session.stats().exit_code).toBe(124);
    expect(session.stats().end).toMatchObject({ reason: 'error', code: 'cycle-limit' });
  });

  it('that faults names the symbol', () => {
    const error = new OctobarError('unmapped-access', 'load from nowhere', {
      hart: 2,
      pc: 0x1c000016,
      address: 0,
      cycle: 5,
    });
    const { session } = loaded([{ cycle: 5, stop: { reason: 'fault', error } }]);
    const thrown = failure(() => session.run());
    expect(thrown.message).toMatch(/hart 2, pc 0x1c000016 <sum\+0xe>, address 0x00000000, cycle 5/);
    expect(session.stats().end).toEqual({
      reason: 'error',
      code: 'unmapped-access',
      message: 'load from nowhere',
      hart: 2,
      pc: 0x1c000016,
      symbol: 'sum+0xe',
      address: 0,
      cycle: 5,
    });
    // The run is over; asking again gives the same answer.
    expect(failure(() => session.step())).toBe(thrown);
  });

  it('after close is an error', () => {
    const { session } = loaded([exit(1)]);
    session.close();
    expect(failure(() => session.run()).message).toMatch(/closed/);
  });
});

describe('probes', () => {
  const visits: Step[] = [1, 2, 3].map((cycle) => ({ cycle, hart: cycle, pc: 0x1c000026 }));

  it('at a symbol see each visit; several share a place', () => {
    const { session } = loaded([...visits, exit(9)]);
    const seen: string[] = [];
    session.probe(
      'main',
      (hart, pc, cycle) => void seen.push(`a${hart}@${cycle}:${pc.toString(16)}`),
    );
    session.probe(0x1c000026, (hart) => void seen.push(`b${hart}`));
    session.run();
    expect(seen).toEqual(['a1@1:1c000026', 'b1', 'a2@2:1c000026', 'b2', 'a3@3:1c000026', 'b3']);
  });

  it('stop the run when they return true', () => {
    const { session } = loaded([...visits, exit(9)]);
    session.probe('main', (hart) => hart === 2);
    expect(session.run()).toEqual({ reason: 'probe', hart: 2, pc: 0x1c000026 });
    expect(session.now).toBe(2);
    expect(session.run().reason).toBe('exit');
  });

  it('at a name that is not there suggest the nearest', () => {
    const error = failure(() => loaded([]).session.probe('mian', () => undefined));
    expect(error.code).toBe('usage');
    expect(error.context.hint).toBe('did you mean main?');
  });
});

describe('regions', () => {
  const a = 0x1c000008;
  const b = 0x1c000026;

  it('count from the one instruction leaving decode to the other', () => {
    // Hart 0: leaves a at 10, three others, b at 17. So 7 cycles; after a there left 3 others and b: 4.
    const script = [
      at(10, 0, a),
      at(11, 0, 0x1c000010),
      at(12, 3, a),
      at(12, 0, 0x1c000012),
      at(13, 0, 0x1c000014),
      at(17, 0, b),
      at(20, 3, b),
      exit(30),
    ];
    const { session } = loaded(script);
    session.region('r', 'sum', 'main');
    session.run();
    expect(session.stats().regions).toEqual([
      { name: 'r', hart: 0, cycles: 7, instret: 4, passes: 1 },
      { name: 'r', hart: 3, cycles: 8, instret: 1, passes: 1 },
    ]);
  });

  it('add up their passes; a second visit of the start does not restart one', () => {
    const script = [
      at(1, 0, a),
      at(3, 0, a),
      at(6, 0, b),
      at(7, 0, b),
      at(8, 0, a),
      at(10, 0, b),
      exit(11),
    ];
    const { session } = loaded(script);
    session.region('r', 'sum', 'main');
    session.run();
    // 1 to 6 is 5 cycles with 2 instructions (a, b); 8 to 10 is 2 cycles with 1.
    expect(session.stats().regions).toEqual([
      { name: 'r', hart: 0, cycles: 7, instret: 3, passes: 2 },
    ]);
  });

  it('from a place to itself count each turn', () => {
    const { session } = loaded([at(1, 0, a), at(4, 0, a), at(9, 0, a), exit(11)]);
    session.region('loop', 'sum', 'sum');
    session.run();
    expect(session.stats().regions).toEqual([
      { name: 'loop', hart: 0, cycles: 8, instret: 2, passes: 2 },
    ]);
  });

  it('that no hart completes have no row, and can be asked for', () => {
    const { session } = loaded([at(1, 0, a), exit(5)]);
    session.region('r', 'sum', 'main');
    session.run();
    expect(session.stats().regions).toEqual([]);
    expect(session.emptyRegions()).toEqual(['r']);
  });

  it('have names of their own', () => {
    const { session } = loaded([]);
    session.region('r', 'sum', 'main');
    expect(failure(() => session.region('r', 'sum', 'main')).code).toBe('usage');
  });
});

describe('guest output', () => {
  it('comes in whole lines, whoever prints in between', () => {
    const { session } = loaded([
      { cycle: 1, hart: 0, print: 'hello ' },
      { cycle: 2, hart: 1, print: 'and\nme' },
      { cycle: 3, hart: 0, print: 'world\n' },
      exit(4),
    ]);
    const lines: [string, number][] = [];
    session.onOutput((text, hart) => lines.push([text, hart]));
    session.run();
    // The unfinished `me` comes at the end of the run.
    expect(lines).toEqual([
      ['and\n', 1],
      ['hello world\n', 0],
      ['me', 1],
    ]);
  });

  it('without a newline does not grow without bound', () => {
    const { session } = loaded([{ cycle: 1, hart: 0, print: 'x'.repeat(10_000) }, exit(2)]);
    const sizes: number[] = [];
    session.onOutput((text) => sizes.push(text.length));
    session.run();
    expect(sizes).toEqual([4096, 4096, 1808]);
  });
});

describe('snapshots', () => {
  it('carry the machine, the regions and unfinished output', () => {
    const script: Step[] = [
      { cycle: 1, hart: 0, pc: 0x1c000008 },
      { cycle: 2, hart: 0, print: 'half' },
      { cycle: 8, hart: 0, print: ' line\n' },
      { cycle: 9, hart: 0, pc: 0x1c000026 },
      exit(10),
    ];
    const { session } = loaded(script);
    session.region('r', 'sum', 'main');
    const lines: string[] = [];
    session.onOutput((text) => lines.push(text));
    session.runUntil(5);
    const snapshot = session.save();
    session.run();
    const first = session.stats();
    session.restore(snapshot);
    expect(session.now).toBe(5);
    expect(session.stats().regions).toEqual([]);
    session.run();
    expect(session.stats()).toEqual(first);
    expect(lines).toEqual(['half line\n', 'half line\n']);
  });

  it('of another session are refused', () => {
    const snapshot = loaded([exit(1)]).session.save();
    expect(failure(() => opened().session.restore(snapshot)).code).toBe('usage');
  });
});
