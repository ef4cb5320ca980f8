import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import type { Outcome } from './compare.js';
import type { Coverage } from './coverage.js';
import { codeFor, type Image, type Target } from './image.js';

export interface MachineSetting {
  readonly name: string;
  readonly target: Target;
}

const tcdm = 0x10000000;
const l2 = 0x1c000000;
/** Between code and data where they share a memory; the rest of the TCDM must hold the data. */
const room = 0x48000;
const tcdmBytes = 512 * 1024;

const machineTarget = (harts: number, codeBase: number, dataBase: number): Target => ({
  codeBase,
  dataBase,
  harts,
  // SoC control: bit 31 ends the run, the low bits are the code
  exitAddress: 0x1a1040a0,
  exitGood: 0x80000000,
  exitBad: 0x80000001,
});

/** Batches take turns in these. */
export const machineSettings: readonly MachineSetting[] = [
  { name: '1 hart, code in L2, data in TCDM', target: machineTarget(1, l2, tcdm) },
  { name: '8 harts, code in L2, data in TCDM', target: machineTarget(8, l2, tcdm) },
  { name: '1 hart, code and data in L2', target: machineTarget(1, l2, l2 + room) },
  { name: '8 harts, code and data in TCDM', target: machineTarget(8, tcdm, tcdm + room) },
];

/** Far beyond what a program of the generator can take, loops and L2 included. */
const cyclesPerProgram = 200_000;

/** Runs a batch on our machine, composed from the configuration as any user's is. */
export function runOnMachine(
  image: Image,
  { target }: MachineSetting,
  coverage?: Coverage,
  set: Settings = {},
): Outcome {
  if (image.code.length > room || image.data.length > tcdmBytes - room) {
    throw new Error(`a batch of ${image.programs.length} programs does not fit: make it smaller`);
  }
  const machine = composeMachine(configure({ harts: target.harts, isa: 'rv32imc', set }));
  machine.write(target.codeBase, codeFor(image, target));
  machine.write(target.dataBase, image.data);
  if (coverage) {
    coverage.begin(image, target.codeBase);
    machine.trace((_hart, pc) => coverage.visit(pc));
  }
  machine.start(target.codeBase);
  const stop = machine.runUntil(cyclesPerProgram * image.programs.length);
  coverage?.end(image);
  const outcome = {
    code: machine.read(target.codeBase, image.code.length),
    data: machine.read(target.dataBase, image.data.length),
    disassembly: (base: number) => (offset: number) =>
      text(machine, target.codeBase + base + offset),
  };
  switch (stop.reason) {
    case 'exit':
      if (stop.code === 0) return outcome;
      return { ...outcome, fault: faultAt(machine, stop.hart, 'an exception nobody asked for') };
    case 'fault':
      return {
        ...outcome,
        fault: faultAt(machine, stop.error.context.hart ?? 0, stop.error.reason),
      };
    default:
      return { ...outcome, fault: faultAt(machine, 0, 'the batch does not end') };
  }
}

const faultAt = (machine: MachineApi, hart: number, message: string) => ({
  message,
  hart,
  pc: machine.hart(hart).pc,
});

function text(machine: MachineApi, address: number): string {
  try {
    return machine.disassemble(address).text;
  } catch (error) {
    return `(${(error as Error).message.split('\n')[0]})`;
  }
}
