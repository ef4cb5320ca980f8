import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { importMobileNet } from '../../src/deploy/index.js';
import { TinyModel } from './tiny-model.js';
import { weightsOrSkip } from './weights.js';

describe('import of a model in MobileNetV2 form', () => {
  test('follows 17 blocks and finds strides and residuals', () => {
    const network = importMobileNet(new TinyModel().files());
    expect(network.side).toBe(8);
    expect(network.blocks.map((block) => block.depthwise.stride)).toEqual([
      1,
      2,
      ...Array.from({ length: 15 }, () => 1),
    ]);
    expect(network.blocks.map((block) => block.residual)).toEqual([
      false,
      false,
      ...Array.from({ length: 15 }, () => true),
    ]);
    expect(network.blocks[0]!.expand).toBeUndefined();
    expect(network.dense.map((layer) => layer.activation)).toEqual(['relu', 'softmax']);
  });

  test('folds the normalisation', () => {
    // gamma = beta = mean = variance = 0.5 and epsilon = 0.5: the factor is 0.5 / sqrt(1) = 0.5, so
    // weights 0.5 become 0.25 and the bias is 0.5 - 0.5 * 0.5 = 0.25.
    const { expand } = importMobileNet(new TinyModel().files()).blocks[3]!;
    expect([...expand!.weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...expand!.bias]).toEqual([0.25, 0.25]);
  });

  test('restores weights as code * scale + min', () => {
    const model = new TinyModel();
    model.weight('dense_1/kernel')['quantization'] = { scale: 0.125, min: -3, dtype: 'uint8' };
    expect(importMobileNet(model.files()).dense[0]!.weights[0]).toBe(-2.875);
  });
});

describe('a malformed model is refused by name', () => {
  const refused = (change: (model: TinyModel) => void, message: RegExp): void => {
    const model = new TinyModel();
    change(model);
    const attempt = (): unknown => importMobileNet(model.files());
    expect(attempt).toThrow(OctobarError);
    expect(attempt).toThrow(message);
  };
  const config = (model: TinyModel, layer: string): Record<string, unknown> =>
    model.find(layer)['config'] as Record<string, unknown>;

  test('another stride', () => {
    refused((m) => (config(m, 'block_3_depthwise')['strides'] = [3, 3]), /block_3_depthwise/);
  });
  test('another padding', () => {
    refused(
      (m) =>
        (config(m, 'block_1_pad')['padding'] = [
          [1, 1],
          [1, 1],
        ]),
      /block_1_pad/,
    );
  });
  test('another activation', () => {
    refused((m) => (config(m, 'block_5_expand_relu')['max_value'] = 8), /not ReLU6/);
  });
  test('a layer of another kind', () => {
    refused((m) => (m.find('block_5_depthwise')['class_name'] = 'Conv3D'), /Conv3D/);
  });
  test('a missing layer', () => {
    refused((m) => m.layers.splice(m.layers.indexOf(m.find('pool')), 1), /out_relu/);
  });
  test('a residual from elsewhere', () => {
    refused((m) => {
      m.find('block_9_add')['inbound_nodes'] = [
        [
          ['block_7_add', 0, 0, {}],
          ['block_9_project_BN', 0, 0, {}],
        ],
      ];
    }, /block_9_add/);
  });
  test('a missing weight', () => {
    refused(
      (m) => m.weights.splice(m.weights.indexOf(m.weight('Conv1/kernel')), 1),
      /Conv1\/kernel/,
    );
  });
  test('a weight of another shape', () => {
    refused((m) => (m.weight('Conv1/kernel')['shape'] = [3, 3, 2, 3]), /Conv1\/kernel/);
  });
  test('a weight of another type', () => {
    refused((m) => (m.weight('Conv1/kernel')['quantization'] = null), /quantization of Conv1/);
  });
  test('a scale that is no number', () => {
    refused((m) => {
      m.weight('Conv1/kernel')['quantization'] = { scale: 'x', min: 0, dtype: 'uint8' };
    }, /scale of Conv1/);
  });
  test('a shape of absurd size', () => {
    const model = new TinyModel();
    const files = model.files();
    model.weight('Conv1/kernel')['shape'] = [1e15];
    expect(() => importMobileNet(files)).toThrow(/shape of Conv1/);
  });
  test('a negative variance', () => {
    refused((m) => {
      m.weight('Conv1_BN/moving_variance')['quantization'] = { scale: 1, min: -9, dtype: 'uint8' };
    }, /negative variance/);
  });
  test('too few or too many bytes of weights', () => {
    const files = new TinyModel().files();
    for (const change of [-1, 1]) {
      const weights = new Uint8Array(files.weights.length + change);
      expect(() => importMobileNet({ ...files, weights })).toThrow(OctobarError);
    }
  });
  test('a description that is something else', () => {
    for (const description of [null, 3, 'x', [], {}, { modelTopology: {} }]) {
      const weights = new Uint8Array();
      expect(() => importMobileNet({ description, weights })).toThrow(OctobarError);
    }
  });
});

test('the trained network has the published shape', async (context) => {
  const network = importMobileNet(await weightsOrSkip(context));
  // MobileNetV2 1.0: 300 M multiply-accumulates at 224x224 without a 1000-class layer.
  expect(network.blocks.map((block) => block.project.outChannels)).toEqual([
    16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320,
  ]);
  expect(network.blocks.map((block) => block.depthwise.channels)).toEqual([
    32, 96, 144, 144, 192, 192, 192, 384, 384, 384, 384, 576, 576, 576, 960, 960, 960,
  ]);
  expect(network.blocks.flatMap((block) => (block.residual ? [block.number] : []))).toEqual([
    2, 4, 5, 7, 8, 9, 11, 12, 14, 15,
  ]);
  expect(network.head.outChannels).toBe(1280);
});
