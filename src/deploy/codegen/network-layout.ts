/**
 * The network image: how the tool hands a whole network to the prebuilt runner, and the structs that
 * generated C fills in.
 *
 * It is a data-only ELF that lies in L2 from `networkImage.base` on, starting with `net_image`. Layer
 * groups run one after the other. All that a group needs besides activations and streamed weights
 * (its steps, layer structs, requantisation tables, depth-wise weights) is one contiguous blob that one
 * DMA transfer brings into the TCDM while the group before it runs; pointers inside a blob are the TCDM
 * addresses it is brought to. Every field is a 32-bit little-endian word.
 */
import type { ImageField, ImageStruct } from '../image-layout.js';

const word = (name: string, meaning: string): ImageField => ({ name, kind: 'word', meaning });
const pointer = (name: string, meaning: string): ImageField => ({ name, kind: 'pointer', meaning });

/** A step of a group: what hart 0 does next. */
export interface StepRow {
  readonly name: string;
  readonly meaning: string;
  /** Arguments behind the layer, in order; the C function of the runtime takes them in this order. */
  readonly args: readonly string[];
  /** Whether the first operand is a layer struct. */
  readonly layer: boolean;
}

export const networkSteps = [
  {
    name: 'copy_in',
    meaning: 'starts a DMA transfer from L2 to the TCDM; the slot names it',
    layer: false,
    args: ['slot', 'l2', 'tcdm', 'bytes'],
  },
  {
    name: 'copy_out',
    meaning: 'starts a DMA transfer from the TCDM to L2',
    layer: false,
    args: ['slot', 'l2', 'tcdm', 'bytes'],
  },
  { name: 'wait', meaning: 'sleeps until the transfer is done', layer: false, args: ['slot'] },
  {
    name: 'move',
    meaning: 'all harts move rows inside the TCDM that the next stripe needs again',
    layer: false,
    args: ['to', 'from', 'bytes'],
  },
  {
    name: 'program',
    meaning: 'programs rectangles of cells of weights that are not resident',
    layer: false,
    args: ['plots', 'count'],
  },
  {
    name: 'array',
    meaning: 'a 1x1 convolution of `pixels` pixels on crossbars, some of its column tiles',
    layer: true,
    args: ['in', 'out', 'pixels', 'first_tile', 'tiles'],
  },
  {
    name: 'array_start',
    meaning: 'the same, but does not wait: harts work on something else meanwhile',
    layer: true,
    args: ['in', 'out', 'pixels', 'first_tile', 'tiles'],
  },
  {
    name: 'array_finish',
    meaning: 'sleeps until the layer that was started is done',
    layer: true,
    args: [],
  },
  {
    name: 'depthwise',
    meaning: 'rows of a 3x3 depth-wise convolution on the engine',
    layer: true,
    args: ['in', 'out', 'in_rows', 'out_rows', 'pad_top'],
  },
  {
    name: 'depthwise_harts',
    meaning: 'the same on the harts',
    layer: true,
    args: ['in', 'out', 'in_rows', 'out_rows', 'pad_top'],
  },
  {
    name: 'convolution',
    meaning: 'rows of a 3x3 convolution with few input channels on the harts',
    layer: true,
    args: ['in', 'out', 'in_rows', 'out_rows', 'pad_top'],
  },
  {
    name: 'convolution_rgb',
    meaning: 'the same over three channels; weights are conv3x3_rgb_channel_t [cols]',
    layer: true,
    args: ['in', 'out', 'in_rows', 'out_rows', 'pad_top'],
  },
  {
    name: 'windows',
    meaning: 'gathers the windows of output rows of a convolution, one behind the other',
    layer: true,
    args: ['in', 'to', 'in_rows', 'out_rows', 'pad_top'],
  },
  {
    name: 'products',
    meaning:
      'some outputs of `pixels` windows or pixels on the harts; weights are those of the slice',
    layer: true,
    args: ['in', 'out', 'pixels', 'weights', 'first_col', 'cols'],
  },
  {
    name: 'linear',
    meaning: 'some outputs of a single pixel on the harts; weights are those of the slice',
    layer: true,
    args: ['in', 'out', 'weights', 'first_col', 'cols'],
  },
  {
    name: 'add',
    meaning: 'residual addition on the harts',
    layer: true,
    args: ['a', 'b', 'out', 'count'],
  },
  {
    name: 'pool',
    meaning: 'output rows of an average pooling on the harts',
    layer: true,
    args: ['in', 'out', 'out_rows'],
  },
  {
    name: 'show',
    meaning: 'shows rows of the tensor of a layer: an empty function that the tool watches',
    layer: true,
    args: ['data', 'first_and_count', 'pitch'],
  },
] as const satisfies readonly StepRow[];

