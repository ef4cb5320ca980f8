import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as e from '../lockstep/encode.js';
import { bne, exitWith, guest, jump, lui, readHartId, store, wfi } from '../session/guest.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export interface Startup {
  /** Milliseconds by the wall clock, medians: an empty Node process, and a run that ends behind the first instruction. */
  readonly node_ms: number;
  readonly octobar_ms: number;
  /** What is ours. */
  readonly ours_ms: number;
  /** A whole run of 5 million cycles in which all harts sleep most of the time, start included. */
  readonly sleepy_ms: number;
}

/** `octobar run` of hello up to its first instruction, beside a Node process that does nothing. */
export function measureStartup(repeat: number): Startup {
  const cli = path('../../dist/src/cli/main.js');
  const hello = path('../../firmware/prebuilt/hello.elf');
  const commands = {
    node: ['-e', '0'],
    octobar: [cli, 'run', hello, '--max-cycles', '1'],
    sleepy: [cli, 'run', sleepyGuest()],
  };
  // 124: the limit of cycles was reached, as it should be
  const expected = { node: 0, octobar: 124, sleepy: 0 };
  const times: Record<keyof typeof commands, number[]> = { node: [], octobar: [], sleepy: [] };
  // In turns, so that a busy moment of the host does not meet one of them alone
  for (let round = 0; round < repeat; round++) {
    for (const name of ['node', 'octobar', 'sleepy'] as const) {
      const started = performance.now();
      const { status } = spawnSync(process.execPath, commands[name]);
      times[name].push(performance.now() - started);
      if (status !== expected[name]) throw new Error(`${name} ended with ${status}`);
    }
  }
  const [node, octobar] = [median(times.node), median(times.octobar)];
  return {
    node_ms: node,
    octobar_ms: octobar,
    ours_ms: octobar - node,
    sleepy_ms: median(times.sleepy),
  };
}

/** ELF file of a guest: a timer wakes hart 0 every 50,000 cycles, a hundred times; the others sleep for ever. */
function sleepyGuest(): string {
  const [hart, events, peripherals, value, left] = [5, 8, 9, 6, 7];
  const timerLine = 1 << 10;
  const code = [
    readHartId(hart),
    bne(hart, 0, 4 * 20),
    lui(events, 0x10204000),
    lui(peripherals, 0x10200000),
    // The event of the timer is an interrupt, which wakes and is not taken
    e.addi(value, 0, timerLine),
    store(value, events, 0x0c),
    lui(value, 0x1000),
    e.rType(0x13, 5, 0, value, value, 1),
    e.csr(1, 0, value, 0x304),
    lui(value, 0xc000),
    e.addi(value, value, 848),
    store(value, peripherals, 0x410),
    e.addi(value, 0, 0x17),
    store(value, peripherals, 0x400),
    e.addi(left, 0, 100),
    wfi,
    e.addi(value, 0, timerLine),
    store(value, events, 0x28),
    e.addi(left, left, -1),
    bne(left, 0, -4 * 4),
    jump(4 * 3),
    wfi,
    jump(-4),
    ...exitWith(0),
  ];
  const file = path('../../.cache/bench/sleepy.elf');
  mkdirSync(path('../../.cache/bench'), { recursive: true });
  writeFileSync(file, guest({ code }));
  return file;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
