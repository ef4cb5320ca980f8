import { readWrite, wordIndex } from '../../emulator/hwpe/index.js';
import { macroJobBase, mvmRegisters } from '../mvm/registers.js';

const job = [
  readWrite(
    'WEIGHT_WIDTH',
    macroJobBase,
    '0: weights as WEIGHT_BITS says; 1 to 6: output c uses so many bit columns from 4 J_START_X + c WEIGHT_WIDTH on, lowest bit first',
  ),
  readWrite(
    'ENCODING',
    macroJobBase + 4,
    "0: two's complement, 1: bipolar, each bit +-2^k; bipolar needs WEIGHT_WIDTH",
  ),
  readWrite(
    'INPUT_LEVELS',
    macroJobBase + 8,
    '0: 8-bit inputs, fed in slices; 1: each input byte is one level of the row converter, unsigned, one operation a row group',
  ),
  readWrite(
    'ADC_STEP',
    macroJobBase + 12,
    'one code of the converter in sixteenths of (input level x weight bit), 1 to 65535; 0: the full charge range, all MAC cells at the highest level',
  ),
] as const;

export const capramRegisters = mvmRegisters({
  name: 'CAPRAM',
  meaning: 'charge-domain SRAM macro behind the map of the IMA; its own modes from 0x180 on',
  job,
});

export const C = wordIndex(job);
