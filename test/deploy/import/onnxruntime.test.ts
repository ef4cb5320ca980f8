/** The ONNX import and the float executor against ONNX Runtime, every layer. */
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { fixturePath } from '../../../src/datasets/index.js';
import { runFloat } from '../../../src/deploy/float/executor.js';
import { importOnnx } from '../../../src/deploy/import/onnx.js';
import { Sequence } from '../sequence.js';

const bytes = new Uint8Array(readFileSync(fixturePath('onnx', 'small.onnx')));

const text = new TextEncoder();
const field = (number: number, content: Uint8Array): Uint8Array =>
  Uint8Array.of(8 * number + 2, content.length, ...content);

/**
 * The model with inner values as outputs too: a protocol buffer that is written behind another
 * one is merged into it, so each name is an output (12) of the graph (7) more.
 */
function observed(names: readonly string[]): Uint8Array {
  const outputs = names.map((name) => field(7, field(12, field(1, text.encode(name)))));
  return new Uint8Array(Buffer.concat([bytes, ...outputs]));
}

/** [1][C][H][W] or [1][C] as HWC. */
function channelsLast({ dims, data }: ort.Tensor): number[] {
  const values = Array.from(data as Float32Array);
  const [, channels = 1, height = 1, width = 1] = dims;
  const plane = height * width;
  return values.map((_, i) => values[(i % channels) * plane + Math.floor(i / channels)]!);
}

describe('an ONNX model of PyTorch in ONNX Runtime', () => {
  // Ours folds normalisation and activations into the layer before.
  const layers = [
    ['stem/Conv', '/relu/Relu_output_0'],
    ['stride/Conv', '/stride/Conv_output_0'],
    ['expand/Conv', '/block/relu6/Clip_output_0'],
    ['depthwise/Conv', '/block/relu6_1/Clip_output_0'],
    ['project/Conv', '/block/norm3/BatchNormalization_output_0'],
    ['block/Add', '/block/Add_output_0'],
    ['pool/AveragePool', '/pool/AveragePool_output_0'],
    ['dense1/Gemm', '/relu_1/Relu_output_0'],
    ['dense2/Gemm', 'logits'],
  ] as const;

  test('gives every value of every layer', { timeout: 60_000 }, async () => {
    ort.env.wasm.numThreads = 1;
    const names = layers.map(([, theirs]) => theirs).filter((name) => name !== 'logits');
    const session = await ort.InferenceSession.create(observed(names));
    const graph = importOnnx(bytes, 'small');
    expect(graph.nodes.map(({ name }) => name)).toEqual(layers.map(([ours]) => ours));
    const { height, width, channels, offset } = graph.input;
    for (let seed = 1; seed <= 5; seed += 1) {
      const random = new Sequence(seed);
      // HWC, as we keep maps; theirs is CHW.
      const picture = Float32Array.from(
        { length: height * width * channels },
        () => random.between(0, 1000) / 1000,
      );
      const planar = Float32Array.from(picture, (_, i) => {
        const [c, pixel] = [Math.floor(i / (height * width)), i % (height * width)];
        return picture[pixel * channels + c]!;
      });
      const input = new ort.Tensor('float32', planar, [1, channels, height, width]);
      const theirs = await session.run({ picture: input });
      const ours = runFloat(
        graph,
        picture.map((value) => value + offset),
      );
      for (const [name, output] of layers) {
        const wanted = channelsLast(theirs[output]!);
        const found = ours.get(name)!;
        expect(found.length, name).toBe(wanted.length);
        const worst = Math.max(...wanted.map((value, i) => Math.abs(value - found[i]!)));
        expect(worst, `${name}, seed ${seed}`).toBeLessThan(2e-5);
      }
    }
  });
});
