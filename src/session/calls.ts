/**
 * Call stacks without debug data: return addresses found on the stack, kept only where the call
 * before them leads to the function below. Exact for compiled C that calls directly; a function
 * reached by a tail call hides its caller.
 */
import type { SymbolTable } from '../loader/index.js';

/** Reads a halfword of code or a word of the stack; undefined where there is no memory. */
export interface CodeReader {
  halfword(address: number): number | undefined;
  word(address: number): number | undefined;
}

const deepest = 16;
const stackWords = 512;
const ra = 1;
const sp = 2;

/** Places from the innermost call outwards, the pc first. */
export function callStack(
  reader: CodeReader,
  symbols: SymbolTable,
  pc: number,
  registers: readonly number[],
): number[] {
  const frames = [pc];
  const accept = (address: number): void => {
    const call = callBefore(reader, address);
    const callee = symbols.at(frames[frames.length - 1]);
    const caller = symbols.at(address);
    if (!call || !callee || !caller) return;
    // A call through a pointer fits any callee; inside one function it is one that has returned.
    const fits = call.target === undefined ? caller !== callee : call.target === callee.address;
    if (fits) frames.push(address);
  };
  accept(registers[ra]);
  for (let i = 0; i < stackWords && frames.length < deepest; i++) {
    const word = reader.word(registers[sp] + 4 * i);
    if (word === undefined) break;
    if (word !== frames[frames.length - 1]) accept(word);
  }
  return frames;
}

/** The call whose return address this is; `target` is undefined for a call through a pointer. */
function callBefore(reader: CodeReader, address: number): { target?: number } | undefined {
  if (address % 2 !== 0 || address < 8) return undefined;
  const low = reader.halfword(address - 4);
  const high = reader.halfword(address - 2);
  if (low === undefined || high === undefined) return undefined;
  const instruction = (low | (high << 16)) >>> 0;
  const rd = (instruction >>> 7) & 31;
  if ((low & 3) === 3 && rd === ra) {
    if ((instruction & 0x7f) === 0x6f)
      return { target: (address - 4 + jalOffset(instruction)) >>> 0 };
    if ((instruction & 0x707f) === 0x67) return farCall(reader, address, instruction);
  }
  if ((high & 0xe003) === 0x2001) return { target: (address - 2 + cjalOffset(high)) >>> 0 };
  // c.jalr: funct4 1001, rs1 not zero, rs2 zero.
  if ((high & 0xf07f) === 0x9002 && (high & 0xf80) !== 0) return {};
  return undefined;
}

/** auipc ra / jalr ra, n(ra) names its target; any other jalr goes through a pointer. */
function farCall(reader: CodeReader, address: number, jalr: number): { target?: number } {
  const low = reader.halfword(address - 8);
  const high = reader.halfword(address - 6);
  if (low === undefined || high === undefined || ((jalr >>> 15) & 31) !== ra) return {};
  const auipc = (low | (high << 16)) >>> 0;
  if ((auipc & 0xfff) !== (0x17 | (ra << 7))) return {};
  return { target: (address - 8 + (auipc & 0xfffff000) + ((jalr | 0) >> 20)) >>> 0 };
}

function jalOffset(instruction: number): number {
  const sign = (instruction | 0) >> 31;
  return (
    (sign << 20) |
    (instruction & 0xff000) |
    ((instruction >>> 9) & 0x800) |
    ((instruction >>> 20) & 0x7fe) |
    0
  );
}

/** imm[11|4|9:8|10|6|7|3:1|5] in bits 12 to 2. */
function cjalOffset(half: number): number {
  const bit = (from: number, to: number): number => ((half >>> from) & 1) << to;
  const offset =
    bit(12, 11) |
    bit(11, 4) |
    bit(10, 9) |
    bit(9, 8) |
    bit(8, 10) |
    bit(7, 6) |
    bit(6, 7) |
    (((half >>> 3) & 7) << 1) |
    bit(2, 5);
  return (offset << 20) >> 20;
}
