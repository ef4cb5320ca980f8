/** The trained MobileNetV2 1.0 at 224x224 on the cluster, every byte of every layer. */
import { expect, test } from 'vitest';
import { loadCommittedPicture, squarePicture } from '../../src/datasets/index.js';
import { defaultArrays } from '../../src/deploy/array-geometry.js';
import { importLayersModel } from '../../src/deploy/import/tfjs-layers.js';
import { quantisePicture } from '../../src/deploy/graph/picture-input.js';
import { quantiseNetwork } from '../../src/deploy/quantise/network/quantise-network.js';
import { executeNetwork } from '../../src/deploy/reference/network.js';
import { runNetwork } from '../../src/network/index.js';
import { weightsOrSkip } from '../deploy/weights.js';

const rgbOf = (name: string): Uint8Array => squarePicture(loadCommittedPicture(name), 224).rgb;

test('is bit-exact in all 66 layers, converters on', { timeout: 180_000 }, async (context) => {
  const graph = importLayersModel(await weightsOrSkip(context), 'mobilenet-v2');
  // Plain rounding: how weights came about is nothing to the cluster, and this takes seconds.
  const { plan } = quantiseNetwork(graph, [rgbOf('cat')], {
    bits: () => 4,
    method: 'naive',
    mapping: 'ima-dw',
    ideal: false,
    geometry: defaultArrays,
  });
  const input = quantisePicture(plan.input, rgbOf('coffee'));
  const reference = executeNetwork(plan, input);
  const run = runNetwork(plan, {
    preset: 'garofalo2022-net',
    input,
    reference: (name) => {
      const { buffer, byteOffset, byteLength } = reference.get(name)!;
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
  });
  expect(run.layers.length).toBe(66);
  for (const { name, report } of run.layers) {
    expect(report!.wrong_bytes, name).toBe(0);
    expect(report!.missing_rows, name).toBe(0);
    expect(report!.compared, name).toBeGreaterThanOrEqual(report!.bytes);
  }
  expect(run.bit_exact).toBe(true);
  // As derived from the shapes: row tiles times column tiles times pixels of 34 pointwise layers.
  const jobs = run.layers.filter(({ unit }) => unit === 'ima').map(({ tally }) => tally.jobs);
  expect(jobs.length).toBe(34);
  expect(jobs.reduce((a, b) => a + b, 0)).toBe(expectedJobs());
  expect(run.schedule.arrays).toMatchObject({ arrays: 34, reprogrammedRows: 0 });
  expect(run.layers.filter(({ unit }) => unit === 'depthwise').length).toBe(17);
});

/** From the definition of the network: [expansion, outputs, repeats, stride of the first]. */
function expectedJobs(): number {
  const arrays = (n: number): number => Math.ceil(n / 256);
  let [side, channels, jobs] = [112, 32, 0];
  const pointwise = (inputs: number, outputs: number): void => {
    jobs += side ** 2 * arrays(inputs) * arrays(outputs);
  };
  for (const [expansion, outputs, repeats, stride] of [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const) {
    for (let n = 0; n < repeats; n += 1) {
      if (expansion > 1) pointwise(channels, expansion * channels);
      if (n === 0) side /= stride;
      pointwise(expansion * channels, outputs);
      channels = outputs;
    }
  }
  pointwise(channels, 1280);
  return jobs;
}
