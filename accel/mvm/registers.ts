import {
  hwpeRegisters,
  readOnly,
  readWrite,
  wordIndex,
  writeOnly,
} from '../../emulator/hwpe/index.js';
import type { HwpeRegisterMap } from '../../emulator/hwpe/index.js';
import type { Register } from '../../emulator/sim/registers.js';

const unused = 'kept as in ima_v1, has no effect';

/** One copy: programming and reading of cells. */
const shared = [
  readWrite(
    'P_START_X',
    0x20,
    'first column of the rectangle of cells to program; writing any of the four restarts the rectangle',
  ),
  readWrite('P_START_Y', 0x24, 'first row of the rectangle to program'),
  readWrite('P_WIDTH', 0x28, 'columns of the rectangle to program'),
  readWrite('P_HIGHT', 0x2c, 'rows of the rectangle to program'),
  writeOnly(
    'SUBMIT_PLOT',
    0x30,
    'next 8 weights, one nibble each, lowest nibble first; x ascends by 8, then the next row. The write that completes a row is held until the row is programmed; nibbles beyond the width are ignored',
  ),
  readWrite('PR_ADDR_X', 0xa0, 'column of the first of 8 cells to read back'),
  readWrite('PR_ADDR_Y', 0xa4, 'row of the cells to read back'),
  readOnly(
    'PR_VAL',
    0xa8,
    'reads 8 cells of array PLOT_ARRAY, lowest nibble first; cells beyond the array read 0',
  ),
  readWrite('PLOT_ARRAY', 0xe0, 'array that SUBMIT_PLOT and PR_VAL address'),
] as const;

