/** The float executor against TensorFlow.js, every value of every layer, for MobileNetV2 1.0 and 1.4. */
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { loadCommittedPicture, loadNsfwjsMid, squarePicture } from '../../src/datasets/index.js';
import type { LayersModelFiles } from '../../src/datasets/index.js';
import { pictureValues, runFloat } from '../../src/deploy/float/executor.js';
import { importGraphModel } from '../../src/deploy/import/tfjs-graph.js';
import { importLayersModel } from '../../src/deploy/import/tfjs-layers.js';
import type { FloatGraph } from '../../src/deploy/graph/float-graph.js';
import { filesOrSkip, weightsOrSkip } from './weights.js';

beforeAll(() => tf.setBackend('cpu'));

const { rgb } = squarePicture(loadCommittedPicture('coffee'), 224);

/** What tfjs gives for the picture, scaled to 0..1 as both models want it. */
const picture = (): tf.Tensor =>
  tf.tensor4d(
    Float32Array.from(rgb, (value) => value / 255),
    [1, 224, 224, 3],
  );

function sourceOf({ description, weights }: LayersModelFiles): tf.io.IOHandler {
  const file = description as unknown as {
    readonly modelTopology: object;
    readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[];
    readonly format: string;
  };
  return tf.io.fromMemory({
    modelTopology: file.modelTopology,
    format: file.format,
    weightSpecs: file.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.slice().buffer,
  });
}

/** Largest difference of a layer, in parts of the root mean square of what tfjs gives. */
function worst(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  let most = 0;
  let power = 0;
  for (let i = 0; i < theirs.length; i += 1) {
    most = Math.max(most, Math.abs(ours[i]! - theirs[i]!));
    power += theirs[i]! ** 2;
  }
  return most / Math.sqrt(power / theirs.length);
}

/** tfjs adds in single precision and does not fold the normalisation; sums have up to 960 terms. */
const tolerance = 5e-3;

/** @param theirs by name of our layer */
function compare(graph: FloatGraph, theirs: ReadonlyMap<string, ArrayLike<number>>): void {
  const ours = runFloat(graph, pictureValues(graph.input, rgb));
  const logits = graph.nodes.at(-1)!.name;
  for (const { name } of graph.nodes) {
    if (name === logits) continue;
    expect(worst(ours.get(name)!, theirs.get(name)!), name).toBeLessThan(tolerance);
  }
}

test('MobileNetV2 1.0', { timeout: 60_000 }, async (context) => {
  const files = await weightsOrSkip(context);
  const graph = importLayersModel(files, 'mobilenet-v2');
  const loaded = await loadLayersModel(sourceOf(files));
  // Ours folds what follows a layer into it: tfjs's value is that of the last layer that was folded.
  const names = graph.nodes.slice(0, -1).map(({ name }) => name);
  const last = names.map((name) => {
    let found = loaded.getLayer(name);
    for (;;) {
      const [next, ...more] = found.outboundNodes.map((node) => node.outboundLayer);
      const folded = next !== undefined && more.length === 0;
      if (!folded || !['BatchNormalization', 'ReLU'].includes(next.getClassName())) return found;
      found = next;
    }
  });
  const outputs = last.map((layer) => layer.output as SymbolicTensor);
  const results = model({ inputs: loaded.inputs, outputs }).predict(picture()) as tf.Tensor[];
  const values = results.map((result) => result.dataSync());
  compare(graph, new Map(names.map((name, i) => [name, values[i]!])));
});

test('MobileNetV2 1.4', { timeout: 60_000 }, async (context) => {
  const files = await filesOrSkip(context, loadNsfwjsMid);
  const graph = importGraphModel(files, 'mobilenet-v2-1.4');
  const loaded = await loadGraphModel(sourceOf(files));
  const { node } = (files.description as unknown as { modelTopology: { node: GraphNode[] } })
    .modelTopology;
  // Each of these operators of the graph is one of our layers, in the same order.
  const operators = /^_FusedConv2D$|^FusedDepthwiseConv2dNative$|^AddV2$|^AvgPool$|^_FusedMatMul$/;
  const full = node.filter(({ op }) => operators.test(op)).map(({ name }) => name);
  expect(full.length).toBe(graph.nodes.length);
  for (const [i, { name }] of graph.nodes.entries()) {
    expect(full[i]!.split('/')).toContain(name.split('/').at(-1));
  }
  const results = loaded.execute(picture(), full) as tf.Tensor[];
  const values = results.map((result) => result.dataSync());
  compare(graph, new Map(graph.nodes.map(({ name }, i) => [name, values[i]!])));
});

interface GraphNode {
  readonly name: string;
  readonly op: string;
}
