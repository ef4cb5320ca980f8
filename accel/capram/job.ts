import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { MvmJob } from '../mvm/job.js';
import { J, macroJobBase } from '../mvm/registers.js';
import { bitsPerCell } from './array.js';
import { C } from './registers.js';

/** The macro's own modes of a job. */
export interface CapramMode {
  /** Bits of a weight in bit columns of its own, or 0: cells of the contract. */
  readonly width: number;
  readonly bipolar: boolean;
  /** Inputs are levels of the row converter. */
  readonly levels: boolean;
  /** Sixteenths of (level x bit) that make one code; 0: the full range. */
  readonly step: number;
}

const word = (index: number): number => index - (macroJobBase >> 2);

export const modeOf = ({ own }: MvmJob): CapramMode => ({
  width: own[word(C.WEIGHT_WIDTH)],
  bipolar: own[word(C.ENCODING)] === 1,
  levels: own[word(C.INPUT_LEVELS)] === 1,
  step: own[word(C.ADC_STEP)],
});

export const maxWidth = 6;

/** Columns of 4-bit cells that weights of their own width take. */
export function ownColumns(job: JobRegisters): number | undefined {
  const width = job[C.WEIGHT_WIDTH];
  return width === 0 ? undefined : Math.ceil((job[J.J_WIDTH] * width) / bitsPerCell);
}

export function checkMode(job: JobRegisters, decoded: MvmJob): void {
  within(job, 'WEIGHT_WIDTH', maxWidth);
  within(job, 'ENCODING', 1);
  within(job, 'INPUT_LEVELS', 1);
  within(job, 'ADC_STEP', 65535);
  const { width, bipolar, levels } = modeOf(decoded);
  if (bipolar && width === 0)
    throw refuse('ENCODING is 1 without WEIGHT_WIDTH', 'set WEIGHT_WIDTH to 1 to 6');
  if (decoded.inputSigned && (levels || width !== 0))
    throw refuse(
      'INPUT_SIGNED is 1 with WEIGHT_WIDTH or INPUT_LEVELS',
      'the row converter knows levels from 0 up; fold the offset of signed inputs into the bias',
    );
}

function within(job: JobRegisters, name: keyof typeof C, high: number): void {
  const value = job[C[name]];
  if (value < 0 || value > high) throw refuse(`${name} is ${value}`, `legal: 0 to ${high}`);
}

const refuse = (reason: string, hint: string): Error => misuse(`capram: ${reason}`, -1, hint);