export type StepName = (typeof networkSteps)[number]['name'];

export const stepArguments = 6;

export const networkImage = {
  base: 0x1c080000,
  magic: 0x54454e4f,
  version: 5,
  /** DMA transfers that may be under way at once. */
  slots: 10,
  structs: [
    {
      name: 'net_image',
      meaning: 'header of the image, at its base',
      fields: [
        word('magic', "'ONET'"),
        word('version', 'layout version'),
        word('tcdm_from', 'first TCDM address that the plan uses'),
        word('tcdm_end', 'one behind the last'),
        word('plan', 'digest of all steps: generated C runs only with the data it was made for'),
        word('n_groups', 'layer groups, run one after the other'),
        pointer('groups', 'net_group [n_groups]'),
      ],
    },
    {
      name: 'net_group',
      meaning: 'layers that run together, stripe after stripe',
      fields: [
        pointer('blob', 'in L2'),
        word('bytes', 'of the blob'),
        word('to', 'TCDM address of the blob'),
        word('steps', 'TCDM address of its steps'),
        word('n_steps', 'number of steps'),
      ],
    },
    {
      name: 'net_step',
      meaning: 'one step',
      fields: [
        word('kind', 'NET_STEP_...'),
        pointer('layer', 'net_layer in the TCDM, 0 for steps without one'),
        ...Array.from({ length: stepArguments }, (_, i) => word(`arg${i}`, 'see NET_STEP_...')),
      ],
    },
    {
      name: 'net_layer',
      meaning: 'what does not change from stripe to stripe',
      fields: [
        word('number', 'position in the network'),
        word('corev', '1: the harts have CORE-V and the tables fit its kernels'),
        word('rows', 'inputs of one output, on the harts filled up to a multiple of 4'),
        word('cols', 'output channels'),
        word('in_signed', '1: input bytes are int8, 0: uint8'),
        word('in_w', 'input columns'),
        word('in_c', 'input channels'),
        word('out_w', 'output columns'),
        word('window_h', 'rows of the window'),
        word('window_w', 'columns of the window'),
        word('stride', 'rows and columns from window to window'),
        word('pad_left', 'columns of zeros on the left'),
        pointer('weights', 'int8, resident beside the tables, or 0'),
        pointer('mul', 'int32 [cols], for engines and scalar kernels'),
        pointer('bias', 'int64 [cols]'),
        word('shift', 'right shift; of an addition too'),
        word('lo', 'lower clip bound'),
        word('hi', 'upper clip bound'),
        pointer('channels', 'requant_xcv_channel_t [cols], for the kernels with CORE-V, or 0'),
        word('shift31', 'shift of requant_xcv_t'),
        word('range', 'range of requant_xcv_t'),
        word('lo4', 'lo4 of requant_xcv_t'),
        word('mul_a', 'multiplier of the first operand of an addition'),
        word('mul_b', 'multiplier of the second'),
        pointer('tiles', 'ima_tile_t: column tiles with their row tiles'),
        word('weight_bits', 'of the crossbars: 4 or 8'),
        word('adc_m', 'M of the column converter'),
        word('adc_r', 'R of the column converter, 0: ideal'),
        pointer('scratch', 'work space of the harts'),
        word('scratch_bytes', 'for each hart'),
        word('out_bytes', 'of one output: 1, or 4 for logits'),
      ],
    },
    {
      name: 'net_plot',
      meaning:
        'a rectangle of cells in L2: height rows of ceil(width / 8) words, lowest nibble first',
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
