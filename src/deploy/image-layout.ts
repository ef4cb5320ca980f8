/**
 * The block image: how the tool hands one bottleneck to the prebuilt firmware application.
 *
 * It is a data-only ELF whose one segment lies in L2 from `blockImage.base` on, starting with
 * the struct `bn_image`. Every field is one 32-bit little-endian word; a `pointer` is a guest
 * address inside the image (0 = absent). The C header of the application is generated from
 * this table, the writer in this folder and the tool's reader index it.
 */
export interface ImageField {
  readonly name: string;
  readonly kind: 'word' | 'pointer';
  readonly meaning: string;
}

export interface ImageStruct {
  readonly name: string;
  readonly meaning: string;
  readonly fields: readonly ImageField[];
}

const word = (name: string, meaning: string): ImageField => ({ name, kind: 'word', meaning });
const pointer = (name: string, meaning: string): ImageField => ({ name, kind: 'pointer', meaning });

/** q = clip((acc * mul[c] + bias[c] + 2^(shift-1)) >> shift, lo, hi), 64-bit inside, 1 <= shift <= 62. */
const requantisation = [
  pointer('mul', 'int32 [channels], multiplier of each output channel'),
  pointer('bias', 'int64 [channels], little endian, in units of acc * mul'),
  word('shift', 'right shift s'),
  word('lo', 'lower clip bound'),
  word('hi', 'upper clip bound'),
];

/** ADC of a column sum s: code = clip(sign(s) * ((|s| M + 2^(R-1)) >> R), -128, 127). */
const converter = [
  word('adc_m', 'M of the column converter, when the layer runs on the IMA'),
  word('adc_r', 'R of the column converter'),
];

const tiles = [
  word('n_tiles', 'number of column tiles on the IMA, 0 when the layer does not run there'),
  pointer('tiles', 'bn_tile [n_tiles]'),
];

export const blockImage = {
  base: 0x1c080000,
  magic: 0x4b4e424f,
  version: 2,
  mappings: ['cores', 'pulp-nn', 'best', 'ima-cores', 'ima-only', 'ima-dw'],
  structs: [
    {
      name: 'bn_image',
      meaning: 'header of the image, at its base',
      fields: [
        word('magic', "'OBNK'"),
        word('version', 'layout version'),
        word('mapping', 'index into the list of mappings'),
        word(
          'weight_bits',
          'of the pointwise layers: 4, or 8 = two 4-bit columns a weight; depth-wise weights always have 8',
        ),
        word('ideal', '1: converters are ideal (code = column sum), adc_m and adc_r unused'),
        word('in_h', 'input height'),
        word('in_w', 'input width'),
        word('in_c', 'input channels'),
        word('hidden_c', 'channels after expansion; in_c when there is none'),
        word('out_h', 'output height'),
        word('out_w', 'output width'),
        word('out_c', 'output channels'),
        word('stride', '1 or 2 of the depth-wise layer'),
        word(
          'pad_top',
          'rows of zero padding above (TF SAME: 1 at stride 1, 0 at stride 2 and even size)',
        ),
        word('pad_left', 'columns of zero padding on the left'),
        pointer('input', 'int8 [in_h][in_w][in_c]'),
        pointer('output', 'int8 [out_h][out_w][out_c], written by the firmware'),
        pointer('expand', 'bn_pointwise, 0 when the block has no expansion (block 0)'),
        pointer('depthwise', 'bn_depthwise'),
        pointer('project', 'bn_pointwise'),
        pointer('residual', 'bn_residual, 0 when the block has none'),
        word('n_plots', 'rectangles of cells to program before the run'),
        pointer('plots', 'bn_plot [n_plots]'),
      ],
    },
    {
      name: 'bn_pointwise',
      meaning: 'a 1x1 convolution; input [pixel][rows], output [pixel][cols]',
      fields: [
        word('rows', 'input channels'),
        word('cols', 'output channels'),
        word('in_signed', '1: input bytes are int8, 0: uint8'),
        word('out_signed', '1: output bytes are int8, 0: uint8'),
        pointer('weights', 'int8 [cols][rows] when the harts compute it, else 0'),
        ...requantisation,
        ...converter,
        ...tiles,
      ],
    },
    {
      name: 'bn_depthwise',
      meaning: 'a 3x3 depth-wise convolution, uint8 in (int8 when block 0) and uint8 out',
      fields: [
        word('channels', 'a multiple of 16'),
        word('in_signed', '1: input bytes are int8, 0: uint8'),
        word('out_signed', '1: output bytes are int8, 0: uint8'),
        pointer(
          'weights',
          'int8 [9][channels], tap = 3 * row + column, for harts and engine, else 0',
        ),
        ...requantisation,
        ...converter,
        ...tiles,
      ],
    },
    {
      name: 'bn_tile',
      meaning:
        'outputs that one trigger computes: a column tile of a pointwise layer, or for a depth-wise layer one block-diagonal group of channels (rows = 9 taps x cols, tap-major)',
      fields: [
        word('first_col', 'first output channel'),
        word('cols', 'number of outputs'),
        word('n_row_tiles', '1 to 16, consecutive jobs that accumulate'),
        pointer('row_tiles', 'bn_row_tile [n_row_tiles]'),
      ],
    },
    {
      name: 'bn_row_tile',
      meaning:
        'a rectangle of cells that holds one tile; with 8-bit weights output c uses columns x + 2c (high part) and x + 2c + 1 (low part)',
      fields: [
        word('first_row', 'first input of the layer in this tile'),
        word('rows', 'inputs in this tile'),
        word('array', 'crossbar'),
        word('x', 'first column of cells'),
        word('y', 'first row of cells'),
      ],
    },
    {
      name: 'bn_residual',
      meaning:
        'q = clip((skip * mul_skip + branch * mul_branch + 2^(shift-1)) >> shift, lo, hi), int8 in and out',
      fields: [
        word('mul_skip', 'multiplier of the block input, at most 20 bits'),
        word('mul_branch', 'multiplier of the projection, at most 20 bits'),
        word('shift', '1 to 30'),
        word('lo', 'lower clip bound'),
        word('hi', 'upper clip bound'),
      ],
    },
    {
      name: 'bn_plot',
      meaning:
        'a rectangle of cells to program: height rows of ceil(width / 8) words, lowest nibble first',
      fields: [
        word('array', 'crossbar'),
        word('x', 'first column of cells, a multiple of 8'),
        word('y', 'first row of cells'),
        word('width', 'columns of cells'),
        word('height', 'rows of cells'),
        pointer('data', 'uint32 [height][ceil(width / 8)]'),
      ],
    },
  ] satisfies ImageStruct[],
} as const;

/**
 * After each layer of each stripe hart 0 calls the empty function `bn_probe_tensor(id, data, rows, pitch)`:
 * a0 = tensor, a1 = address of the first valid byte of row `first`, a2 = first | count << 16, a3 = bytes from
 * one row to the next. The tool reads the bytes there through the back door and compares each of them.
 */
export const probedTensors = ['expand', 'depthwise', 'project', 'output'] as const;
