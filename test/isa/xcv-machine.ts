import type { MachineApi } from '../../emulator/api.js';
import { rows } from '../../emulator/isa/table.js';
import type { Format, Row } from '../../emulator/isa/row.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import * as e from '../lockstep/encode.js';

/** Runs words of code on one hart of the whole machine, so that what is tested is the interpreter. */
export const l2 = 0x1c000000;
export const tcdm = 0x10000000;

const bytesOf = (words: readonly number[]): Uint8Array =>
  new Uint8Array(Uint32Array.from(words).buffer);

/** lui and addi of any 32-bit value. */
export function li(rd: number, value: number): number[] {
  const low = (value << 20) >> 20;
  return [e.uType(0x37, rd, (value - low) >>> 12), e.addi(rd, rd, low)];
}

export interface Start {
  readonly registers?: Readonly<Record<number, number>>;
  /** Words by address. */
  readonly memory?: ReadonlyMap<number, readonly number[]>;
  readonly isa?: string;
}

/** The machine after `code`, which runs from L2 into a probe behind it. */
export function machineAfter(code: readonly number[], start: Start = {}): MachineApi {
  const machine = composeMachine(configure({ harts: 1, isa: start.isa ?? 'rv32imc_xcv', set: {} }));
  const setUp = Object.entries(start.registers ?? {}).flatMap(([x, value]) => li(Number(x), value));
  const all = [...setUp, ...code];
  const end = l2 + 0x100 + 4 * all.length;
  machine.write(l2 + 0x100, bytesOf([...all, e.jType(0, 0)]));
  for (const [address, words] of start.memory ?? []) machine.write(address, bytesOf(words));
  machine.probe(end, () => true);
  machine.start(l2 + 0x100);
  const stop = machine.runUntil(20_000_000);
  if (stop.reason === 'fault') throw stop.error;
  if (stop.reason !== 'probe') throw new Error(`the program did not end: ${stop.reason}`);
  return machine;
}

export const registersOf = (machine: MachineApi): readonly number[] => machine.hart(0).registers;

export const wordsAt = (machine: MachineApi, address: number, count: number): number[] => {
  const bytes = machine.read(address, 4 * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => view.getUint32(4 * index, true));
};

/** The two encodings of the same operations, and what an instruction is called in each. */
export const dialects = [
  { isa: 'rv32imc_xcv', of: (row: Row): Row => row },
  { isa: 'rv32imc_xpulpv2', of: (row: Row): Row => ({ ...row, ...row.pulp }) },
] as const;

export function rowOf(name: string, format?: Format): Row {
  const found = rows.find((row) => row.name === name && (format ?? row.format) === row.format);
  if (found === undefined) throw new Error(`no row ${name} ${format ?? ''}`);
  return found;
}

export interface Operands {
  readonly rd?: number;
  readonly rs1?: number;
  readonly rs2?: number;
  /** First immediate: Is3, six-bit immediate, bound of clip, offset, count. */
  readonly imm?: number;
  /** Second: Is2. */
  readonly second?: number;
}

/** Puts operands where the manual's encoding tables have them. */
export function encode(row: Row, o: Operands): number {
  const { rd = 0, rs1 = 0, rs2 = 0, imm = 0, second = 0 } = o;
  const registers = (rd << 7) | (rs1 << 15) | (rs2 << 20);
  switch (row.format) {
    case 'unary':
      return (row.match | (rd << 7) | (rs1 << 15)) >>> 0;
    case 'shift':
      return (row.match | (rd << 7) | (rs1 << 15) | (imm << 20)) >>> 0;
    case 'bit-field':
      return (row.match | (rd << 7) | (rs1 << 15) | (second << 20) | (imm << 25)) >>> 0;
    case 'r-shift':
      return (row.match | registers | (imm << 25)) >>> 0;
    case 'simd-signed':
    case 'simd-unsigned': {
      const six = imm & 63;
      return (row.match | (rd << 7) | (rs1 << 15) | ((six >> 1) << 20) | ((six & 1) << 25)) >>> 0;
    }
    case 'load-post':
      return (row.match | (rd << 7) | (rs1 << 15) | (imm << 20)) >>> 0;
    case 'store-post':
      return (row.match | ((imm & 31) << 7) | (rs1 << 15) | (rs2 << 20) | ((imm >> 5) << 25)) >>> 0;
    case 'branch-immediate':
      return (row.match | (e.bType(0, rs1, imm & 31, second) & ~0x7f)) >>> 0;
    case 'loop-register':
      return (row.match | registers) >>> 0;
    case 'loop-count':
    case 'loop-offset':
      return (row.match | (rd << 7) | (imm << 20)) >>> 0;
    case 'loop-setup':
    case 'loop-setup-immediate':
      return (row.match | (rd << 7) | (rs1 << 15) | (imm << 20)) >>> 0;
    default:
      return (row.match | registers) >>> 0;
  }
}
