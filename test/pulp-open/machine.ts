import { readFileSync } from 'node:fs';
import type { MachineApi } from '../../emulator/api.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import { bytesOf, exitWith, faultOf, start } from '../hart/program.js';
import * as e from '../lockstep/encode.js';
import { openElf } from '../machine/elf.js';
import { li, type Instruction } from '../timing/harness.js';

/** The machine of preset `pulp-open`: harts 0 to 7 are the cluster, hart 8 the controller. */
export const controller = 8;
export const image = new URL('../../fixtures/pulp-open/boot.elf', import.meta.url);

type Set = Readonly<Record<string, string | number | boolean>>;

export function pulpOpen(set: Set = {}): MachineApi {
  return composeMachine(configure({ preset: 'pulp-open', set }));
}

/** The prebuilt program of `fixtures/pulp-open`, ready to run. */
export function booting(set: Set = {}): MachineApi {
  const machine = pulpOpen(set);
  const elf = openElf(readFileSync(image));
  for (const { address, bytes } of elf.segments) machine.write(address, bytes);
  machine.start(elf.entry);
  return machine;
}

/** Where the programs of `forHart` begin for the cluster. */
export const clusterStart = start + 0x880;

/** `code` for the controller, or for hart 0, which the controller starts; every fetch hits. */
export function forHart(
  who: 'controller' | 'cluster',
  code: readonly Instruction[],
  set: Set = {},
): MachineApi {
  const machine = pulpOpen({ 'icache.ideal': true, ...set });
  machine.write(start, bytesOf(who === 'controller' ? [...code, ...exitWith(0)] : startCluster));
  machine.write(clusterStart, bytesOf([...code, ...exitWith(0)]));
  machine.start(start);
  return machine;
}

const control = 0x10200000;
const wfi = 0x10500073;

/** Boot address and fetch enable of hart 0, then sleep. */
export const startCluster: readonly number[] = [
  ...li(28, control),
  ...li(29, clusterStart),
  e.sw(29, 28, 0x40),
  e.addi(29, 0, 1),
  e.sw(29, 28, 8),
  wfi,
  e.jType(0, -4),
];

export const faultIn = (
  who: 'controller' | 'cluster',
  code: readonly Instruction[],
): ReturnType<typeof faultOf> => faultOf(forHart(who, code));

/** Registers of a hart after `code`. */
export function registersAfter(
  who: 'controller' | 'cluster',
  code: readonly Instruction[],
  set: Set = {},
): readonly number[] {
  const machine = forHart(who, code, set);
  const stop = machine.runUntil(100_000);
  if (stop.reason === 'fault') throw stop.error;
  if (stop.reason !== 'exit') throw new Error(`the run ended by ${stop.reason}`);
  return machine.hart(who === 'controller' ? controller : 0).registers;
}
