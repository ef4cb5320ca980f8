import { hwpeRegisters, readWrite, wordIndex } from '../../emulator/hwpe/registers.js';

const job = [
  readWrite('SRC_ADDR', 0x34, 'TCDM address of the first byte'),
  readWrite('LENGTH', 0x38, 'number of bytes, 1 to 65536'),
  readWrite('DST_ADDR', 0x3c, 'TCDM address of the 32-bit result'),
] as const;

export const exampleRegisters = hwpeRegisters({
  name: 'EXAMPLE',
  meaning: 'tutorial engine: sum of bytes',
  size: 0x400,
  shared: [],
  job,
});

/** Word indices by name. */
export const E = wordIndex(job);
