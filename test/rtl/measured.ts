import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { tcdm } from './layout.js';
import type { Program } from './program.js';
import type { MachineApi } from '../../emulator/api.js';
import { Random } from '../lockstep/random.js';

/** A program of `fixtures/rtl` and what the RTL took for it. */
export interface Measured {
  readonly name: string;
  readonly harts: number;
  readonly banks: number;
  readonly entry: number;
  /** Seed of the window of data, which is not stored. */
  readonly data: number;
  /** Address, place in the file of all bytes, and length of each segment. */
  readonly segments: readonly (readonly [address: number, at: number, length: number])[];
  /** Cycles from the first instruction of hart 0 to the store that ends the run. */
  readonly cycles: number;
  /** Of each hart: instructions that retire, and a hash over the place and the cycle of each of them. */
  readonly traces: readonly { readonly retired: number; readonly hash: number }[];
  /** Hash of the first 64 kB of the TCDM at the end. */
  readonly memory: number;
}

/** FNV-1a over 32-bit words. */
export class Hash {
  value = 0x811c9dc5;

  add(word: number): void {
    this.value = Math.imul(this.value ^ (word >>> 16), 0x01000193);
    this.value = Math.imul(this.value ^ (word & 0xffff), 0x01000193) >>> 0;
  }

  static of(bytes: Uint8Array): number {
    const hash = new Hash();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 4 <= bytes.length; at += 4) hash.add(view.getUint32(at, true));
    return hash.value;
  }
}

const words = 0x800;
export const dataAddress = tcdm + 0x10000 - 2 * words;

/** The window of data that every program starts with. */
export function dataOf(seed: number): Uint8Array {
  const random = new Random(seed);
  return new Uint8Array(Uint32Array.from({ length: words }, () => random.word()).buffer);
}

export const comparedBytes = 0x10000;

export interface Traced {
  readonly cycles: number;
  readonly traces: readonly { readonly retired: number; readonly hash: number }[];
  readonly memory: number;
}

/** Environment calls, breakpoints and illegal words leave decode but do not retire. */
const retires = (text: string): boolean => !/^(ecall|ebreak|c\.ebreak|\.insn)/.test(text);

/** Runs a program on our machine up to its end. */
export function runMeasured(machine: MachineApi, program: Program): Traced {
  for (const { address, bytes } of program.segments) machine.write(address, bytes);
  const hashes = Array.from({ length: program.harts }, () => new Hash());
  const counts = hashes.map(() => 0);
  const silent = new Map<number, boolean>();
  let first = -1;
  let last = 0;
  machine.trace((hart, pc, cycle) => {
    if (first < 0) first = cycle;
    last = Math.max(last, cycle);
    let isSilent = silent.get(pc);
    if (isSilent === undefined) {
      isSilent = !retires(machine.disassemble(pc).text);
      silent.set(pc, isSilent);
    }
    if (isSilent) return;
    counts[hart]!++;
    hashes[hart]!.add(pc);
    hashes[hart]!.add(cycle - first);
  });
  machine.start(program.entry);
  const stop = machine.runUntil(100_000);
  if (stop.reason === 'fault') throw stop.error;
  if (stop.reason !== 'exit') throw new Error(`the program did not end: ${stop.reason}`);
  return {
    cycles: last - first,
    traces: hashes.map(({ value }, hart) => ({ retired: counts[hart]!, hash: value })),
    memory: Hash.of(machine.read(tcdm, comparedBytes)),
  };
}

const folder = new URL('../../fixtures/rtl/', import.meta.url);

/** All measured programs, with their bytes. */
export function readMeasured(): { readonly entry: Measured; readonly program: Program }[] {
  const entries = JSON.parse(readFileSync(new URL('measured.json', folder), 'utf8')) as Measured[];
  const bytes = gunzipSync(readFileSync(new URL('programs.bin.gz', folder)));
  return entries.map((entry) => ({
    entry,
    program: {
      harts: entry.harts,
      entry: entry.entry,
      segments: [
        ...entry.segments.map(([address, at, length]) => ({
          address,
          bytes: new Uint8Array(bytes.subarray(at, at + length)),
        })),
        { address: dataAddress, bytes: dataOf(entry.data) },
      ],
    },
  }));
}
