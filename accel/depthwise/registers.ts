import { hwpeRegisters, readWrite, wordIndex } from '../../emulator/hwpe/index.js';

const job = [
  readWrite('SRC_ADDR', 0x34, 'TCDM address of input row 0, column 0, channel 0'),
  readWrite('DST_ADDR', 0x38, 'TCDM address of output row 0, column 0, channel 0'),
  readWrite('WEIGHT_ADDR', 0x3c, 'TCDM address of int8 [9][channels], tap = 3 * row + column'),
  readWrite('IN_H', 0x40, 'input rows'),
  readWrite('IN_W', 0x44, 'input columns'),
  readWrite('CHANNELS', 0x48, 'channels, a multiple of 16'),
  readWrite('STRIDE', 0x4c, '1 or 2', { reset: 1 }),
  readWrite('OUT_H', 0x50, 'output rows'),
  readWrite('OUT_W', 0x54, 'output columns'),
  readWrite(
    'PAD_TOP',
    0x58,
    'rows of zeros above the input, 0 to 2; those below follow from the sizes',
  ),
  readWrite(
    'PAD_LEFT',
    0x5c,
    'columns of zeros left of the input, 0 to 2; those on the right follow from the sizes',
  ),
  readWrite('SRC_ROW_PITCH', 0x60, 'signed bytes from one input row to the next'),
  readWrite('SRC_PIXEL_PITCH', 0x64, 'signed bytes from one input pixel to the next'),
  readWrite('DST_ROW_PITCH', 0x68, 'signed bytes from one output row to the next'),
  readWrite('DST_PIXEL_PITCH', 0x6c, 'signed bytes from one output pixel to the next'),
  readWrite('MUL_ADDR', 0x70, 'TCDM address of int32 [channels], multiplier of each channel'),
  readWrite('BIAS_ADDR', 0x74, 'TCDM address of int64 [channels], in units of acc * mul'),
  readWrite('SHIFT', 0x78, 'right shift s of the requantisation, 1 to 62', { reset: 1 }),
  readWrite('CLIP_LO', 0x7c, 'lower clip bound, signed'),
  readWrite('CLIP_HI', 0x80, 'upper clip bound, signed', { reset: 255 }),
  readWrite('INPUT_SIGNED', 0x84, '1: inputs are int8, 0: uint8'),
  readWrite('WEIGHT_PITCH', 0x88, 'bytes from one tap to the next in the weights'),
] as const;

export const depthwiseRegisters = hwpeRegisters({
  name: 'DEPTHWISE',
  meaning: 'digital 3x3 depth-wise convolution engine; one job is one layer or one stripe of it',
  size: 0x400,
  shared: [],
  job,
});

/** Word indices by name. */
export const D = wordIndex(job);
