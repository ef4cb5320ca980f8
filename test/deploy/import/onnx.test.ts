import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../../emulator/sim/error.js';
import { fixturePath } from '../../../src/datasets/index.js';
import { runFloat } from '../../../src/deploy/float/executor.js';
import { importOnnx } from '../../../src/deploy/import/onnx.js';

// Written and computed by PyTorch, see make-onnx.py.
const bytes = new Uint8Array(readFileSync(fixturePath('onnx', 'small.onnx')));
const golden = JSON.parse(readFileSync(fixturePath('onnx', 'small.json'), 'utf8')) as {
  readonly picture: number[];
  readonly outputs: { readonly [layer: string]: number[] };
};

describe('an ONNX model of PyTorch', () => {
  const graph = importOnnx(bytes, 'small');
  const picture = Float32Array.from(golden.picture, (v) => v + graph.input.offset);
  const tensors = runFloat(graph, picture);

  test.each([
    ['stem/Conv', 'relu#1'],
    ['stride/Conv', 'stride#1'],
    ['project/Conv', 'block.norm3#1'],
    ['block/Add', 'block#1'],
    ['pool/AveragePool', 'pool#1'],
    ['dense1/Gemm', 'relu#2'],
    ['dense2/Gemm', 'dense2#1'],
  ])('%s gives what PyTorch gives', (ours, theirs) => {
    const wanted = golden.outputs[theirs]!;
    const found = tensors.get(ours)!;
    expect(found.length).toBe(wanted.length);
    // Both round to six digits or to single precision.
    wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
  });

  test('normalisation and activations are folded', () => {
    expect(graph.nodes.map((node) => node.kind)).toEqual([
      'convolution',
      'depthwise',
      'convolution',
      'depthwise',
      'convolution',
      'add',
      'average-pool',
      'convolution',
      'convolution',
    ]);
    expect(graph.input).toMatchObject({ height: 17, width: 10, channels: 3, offset: -0.5 });
    expect(graph.tail).toEqual({ kind: 'classifier', labels: [], softmax: false });
  });
});

/** The file with one ASCII word replaced by another of equal length. */
function renamed(from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(from, to);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

describe('what is not supported', () => {
  const attempt = (file: Uint8Array) => (): unknown => importOnnx(file, 'small');

  test('all unknown operators are named, with their nodes', () => {
    const file = renamed('Relu', 'Selu');
    expect(attempt(file)).toThrow(OctobarError);
    expect(attempt(file)).toThrow(/2 of its operators are not supported:\n.*\(Selu\)\n.*\(Selu\)/);
  });

  test('the list of supported operators is printed', () => {
    try {
      importOnnx(renamed('Gemm', 'Gumm'), 'small');
      expect.unreachable();
    } catch (error) {
      expect((error as OctobarError).context.hint).toMatch(/Add, AveragePool, BatchNormalization/);
    }
  });

  test('an early end leaves out what follows', () => {
    const graph = importOnnx(renamed('Gemm', 'Gumm'), 'small', { outputs: ['/pool/AveragePool'] });
    expect(graph.nodes.at(-1)!.name).toBe('pool/AveragePool');
    expect(graph.tail.kind).toBe('features');
  });

  test.each([
    ['an empty file', new Uint8Array(0), /holds no graph/],
    ['a cut file', bytes.subarray(0, 5000), /passes the end|ends inside|wire type/],
    ['text', new Uint8Array(Buffer.from('not a model at all')), /cannot be imported/],
  ])('%s', (_, file, message) => {
    expect(attempt(file)).toThrow(message);
  });
});
