import type { FloatGraph } from '../graph/float-graph.js';
import { elements } from '../graph/tensor.js';
import { ssdAnchors } from '../tail/anchors.js';
import { modelError } from './errors.js';
import { importTflite } from './tflite.js';

const boxCode = 4;

/**
 * A single-shot detector of TensorFlow's object detection as TFLite: its two outputs are all box
 * offsets and all class logits, maps one after the other.
 *
 * @param labels the first is the background
 * @throws OctobarError `image` when the outputs are not those of such a detector
 */
export function importDetector(
  bytes: Uint8Array,
  name: string,
  labels: readonly string[],
  range: readonly [number, number] = [-1, 1],
): FloatGraph {
  const classes = labels.length;
  return importTflite(bytes, name, {
    range,
    tail: (outputs) => {
      const [boxes = [], scores = []] = outputs;
      if (outputs.length !== 2 || boxes.length !== scores.length || boxes.length < 2) {
        throw modelError('its outputs are not the boxes and classes of several maps');
      }
      const anchors = ssdAnchors({
        maps: boxes.map(({ size }) => size),
        minScale: 0.2,
        maxScale: 0.95,
      });
      const count = (values: typeof boxes, width: number): number =>
        values.reduce((sum, { size }) => sum + elements(size), 0) / width;
      if (count(boxes, boxCode) !== anchors.length || count(scores, classes) !== anchors.length) {
        throw modelError(
          `it does not have boxes and ${classes} classes for ${anchors.length} anchors`,
        );
      }
      return {
        ends: boxes.flatMap((box, i) => [box, scores[i]!]),
        tail: {
          kind: 'detector',
          anchors,
          boxScale: [10, 10, 5, 5],
          classes,
          background: 0,
          labels,
        },
      };
    },
  });
}
