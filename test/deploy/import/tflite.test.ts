import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../../emulator/sim/error.js';
import { runFloat } from '../../../src/deploy/float/executor.js';
import { float16 } from '../../../src/deploy/import/float16.js';
import { importTflite } from '../../../src/deploy/import/tflite.js';
import { smallOperators, smallTensors, writeTflite } from './small-tflite.js';

describe('a TensorFlow Lite model', () => {
  const graph = importTflite(writeTflite(), 'small');

  test('gives what its operators mean', () => {
    // A picture with a single 1 at row 1, column 1. SAME at stride 2 on 4x4 pads behind only, so
    // output (0, 0) sees it under tap 4 of the kernel: -9 + 4 + 0.5 -> 0 and 4 - 0.5 = 3.5; the
    // others see the bias alone: 0.5 and 0.
    const picture = new Float32Array(16);
    picture[5] = 1;
    const tensors = runFloat(graph, picture);
    expect([...tensors.get('conv')!]).toEqual([0, 3.5, 0.5, 0, 0.5, 0, 0.5, 0]);
    // Times (1, 2), added to itself, mean of four pixels.
    expect([...tensors.get('sum')!]).toEqual([0, 10.5, 1, 0, 1, 0, 1, 0]);
    expect([...tensors.get('mean')!]).toEqual([0.75, 2.625]);
    expect([...tensors.get('logits')!]).toEqual([0.75, 2.625, 3.375]);
    expect(graph.tail.kind).toBe('classifier');
  });

  test('half precision', () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x3555].map(float16)).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      -0,
      0.333251953125,
    ]);
    expect(float16(0x7c00)).toBe(Infinity);
    expect(float16(0x7e00)).toBeNaN();
  });
});

describe('what is refused', () => {
  const broken =
    (
      change: (parts: {
        tensors: Record<string, unknown>[];
        operators: Record<string, unknown>[];
      }) => void,
    ) =>
    (): unknown => {
      const parts = {
        tensors: structuredClone(smallTensors),
        operators: structuredClone(smallOperators),
      };
      change(parts as never);
      return importTflite(writeTflite(parts.tensors, parts.operators), 'small');
    };

  test('an unknown operator, by the name of its output', () => {
    const attempt = broken(({ operators }) => (operators[3]!['code'] = 14));
    expect(attempt).toThrow(OctobarError);
    expect(attempt).toThrow(/1 of its operators are not supported:\n {2}sum \(LOGISTIC\)/);
  });

  test('a graph that runs in a circle', () => {
    const attempt = broken(({ operators }) => (operators[1]!['inputs'] = ['sum', 'w1', 'b1']));
    expect(attempt).toThrow(/"\w+" \(\w+\): it depends on itself/);
  });

  test('a missing tensor', () => {
    const attempt = broken(({ operators }) => (operators[2]!['inputs'] = ['nowhere', 'w2']));
    expect(attempt).toThrow(
      /"depthwise" \(DEPTHWISE_CONV_2D\): input 0 is not computed by a layer/,
    );
  });

  test('weights of another shape than their bytes', () => {
    const attempt = broken(({ tensors }) => (tensors[1]!['shape'] = [2, 3, 3, 7]));
    expect(attempt).toThrow(/weight "w1" of shape \[2,3,3,7\] has 72 bytes|7 channels/);
  });

  test('sizes that no memory holds', () => {
    const attempt = broken(({ tensors }) => (tensors[0]!['shape'] = [1, 1 << 30, 1 << 30, 1]));
    expect(attempt).toThrow(/"input" \(picture\): its output would be/);
  });

  test('a dilated kernel', () => {
    const attempt = broken(({ operators }) => {
      operators[1]!['options'] = { ...smallOperators[1]!.options, 4: { i32: 2 } };
    });
    expect(attempt).toThrow(/"conv" \(CONV_2D\): dilated kernels are not supported/);
  });
});
