import type { MachineApi } from '../../emulator/api.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import * as e from '../lockstep/encode.js';

/**
 * Runs a few instructions and tells what each cost: cycles from leaving decode to the next one leaving
 * it. Code lies in L2 at an address of the test's choice; registers are set before; time is read off
 * the trace. 32-bit instructions are numbers, 16-bit ones are wrapped in `half`.
 */
export const l2 = 0x1c000000;
export const tcdm = 0x10000000;
export const nop = e.addi(0, 0, 0);

export interface Half {
  readonly half: number;
}
export const half = (bits: number): Half => ({ half: bits });
export type Instruction = number | Half;

export interface Setting {
  readonly registers?: Readonly<Record<number, number>>;
  /** Address of the first measured instruction. */
  readonly at?: number;
  readonly set?: Readonly<Record<string, string | number | boolean>>;
  readonly harts?: number;
  /** Words placed in memory before the run. */
  readonly words?: Readonly<Record<number, number>>;
}

export interface Step {
  readonly hart: number;
  readonly pc: number;
  readonly cycle: number;
}

function bytesOf(code: readonly Instruction[]): Uint8Array {
  const bytes: number[] = [];
  for (const item of code) {
    const [bits, size] = typeof item === 'number' ? [item, 4] : [item.half, 2];
    for (let i = 0; i < size; i++) bytes.push((bits >>> (8 * i)) & 255);
  }
  return Uint8Array.from(bytes);
}

/** lui and addi of any 32-bit value. */
export function li(rd: number, value: number): number[] {
  const low = (value << 20) >> 20;
  return [e.uType(0x37, rd, (value - low) >>> 12), e.addi(rd, rd, low)];
}

/** As the RTL of the core was measured: every fetch hits, unless the setting says otherwise. */
export function machineFor(setting: Setting): MachineApi {
  const harts = setting.harts ?? 1;
  return composeMachine(configure({ harts, set: { 'icache.ideal': true, ...setting.set } }));
}

/** The trace of a program, without its set-up, up to an endless loop behind it. */
export function stepsOf(code: readonly Instruction[], setting: Setting = {}): Step[] {
  const machine = machineFor(setting);
  const start = setting.at ?? l2 + 0x1000;
  const entry = l2 + 0x100;
  const setUp = Object.entries(setting.registers ?? {}).flatMap(([x, value]) =>
    li(Number(x), value),
  );
  // Far enough from the measured code that no hazard reaches it.
  const jump = [...li(31, start), nop, nop, e.jalr(0, 31, 0)];
  machine.write(entry, bytesOf([...setUp, ...jump]));
  const body = bytesOf(code);
  machine.write(start, body);
  machine.write(start + body.length, bytesOf([half(0xa001)])); // c.j .
  for (const [address, word] of Object.entries(setting.words ?? {})) {
    machine.write(Number(address), bytesOf([word]));
  }
  const steps: Step[] = [];
  const ended = new Set<number>();
  machine.trace((hart, pc, cycle) => {
    if (pc < l2 + 0x1000 && pc >= entry) return;
    steps.push({ hart, pc, cycle });
  });
  machine.probe(start + body.length, (hart) => ended.add(hart).size === (setting.harts ?? 1));
  machine.start(entry);
  const stop = machine.runUntil(100_000);
  if (stop.reason === 'fault') throw stop.error;
  if (stop.reason !== 'probe') throw new Error(`the program did not end: ${stop.reason}`);
  return steps;
}

/** Cost of each executed instruction of hart 0. */
export function costsOf(code: readonly Instruction[], setting: Setting = {}): number[] {
  const steps = stepsOf(code, setting).filter((step) => step.hart === 0);
  return steps.slice(1).map((step, index) => step.cycle - steps[index]!.cycle);
}
