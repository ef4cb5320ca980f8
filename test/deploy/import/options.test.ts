/** What is said of a model file beside it: where it ends, labels, range of the picture. */
import { describe, expect, it } from 'vitest';
import { fixturePath } from '../../../src/datasets/index.js';
import { isModelOptions } from '../../../src/deploy/model-options.js';
import { loadModel } from '../../../src/deploy/models.js';
import { cli } from '../../cli/cli.js';

const file = fixturePath('fashion-mnist', 'model.json');
const ten = Array.from({ length: 10 }, (_, i) => `class ${i}`);

describe('a model file', () => {
  it('takes labels, as many as it has classes', async () => {
    const { tail } = await loadModel(file, { labels: ten });
    expect(tail).toMatchObject({ kind: 'classifier', labels: ten });
    await expect(loadModel(file, { labels: ['one'] })).rejects.toThrow(
      '1 labels for outputs of another number',
    );
  });

  it('ends where it is told, with features', async () => {
    const { nodes } = await loadModel(file);
    const { name, output } = nodes.find(({ kind }) => kind === 'depthwise')!;
    const cut = await loadModel(file, { outputs: [name] });
    expect(cut.tail.kind).toBe('features');
    expect(cut.nodes.find((node) => node.name === cut.outputs[0])!.output).toMatchObject({
      height: output.height,
      channels: output.channels,
    });
    expect(cut.nodes.length).toBeLessThan(nodes.length);
    await expect(loadModel(file, { outputs: ['nowhere'] })).rejects.toThrow('no output "nowhere"');
    const both = loadModel(file, { outputs: [name], labels: ten });
    await expect(both).rejects.toThrow('10 labels for outputs of another number');
  });

  it('sees black and white as it is told', async () => {
    const { input } = await loadModel(file, { range: [-1, 1] });
    expect(input.offset).toBe(-1);
    expect(input.factor).toBeCloseTo(2 / 255, 12);
  });

  it('is a detector only as TensorFlow Lite with labels', async () => {
    await expect(loadModel(file, { detector: true })).rejects.toThrow('a detector is a .tflite');
    await expect(loadModel('mobilenet-v2', { labels: ten })).rejects.toThrow(
      'has its outputs and labels',
    );
  });
});

describe('options on the command line', () => {
  const deploy = (...options: string[]) =>
    cli('deploy', file, '--out', '/nonexistent', '--quiet', ...options);

  it.each([
    [['--range', '1'], 'no pair of different numbers'],
    [['--range', '2,2'], 'no pair of different numbers'],
    [['--labels', fixturePath('pictures', 'CREDITS.md')], 'labels for outputs of another number'],
    [['--output', 'nowhere'], 'no output "nowhere"'],
    [['--detector'], 'a detector is a .tflite'],
  ] as const)('refuses %j', async (options, message) => {
    const { status, err } = await deploy(...options);
    expect(err).toContain(message);
    expect(status).not.toBe(0);
  });

  it('keeps what it is told in the form that a deployment is read in', () => {
    expect(isModelOptions({ outputs: ['a'], labels: ['b'], range: [0, 1], detector: true })).toBe(
      true,
    );
    for (const wrong of [[], { outputs: 'a' }, { labels: [1] }, { range: [0] }, { detector: 1 }])
      expect(isModelOptions(wrong)).toBe(false);
  });
});
