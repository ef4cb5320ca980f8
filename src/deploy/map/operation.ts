/** Which step of the runtime computes a layer on a target. */
import { OctobarError } from '../../../emulator/sim/error.js';
import type { PlannedConvolution, PlannedDepthwise, PlannedLayer } from '../graph/network-plan.js';
import { isPoint, type Window } from '../graph/tensor.js';
import { rgbChannels } from '../codegen/rgb-channels.js';
import type { NetworkShape } from './network-shape.js';
import type { Target } from './target.js';

export type Operation =
  | 'array'
  | 'depthwise'
  | 'depthwise_harts'
  /** All weights resident, 3x3. */
  | 'convolution'
  /** The same over three channels, with requantisation within 32 bits. */
  | 'convolution_rgb'
  /** Pixels or gathered windows times slices of weights. */
  | 'products'
  /** One pixel times slices of weights. */
  | 'linear'
  | 'add'
  | 'pool';

/** The part of the machine that a step keeps busy. */
export type Unit = 'ima' | 'depthwise' | 'harts' | 'dma';

export const unitOf = (operation: Operation): Unit =>
  operation === 'array' ? 'ima' : operation === 'depthwise' ? 'depthwise' : 'harts';

/** Weights of a convolution on the harts that stay in the TCDM beside its tables. */
const mostResidentWeights = 16_384;
const engineChannels = 16;

const refuse = (layer: PlannedLayer, reason: string): OctobarError =>
  new OctobarError('image', `layer ${layer.name} cannot run on this cluster: ${reason}`, {
    hint: 'the runtime has 1x1 and k x k convolutions with equal strides, 3x3 depth-wise layers with stride 1 or 2, additions, and pooling without padding',
  });

/** @throws OctobarError `image` naming the layer when the runtime has no kernel for it */
export function operationOf(layer: PlannedLayer, shape: NetworkShape, target: Target): Operation {
  switch (layer.kind) {
    case 'add':
      if (layer.output.kind !== 'int8' || layer.inputs.some((name) => !shape.signed(name)))
        throw refuse(layer, 'an addition has int8 operands and an int8 result');
      return 'add';
    case 'average-pool':
      if (layer.window.strideY !== layer.window.strideX) throw refuse(layer, 'its strides differ');
      return 'pool';
    case 'depthwise':
      return depthwiseOperation(layer, target);
    case 'convolution':
      return convolutionOperation(layer, shape, target);
  }
}

function depthwiseOperation(layer: PlannedDepthwise, target: Target): Operation {
  const w = layer.window;
  if (!is3x3(w) || w.strideY !== w.strideX || w.strideY > 2 || w.padLeft > 1 || w.padTop > 1)
    throw refuse(layer, 'its window is not 3x3 with stride 1 or 2 and padding 0 or 1');
  const fits = layer.unit === 'depthwise' && layer.output.channels % engineChannels === 0;
  return fits && target.depthwiseEngine ? 'depthwise' : 'depthwise_harts';
}

function convolutionOperation(
  layer: PlannedConvolution,
  shape: NetworkShape,
  target: Target,
): Operation {
  const { window, output } = layer;
  if (layer.unit === 'array') {
    if (target.arrays === undefined)
      throw refuse(layer, 'it is mapped on crossbars and the machine has none');
    return 'array';
  }
  const input = shape.tensor(layer.inputs[0]!);
  const covers =
    window.kernelHeight === input.height &&
    window.kernelWidth === input.width &&
    window.padTop === 0 &&
    window.padLeft === 0;
  if (output.height * output.width === 1 && covers) return 'linear';
  if (output.kind === 'int32') throw refuse(layer, 'only a layer with one pixel has int32 outputs');
  if (window.strideY !== window.strideX) throw refuse(layer, 'its strides differ');
  const resident = paddedRows(layer.rows) * output.channels <= mostResidentWeights;
  const small = is3x3(window) && window.strideY <= 2 && output.channels % 4 === 0 && resident;
  if (!small) return 'products';
  const rgb = target.corev && rgbChannels(layer, shape.signed(layer.inputs[0]!)) !== undefined;
  return rgb ? 'convolution_rgb' : 'convolution';
}

const is3x3 = (w: Window): boolean => w.kernelHeight === 3 && w.kernelWidth === 3;

/** The kernels read whole words of inputs. */
export const paddedRows = (rows: number): number => Math.ceil(rows / 4) * 4;

/** Whether windows must be gathered before they are multiplied. */
export const gathers = (layer: PlannedConvolution): boolean =>
  !isPoint(layer.window) || layer.rows % 4 !== 0;
