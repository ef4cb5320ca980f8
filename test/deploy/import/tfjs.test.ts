import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../../emulator/sim/error.js';
import { importMobileNet, runNetwork } from '../../../src/deploy/index.js';
import { runFloat } from '../../../src/deploy/float/executor.js';
import { importGraphModel } from '../../../src/deploy/import/tfjs-graph.js';
import { importLayersModel } from '../../../src/deploy/import/tfjs-layers.js';
import { softmax } from '../../../src/deploy/tail/index.js';
import { TinyModel } from '../tiny-model.js';
import { SmallGraph } from './small-graph.js';

describe('a tfjs graph model', () => {
  const graph = importGraphModel(new SmallGraph().files(), 'small');

  test('gives what its nodes mean', () => {
    // The input is (2 p - 1); of a picture of ones every pixel is 1. Kernel (1, -2), bias codes
    // (3, 1) as 0.5 code - 1 = (0.5, -0.5): (1.5, 0). Times (3, 4), plus itself: (6, 0). The mean
    // over rows and columns is the same; the matrix makes (6, 0, 6) of it.
    expect(graph.input).toMatchObject({ factor: 2 / 255, offset: -1 });
    const picture = new Float32Array(16).fill(255 * graph.input.factor + graph.input.offset);
    const tensors = runFloat(graph, picture);
    expect(Array.from(tensors.get('path/conv')!.subarray(0, 2))).toEqual([1.5, 0]);
    expect(Array.from(tensors.get('sum')!.subarray(0, 2))).toEqual([6, 0]);
    expect([...tensors.get('dense')!]).toEqual([6, 0, 6]);
    expect(graph.tail).toEqual({ kind: 'classifier', labels: [], softmax: true });
  });

  const refused = (change: (model: SmallGraph) => void, message: RegExp): void => {
    const model = new SmallGraph();
    change(model);
    const attempt = (): unknown => importGraphModel(model.files(), 'small');
    expect(attempt).toThrow(OctobarError);
    expect(attempt).toThrow(message);
  };

  test('every unsupported operator is named', () => {
    refused((model) => {
      model.find('sum')['op'] = 'Sigmoid';
      model.find('mean')['op'] = 'ArgMax';
    }, /2 of its operators are not supported:\n {2}sum \(Sigmoid\)\n {2}mean \(ArgMax\)/);
  });
  test('an operator with the name of a method of all objects', () => {
    refused((model) => (model.find('sum')['op'] = 'toString'), /sum \(toString\)/);
  });
  test('a cycle', () => {
    refused((model) => (model.find('scaled')['input'] = ['two', 'mean']), /depends on itself/);
  });
  test('an input that nobody produces', () => {
    refused((model) => (model.find('sum')['input'] = ['x', 'y']), /"sum" \(AddV2\): tensor "x"/);
  });
  test('a negative size', () => {
    refused((model) => (model.weights[0]!['shape'] = [-3]), /expected a positive whole number/);
  });
  test('huge sizes', () => {
    refused((model) => (model.weights[0]!['shape'] = [1 << 20, 1 << 20]), /passes the end/);
  });
  test('an activation on a layer that others read as it is', () => {
    refused((model) => {
      model.nodes.push({ name: 'relu', op: 'Relu', input: ['path/depthwise'], attr: {} });
      model.find('mean')['input'] = ['total', 'axes'];
      model.nodes.push({ name: 'total', op: 'Add', input: ['sum', 'relu'], attr: {} });
    }, /"relu" \(Relu\): it cannot be folded into "path\/depthwise"/);
  });
});

describe('a tfjs layers model', () => {
  test('gives the same as the import of MobileNetV2 alone', () => {
    const model = new TinyModel();
    // Weights that differ from place to place.
    const files = { ...model.files() };
    const weights = files.weights.map((_, i) => (7 * i * i + 3 * i) % 5);
    const graph = importLayersModel({ ...files, weights }, 'tiny');
    const other = importMobileNet({ ...files, weights });
    const picture = Float32Array.from({ length: 192 }, (_, i) => ((i * 37) % 101) / 100);
    const logits = runFloat(graph, picture).get(graph.outputs[0]!)!;
    const wanted = runNetwork(other, picture)!;
    softmax(logits).forEach((p, i) => expect(p).toBeCloseTo(wanted[i]!, 5));
    expect(graph.nodes.length).toBe(1 + 2 + 16 * 3 + 15 + 1 + 1 + 2);
  });

  test('every unsupported layer is named', () => {
    const model = new TinyModel();
    model.find('block_3_expand_relu')['class_name'] = 'PReLU';
    model.find('block_9_expand_relu')['class_name'] = 'ELU';
    const attempt = (): unknown => importLayersModel(model.files(), 'tiny');
    expect(attempt).toThrow(/block_3_expand_relu \(PReLU\)\n {2}block_9_expand_relu \(ELU\)/);
  });
});
