/** Call trees of small programs whose calls, instructions and cycles are counted by hand. */
import { describe, expect, it } from 'vitest';
import { Profiler, type HartProfile, type Profile } from '../../src/profile/index.js';
import { openSession } from '../../src/session/index.js';
import { csr } from '../lockstep/encode.js';
import {
  bne,
  exitWith,
  guest,
  jump,
  load,
  nop,
  ra,
  ret,
  sp,
  t0,
  t1,
  store,
  addi,
  li,
  zero,
} from '../session/guest.js';

const a0 = 10;
const ecall = 0x73;
const mret = 0x30200073;

interface Calls {
  readonly events: string[];
  readonly profile: Profile;
}

/** Runs on one hart without instruction cache, so that every cycle is the pipeline's. */
function profile(code: readonly number[], symbols: Record<string, number>): Calls {
  const session = openSession({ set: { harts: 1, 'icache.ideal': true } });
  session.load(guest({ code, symbols }));
  const events: string[] = [];
  const profiler: Profiler = new Profiler(session, {
    calls: {
      enter: (_, cycle, range) => events.push(`${cycle} +${profiler.nameOf(range)}`),
      leave: (_, cycle) => events.push(`${cycle} -`),
      slept: () => undefined,
    },
  });
  session.run();
  return { events, profile: profiler.finish() };
}

/** `_start > f`, calls, instructions and cycles of each node. */
function rows({ functions, harts }: Profile): [string, number, number, number][] {
  const { nodes } = harts[0] as HartProfile;
  const name = (i: number): string => {
    const { parent, function: fn } = nodes[i];
    return parent < 0 ? functions[fn].name : `${name(parent)} > ${functions[fn].name}`;
  };
  return nodes.map((node, i) => [name(i), node.calls, node.self.instructions, node.self.cycles]);
}

describe('a call tree', () => {
  it('has a node for each call site, tail calls in the place of the caller', () => {
    const exit = exitWith(0);
    const f = 2 + exit.length;
    const g = f + 2;
    // Calls f twice; f goes on in g, which returns to _start.
    const { profile: result, events } = profile(
      [jump(4 * f, ra), jump(4 * (f - 1), ra), ...exit, nop, jump(4), nop, nop, ret],
      { f, g },
    );
    // Jumps cost 2 cycles, and hide nothing behind a nop. The last instruction of the exit is the store.
    const stores = exit.length - 1;
    expect(rows(result).map(([name, calls, instructions]) => [name, calls, instructions])).toEqual([
      ['_start', 1, 2 + stores],
      ['_start > f', 1, 2],
      ['_start > g', 1, 3],
      ['_start > f', 1, 2],
      ['_start > g', 1, 3],
    ]);
    expect(
      rows(result)
        .slice(1)
        .map(([, , , cycles]) => cycles),
    ).toEqual([3, 4, 3, 4]);
    expect(events.map((event) => event.split(' ')[1])).toEqual([
      '+_start',
      '+f',
      '-',
      '+g',
      '-',
      '+f',
      '-',
      '+g',
      '-',
    ]);
    // The first call leaves decode in cycle 0, its target in cycle 2.
    expect(events.slice(0, 3)).toEqual(['0 +_start', '2 +f', '5 -']);
    const sites = result.harts[0].nodes.map(({ pc }) => pc);
    expect(sites).toEqual([undefined, 0x1c000000, 0x1c000000, 0x1c000004, 0x1c000004]);
  });

  it('folds recursion into its first frame', () => {
    const exit = exitWith(0);
    const start = [
      ...li(sp, 0x10001000),
      addi(a0, zero, 3),
      jump(4 * (1 + exit.length), ra),
      ...exit,
    ];
    const rec = start.length;
    // rec(n): while n != 0 calls itself with n - 1.
    const code = [
      ...start,
      addi(sp, sp, -16),
      store(ra, sp),
      addi(a0, a0, -1),
      bne(a0, zero, 8),
      jump(8),
      jump(-20, ra),
      load(ra, sp),
      addi(sp, sp, 16),
      ret,
    ];
    const { profile: result, events } = profile(code, { rec });
    const tree = rows(result);
    expect(tree.map(([name]) => name)).toEqual(['_start', '_start > rec']);
    // 2 x (4 + call) and the innermost 4 + jump, then three returns of 3 instructions.
    expect(tree[1].slice(1, 3)).toEqual([3, 2 * 5 + 5 + 3 * 3]);
    const names = events.map((event) => event.split(' ')[1]);
    expect(names).toEqual(['+_start', '+rec', '+rec', '+rec', '-', '-', '-']);
  });

  it('of code without symbols goes by pages', () => {
    const bare = openSession({ set: { harts: 1, 'icache.ideal': true } });
    const elf = guest({ code: exitWith(0) });
    // No section table: an ELF file needs none to run.
    new DataView(elf.buffer).setUint32(32, 0, true);
    new DataView(elf.buffer).setUint16(48, 0, true);
    bare.load(elf);
    const profiler = new Profiler(bare);
    bare.run();
    const { functions, notes, harts } = profiler.finish();
    expect(functions.map(({ name }) => name)).toEqual(['0x1c000000']);
    expect(harts[0].nodes).toHaveLength(1);
    expect(notes.join()).toMatch(/no source lines/);
  });

  it('has handlers below the function that they interrupt, however often', () => {
    const [mepc, mtvec] = [0x341, 0x305];
    const read = (target: number, address: number): number => csr(2, target, zero, address);
    const write = (source: number, address: number): number => csr(1, zero, source, address);
    const exit = exitWith(0);
    const head = [...li(t0, 0x1c000100), write(t0, mtvec), ecall, ecall, ecall, ...exit];
    const handler = 64;
    const code = [
      ...head,
      ...Array.from({ length: handler - head.length }, () => nop),
      // Goes on behind the ecall.
      read(t1, mepc),
      addi(t1, t1, 4),
      write(t1, mepc),
      mret,
    ];
    const { profile: result, events } = profile(code, { handler });
    expect(rows(result).map(([name, calls, instructions]) => [name, calls, instructions])).toEqual([
      ['_start', 1, 3 + exit.length - 1],
      ['_start > handler', 1, 4],
      ['_start > handler', 1, 4],
      ['_start > handler', 1, 4],
    ]);
    expect(events.map((event) => event.split(' ')[1])).toEqual([
      '+_start',
      '+handler',
      '-',
      '+handler',
      '-',
      '+handler',
      '-',
    ]);
    // An ecall does not retire; its four cycles are stalls of its own.
    const trap = result.causes.indexOf('trap');
    const ecalls = result.harts[0].instructions.filter(({ text }) => text === 'ecall');
    expect(ecalls.map(({ self }) => [self.instructions, self.stalls[trap]])).toEqual([
      [0, 4],
      [0, 4],
      [0, 4],
    ]);
  });
});
