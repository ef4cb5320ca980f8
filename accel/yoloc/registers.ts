import { readWrite, wordIndex } from '../../emulator/hwpe/index.js';
import { macroJobBase, mvmRegisters } from '../mvm/registers.js';

const job = [
  readWrite(
    'ADC_STEP',
    macroJobBase,
    'one code of the converter in sixteenths of a one-bit product, 1 to 65535; 0: the full range, all rows',
    { reset: 16 },
  ),
] as const;

export const yolocRegisters = mvmRegisters({
  name: 'YOLOC',
  meaning:
    'ROM and SRAM arrays that compute in place, behind the map of the IMA; arrays from ARRAYS of the capability block up are ROM; its own modes from 0x180 on',
  job,
});

export const Y = wordIndex(job);
