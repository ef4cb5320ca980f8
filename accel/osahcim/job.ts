import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { MvmJob } from '../mvm/job.js';
import { macroJobBase } from '../mvm/registers.js';
import { O, thresholds } from './registers.js';

/** Boundaries that the macro can choose, and the one of a product without analog orders. */
export const boundaries = { lowest: 5, highest: 10, digital: 0 } as const;

/** The macro's own modes of a job. */
export interface OsaMode {
  readonly saliency: boolean;
  /** Boundary of all outputs where saliency does not choose. */
  readonly fixed: number;
  readonly shift: number;
  readonly thresholds: readonly number[];
  /** Sixteenths of (level x bit) that make one code; 0: the full range. */
  readonly step: number;
}

const word = (index: number): number => index - (macroJobBase >> 2);

export function modeOf({ own }: MvmJob): OsaMode {
  const mode = own[word(O.BOUNDARY_MODE)];
  const first = word(O.OSE_THRESHOLD_0);
  return {
    saliency: mode === 0,
    fixed: mode === 1 ? own[word(O.BOUNDARY)] : boundaries.digital,
    shift: own[word(O.OSE_SHIFT)],
    thresholds: Array.from(own.slice(first, first + thresholds)),
    step: own[word(O.ADC_STEP)],
  };
}

/** The more salient, the lower the boundary, the more orders are digital. */
export function chosenBoundary(saliency: number, mode: OsaMode): number {
  let boundary: number = boundaries.highest;
  for (const threshold of mode.thresholds) if (saliency >= threshold) boundary--;
  return boundary;
}

export function checkMode(job: JobRegisters): void {
  const within = (name: keyof typeof O, low: number, high: number): void => {
    const value = job[O[name]];
    if (value < low || value > high)
      throw misuse(`osahcim: ${name} is ${value}`, -1, `legal: ${low} to ${high}`);
  };
  within('BOUNDARY_MODE', 0, 2);
  within('BOUNDARY', boundaries.lowest, boundaries.highest);
  within('OSE_SHIFT', 0, 15);
  within('ADC_STEP', 0, 65535);
  for (let i = 0; i < thresholds; i++) {
    const before = i === 0 ? 0 : job[O.OSE_THRESHOLD_0 + i - 1];
    const value = job[O.OSE_THRESHOLD_0 + i];
    if (value < before || value > 256)
      throw misuse(`osahcim: OSE_THRESHOLD_${i} is ${value}`, -1, `legal: ${before} to 256`);
  }
}
