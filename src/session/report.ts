/** The state of the whole machine for people, when a run ended badly. */
import type { HartView, MachineApi } from '../../emulator/api.js';
import { abiNames } from '../../emulator/isa/registers.js';
import { OctobarError, hex } from '../../emulator/sim/error.js';
import type { LineTable, SymbolTable } from '../loader/index.js';
import { callStack } from './calls.js';
import type { CodeReader } from './calls.js';
import { isMemory } from './images.js';

export interface ReportSources {
  readonly machine: MachineApi;
  readonly symbols: SymbolTable;
  readonly lines: LineTable;
}

/** One block of text per hart: where it is, registers, calls, last instructions, what it waits for. */
export function machineReport(sources: ReportSources, harts: number): string {
  const reader = codeReader(sources.machine);
  const blocks = Array.from({ length: harts }, (_, index) => hartReport(sources, reader, index));
  const problem = sources.lines.problem;
  return [`cycle ${sources.machine.now}`, ...blocks, ...(problem ? [problem] : [])].join('\n');
}

function hartReport(sources: ReportSources, reader: CodeReader, index: number): string {
  const hart = sources.machine.hart(index);
  const stack = callStack(reader, sources.symbols, hart.pc, hart.registers);
  const name = hart.name === undefined ? '' : ` (${hart.name})`;
  const lines = [`hart ${index}${name}: ${hart.state} at ${place(sources, hart.pc)}`];
  if (hart.waitsFor !== undefined) lines.push(`  waits for: ${hart.waitsFor}`);
  lines.push('  registers:', ...registerRows(hart));
  lines.push('  call stack:', ...stack.map((pc) => `    ${place(sources, pc)}`));
  lines.push('  last instructions:', ...hart.recent.map((pc) => `    ${instruction(sources, pc)}`));
  return lines.join('\n');
}

/** `0x1c008080 <main+0x1c> main.c:12`, as far as known. */
export function place(sources: ReportSources, pc: number): string {
  const symbol = sources.symbols.describe(pc);
  const line = sources.lines.describe(pc);
  return `${hex(pc)}${symbol ? ` <${symbol}>` : ''}${line ? ` ${line}` : ''}`;
}

function instruction(sources: ReportSources, pc: number): string {
  return `${place(sources, pc)}  ${textAt(sources.machine, pc)}`;
}

/** The instruction at an address, or why there is none. */
function textAt(machine: MachineApi, pc: number): string {
  try {
    return machine.disassemble(pc).text;
  } catch (error) {
    if (error instanceof OctobarError) return `(${error.reason})`;
    throw error;
  }
}

function registerRows(hart: HartView): string[] {
  const cells = hart.registers.map(
    (value, i) => `${abiNames[i].padStart(4)} ${hex(value).slice(2)}`,
  );
  return [0, 8, 16, 24].map((first) => `    ${cells.slice(first, first + 8).join(' ')}`);
}

/** Reads memory only where there is some: a damaged stack pointer must not cost a fault each word. */
function codeReader(machine: MachineApi): CodeReader {
  const memories = machine.map().filter((region) => isMemory(machine, region.base));
  const read = (address: number, bytes: number): DataView | undefined => {
    const at = address >>> 0;
    if (!memories.some(({ base, size }) => at >= base && at + bytes <= base + size)) {
      return undefined;
    }
    const data = machine.read(at, bytes);
    return new DataView(data.buffer, data.byteOffset, data.byteLength);
  };
  return {
    halfword: (address) => read(address, 2)?.getUint16(0, true),
    word: (address) => (address % 4 === 0 ? read(address, 4)?.getUint32(0, true) : undefined),
  };
}
