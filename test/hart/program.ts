import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import {
  l2,
  li,
  machineFor,
  type Half,
  type Instruction,
  type Setting,
} from '../timing/harness.js';

/** Addresses of the platform that the programs here use. */
export const eventUnit = 0x10204000;
export const eventUnitSlow = 0x10200800;
export const timer = 0x10200400;
export const socExit = 0x1a1040a0;
export const start = l2 + 0x1000;

export const halt: Half = { half: 0xa001 };
export const wfi = 0x10500073;
export const elw = (rd: number, base: number, offset: number) => e.iType(0x0b, 3, rd, base, offset);
export const csrr = (rd: number, csr: number) => e.csr(2, rd, 0, csr);
export const csrw = (csr: number, rs1: number) => e.csr(1, 0, rs1, csr);
export const csrwi = (csr: number, value: number) => e.csr(5, 0, value, csr);
export const jump = (rd: number, offset: number) => e.jType(rd, offset);

export function bytesOf(code: readonly Instruction[]): Uint8Array {
  const bytes: number[] = [];
  for (const item of code) {
    const [bits, size] = typeof item === 'number' ? [item, 4] : [item.half, 2];
    for (let i = 0; i < size; i++) bytes.push((bits >>> (8 * i)) & 255);
  }
  return Uint8Array.from(bytes);
}

/** A machine with code at `start` (or `setting.at`) of all harts and an endless loop behind it. */
export function loaded(code: readonly Instruction[], setting: Setting = {}): MachineApi {
  const machine = machineFor(setting);
  const at = setting.at ?? start;
  machine.write(at, bytesOf([...code, halt]));
  for (const [address, value] of Object.entries(setting.words ?? {})) {
    machine.write(Number(address), bytesOf([value]));
  }
  machine.start(at);
  return machine;
}

/** Stores `code` to SoC control: the end of the run. Uses x30 and x31. */
export const exitWith = (code: number): number[] => [
  ...li(31, socExit),
  ...li(30, 0x80000000 | code | 0),
  e.sw(30, 31, 0),
];

/** Lets one hart go on behind `code`, all others skip it. Uses x29. */
export const onlyHart = (hart: number, code: readonly number[]): number[] => [
  csrr(29, 0xf14),
  e.addi(29, 29, -hart),
  e.bType(1, 29, 0, 4 * (code.length + 1)),
  ...code,
];

export function word(machine: MachineApi, address: number): number {
  const bytes = machine.read(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

/** Runs to the fault that the program must end with. */
export function faultOf(machine: MachineApi, limit = 1e6) {
  const stop = machine.runUntil(limit);
  if (stop.reason !== 'fault') throw new Error(`ended by ${stop.reason}`);
  return stop.error;
}
