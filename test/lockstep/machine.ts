import type { MachineApi } from '../../emulator/api.js';
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
const dataInL2 = 0x100000;

const machineTarget = (harts: number, dataBase: number): Target => ({
  codeBase: l2,
  dataBase,
  harts,
  // SoC control: bit 31 ends the run, the low bits are the code
  exitAddress: 0x1a1040a0,
  exitGood: 0x80000000,
  exitBad: 0x80000001,
});

/** Batches take turns in these. */
export const machineSettings: readonly MachineSetting[] = [
  { name: '1 hart, data in TCDM', target: machineTarget(1, tcdm) },
  { name: '8 harts, data in TCDM', target: machineTarget(8, tcdm) },
  { name: '1 hart, data in L2', target: machineTarget(1, l2 + dataInL2) },
];

/** Far beyond what a program of the generator can take, loops and L2 included. */
const cyclesPerProgram = 200_000;

/** Runs a batch on our machine, composed from the configuration as any user's is. */
export function runOnMachine(
  image: Image,
  { target }: MachineSetting,
  coverage?: Coverage,
): Outcome {
  if (image.code.length > dataInL2 || image.data.length > 512 * 1024) {
    throw new Error('the batch does not fit L2 or TCDM: make it smaller');
  }
  const machine = composeMachine(configure({ harts: target.harts, isa: 'rv32imc' }));
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
      return stop.code === 0
        ? outcome
        : { ...outcome, fault: at(machine, stop.hart, 'unexpected trap') };
    case 'fault':
      return { ...outcome, fault: { message: stop.error.message, pc: stop.error.context.pc } };
    default:
      return { ...outcome, fault: at(machine, 0, 'the batch does not end') };
  }
}

const at = (machine: MachineApi, hart: number, message: string) => ({
  message,
  pc: machine.hart(hart).pc,
});

function text(machine: MachineApi, address: number): string {
  try {
    return machine.disassemble(address).text;
  } catch (error) {
    return `(${(error as Error).message.split('\n')[0]})`;
  }
}
