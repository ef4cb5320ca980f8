import { readWrite, wordIndex } from '../../emulator/hwpe/index.js';
import { macroJobBase, mvmRegisters } from '../mvm/registers.js';

/** Thresholds between six boundaries. */
export const thresholds = 5;
/** Of normalised saliency. They halve from boundary to boundary, as the weight of the orders in question does. */
const defaults = [1, 2, 4, 8, 16] as const;

const threshold = (i: number) =>
  readWrite(
    `OSE_THRESHOLD_${i}`,
    macroJobBase + 12 + 4 * i,
    `a saliency of at least this chooses boundary ${9 - i} or below; 0 to 256, none below the one before, 256 never`,
    { reset: defaults[i] },
  );

const job = [
  readWrite(
    'BOUNDARY_MODE',
    macroJobBase,
    '0: the saliency of each output chooses its boundary; 1: BOUNDARY for all; 2: all orders digital',
  ),
  readWrite(
    'BOUNDARY',
    macroJobBase + 4,
    'lowest digital order in mode 1, 5 to 10: the four orders below go through a converter, lower ones are dropped',
    { reset: 8 },
  ),
  readWrite(
    'OSE_SHIFT',
    macroJobBase + 8,
    'normalisation, 0 to 15: saliency = min(255, |S + r| >> OSE_SHIFT), S the sum of the orders from 10 up over 2^10, r half a unit for each one of an input bit that takes part (less for a sign bit)',
  ),
  threshold(0),
  threshold(1),
  threshold(2),
  threshold(3),
  threshold(4),
  readWrite(
    'ADC_STEP',
    macroJobBase + 12 + 4 * thresholds,
    'one code of the converter in sixteenths of (input level x weight bit), 1 to 65535; 0: the full range, all rows at the highest level',
    { reset: 896 },
  ),
] as const;

export const osahcimRegisters = mvmRegisters({
  name: 'OSAHCIM',
  meaning:
    'hybrid digital and analog SRAM macro with on-the-fly saliency evaluation behind the map of the IMA; its own modes from 0x180 on',
  job,
});

export const O = wordIndex(job);