/** One copy per context: the job. Offsets to 0x9c as in `ima_v1`, the extension from 0xac on. */
const job = [
  readWrite('J_START_X', 0x34, 'first column of cells, row tile 0'),
  readWrite('J_START_Y', 0x38, 'first row of cells, row tile 0'),
  readWrite('J_WIDTH', 0x3c, 'number of outputs of a pixel = bytes written'),
  readWrite('J_HIGHT', 0x40, 'number of inputs of row tile 0'),
  readWrite('J_SRC_ADDR', 0x44, 'TCDM address of the first input byte of the first pixel'),
  readWrite('J_DST_ADDR', 0x48, 'TCDM address of the first output byte of the first pixel'),
  readWrite('J_SRC_STRID', 0x4c, 'bytes from one source line to the next inside a block'),
  readWrite('J_DST_STRID', 0x50, `outputs of a pixel are contiguous; ${unused}`),
  readWrite(
    'ADC_LOW',
    0x54,
    'magnitude of the lower bound as in ima_v1; a write sets ADC_M and ADC_R to the slope 1 / (7 (ADC_LOW + ADC_HIGH))',
  ),
  readWrite(
    'ADC_HIGH',
    0x58,
    'magnitude of the upper bound as in ima_v1; a write acts like one to ADC_LOW',
  ),
  readWrite('FETCH_LENGTH', 0x5c, unused),
  readWrite('STORE_LENGTH', 0x60, unused),
  readWrite('JOB_LINE_LENGTH', 0x64, 'contiguous bytes of a source line'),
  readWrite(
    'JOB_FEAT_STRIDE',
    0x68,
    'bytes from the start of one block of lines to the start of the next',
  ),
  readWrite('JOB_FEAT_LENGTH', 0x6c, 'source lines of a block', { reset: 1 }),
  readWrite('NUM_JOBS', 0x70, 'pixels (MVMs per row tile) of one trigger', { reset: 1 }),
  readWrite(
    'ALPHA_IN_LENGTH',
    0x74,
    'how often the source moves on by ALPHA_IN_STRIDE before one BETA_IN_STRIDE',
  ),
  readWrite('ALPHA_IN_STRIDE', 0x78, 'signed bytes from a pixel to the next'),
  readWrite('BETA_IN_LENGTH', 0x7c, `the count of beta steps wraps here; ${unused}`),
  readWrite(
    'BETA_IN_STRIDE',
    0x80,
    'signed bytes from the pixel after ALPHA_IN_LENGTH steps to the next one',
  ),
  readWrite('ALPHA_OUT_LENGTH', 0x84, 'as ALPHA_IN_LENGTH, of the destination'),
  readWrite('ALPHA_OUT_STRIDE', 0x88, 'as ALPHA_IN_STRIDE, of the destination'),
  readWrite('BETA_OUT_LENGTH', 0x8c, `as BETA_IN_LENGTH; ${unused}`),
  readWrite('BETA_OUT_STRIDE', 0x90, 'as BETA_IN_STRIDE, of the destination'),
  readWrite('LL_MEMT', 0x94, unused),
  readWrite('FEAT_ROLL', 0x98, unused),
  readWrite('DW_MODE', 0x9c, unused),
  readWrite(
    'WEIGHT_BITS',
    0xac,
    '4: one column a weight; 8: columns x + 2c (high nibble) and x + 2c + 1 (low nibble)',
    { reset: 4 },
  ),
  readWrite('INPUT_SIGNED', 0xb0, '1: inputs are int8, 0: uint8', { reset: 1 }),
  readWrite('ADC_M', 0xb4, 'M of code = clip(sign(s) * ((|s| M + 2^(R-1)) >> R)); 0 to 2^31 - 1', {
    reset: 4080,
  }),
  readWrite(
    'ADC_R',
    0xb8,
    'R of the same, 1 to 48; the reset values map a full column of 256 rows to 127',
    { reset: 24 },
  ),
  readWrite('MUL_ADDR', 0xbc, 'TCDM address of int32 [J_WIDTH], multiplier of each output'),
  readWrite('BIAS_ADDR', 0xc0, 'TCDM address of int64 [J_WIDTH], in units of acc * mul'),
  readWrite('SHIFT', 0xc4, 'right shift s of the requantisation, 1 to 62', { reset: 1 }),
  readWrite('CLIP_LO', 0xc8, 'lower clip bound, signed', { reset: 0xffffff80 }),
  readWrite('CLIP_HI', 0xcc, 'upper clip bound, signed', { reset: 127 }),
  readWrite('ARRAY', 0xd0, 'array of row tile 0'),
  readWrite(
    'REQUANT',
    0xd4,
    '1: requantise by the tables; 0: the accumulated ADC codes, clipped to int8, are the output; 2: the accumulated codes themselves, int32, for partial sums that the harts add',
  ),
  readWrite('ROW_TILES', 0xd8, 'row tiles whose codes accumulate, 1 to 16', { reset: 1 }),
  readWrite('SRC_TILE_STRIDE', 0xdc, 'reserved, must stay 0'),
  readWrite(
    'TILE_PLACE',
    0x100,
    'row tile k = 1..15: where its cells lie; element 0 is refused, row tile 0 is J_START_X, J_START_Y, ARRAY',
    {
      count: 16,
      stride: 8,
      fields: [
        { name: 'X', lsb: 0, width: 12, meaning: 'first column' },
        { name: 'Y', lsb: 12, width: 12, meaning: 'first row' },
        { name: 'ARRAY', lsb: 24, width: 8, meaning: 'array' },
      ],
    },
  ),
  readWrite(
    'TILE_ROWS',
    0x104,
    'row tile k = 1..15: number of inputs; element 0 is refused, row tile 0 is J_HIGHT',
    {
      count: 16,
      stride: 8,
    },
  ),
] as const;

/** Where a macro's own registers lie: per context below the capability block, shared ones behind it. */
export const macroJobBase = 0x180;
export const macroJobWords = 32;
export const macroSharedBase = 0x400;

/** The register map of an MVM engine: the common one and the macro's own modes behind it. */
export function mvmRegisters(parts: {
  readonly name: string;
  readonly meaning: string;
  readonly shared?: readonly Register[];
  readonly job?: readonly Register[];
}): HwpeRegisterMap {
  const ownShared = parts.shared ?? [];
  const ownJob = parts.job ?? [];
  return hwpeRegisters({
    name: parts.name,
    meaning: parts.meaning,
    size: 0x1000,
    shared: [...shared, ...ownShared],
    job: [...job, ...ownJob],
  });
}

/** Word indices by name. */
export const P = wordIndex(shared);
/** Words of a register file that holds all shared registers. */
export const sharedWords = Math.max(...Object.values(P)) + 1;
export const J = wordIndex(job);
