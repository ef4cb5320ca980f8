import type { FloatGraph, FloatNode } from '../../graph/float-graph.js';
import type { CodeTensor } from '../../graph/tensor.js';
import type { QuantisedInput } from '../../graph/quantised-network.js';

/** Real value of one code of the logits: fine against any logit, coarse enough for int32. */
const logitScale = 2 ** -16;

/**
 * Class logits of a detector are clipped here, at probabilities of 0.0003 and 0.9997: logits of
 * -20 are common and would take the codes that tell likely boxes apart.
 */
const detectorLogit = 8;

/**
 * Box offsets of a detector are clipped here, at 1.6 anchors and a factor of 24 in size. Anchors without
 * an object have offsets of 80 and more, which would leave steps of a fifteenth of an anchor.
 */
const detectorOffset = 16;

/** Largest magnitude in some tensors. */
export function largestMagnitude(tensors: readonly Float32Array[]): number {
  let top = 0;
  for (const values of tensors) {
    for (let i = 0; i < values.length; i += 1) {
      const v = values[i]!;
      if (v > top) top = v;
      else if (-v > top) top = -v;
    }
  }
  return top;
}

/**
 * Kind and scale of the tensor that a node writes: uint8 where it cannot be negative, else int8,
 * the largest value seen in calibration at the end of the range. Clipping at less was measured and
 * gained nothing (docs/quantisation.md). The logits of a classifier are int32.
 */
export function outputTensor(
  graph: FloatGraph,
  node: FloatNode,
  real: readonly Float32Array[],
  unsignedInput: boolean,
): CodeTensor {
  const logits = graph.tail.kind === 'classifier' && graph.outputs.includes(node.name);
  if (logits && node.kind === 'convolution' && node.activation === 'linear') {
    return { ...node.output, kind: 'int32', scale: logitScale };
  }
  const unsigned = node.kind === 'average-pool' ? unsignedInput : node.activation !== 'linear';
  const seen = largestMagnitude(real) || 1;
  const top = Math.min(seen, detectorLimit(graph, node.name));
  return unsigned
    ? { ...node.output, kind: 'uint8', scale: top / 255 }
    : { ...node.output, kind: 'int8', scale: top / 127 };
}

/** Maps of a detector come in pairs: offsets, then class logits. */
function detectorLimit({ tail, outputs }: FloatGraph, name: string): number {
  const at = tail.kind === 'detector' ? outputs.indexOf(name) : -1;
  if (at < 0) return Infinity;
  return at % 2 === 0 ? detectorOffset : detectorLogit;
}

/**
 * The picture: uint8 when black is 0, so that codes are the pixels themselves, else int8 with the
 * largest value at 127.
 */
export function pictureTensor(input: FloatGraph['input']): QuantisedInput {
  const { height, width, channels, factor, offset } = input;
  const size = { height, width, channels, factor, offset };
  if (offset === 0 && factor > 0) return { ...size, kind: 'uint8', scale: factor };
  const top = Math.max(Math.abs(offset), Math.abs(255 * factor + offset));
  return { ...size, kind: 'int8', scale: top / 127 };
}
