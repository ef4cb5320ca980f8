import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { fixturePath } from '../../src/datasets/index.js';
import { defaultArrays } from '../../src/deploy/array-geometry.js';
import { decodePlan, encodePlan } from '../../src/deploy/graph/plan-file.js';
import { quantisePicture } from '../../src/deploy/graph/picture-input.js';
import { importOnnx } from '../../src/deploy/import/onnx.js';
import { chooseWidths, widthsOf } from '../../src/deploy/quantise/network/choose-bits.js';
import {
  planNetwork,
  quantiseNetwork,
} from '../../src/deploy/quantise/network/quantise-network.js';
import { executeNetwork } from '../../src/deploy/reference/network.js';
import { measureDeviation } from '../../src/deploy/report/deviation.js';
import { Sequence } from './sequence.js';

const graph = importOnnx(new Uint8Array(readFileSync(fixturePath('onnx', 'small.onnx'))), 'small');

/** Smooth random pictures of 17x10. */
function pictures(seed: number, count: number): Uint8Array[] {
  const random = new Sequence(seed);
  return Array.from({ length: count }, () => {
    const [a, b, c] = [random.between(1, 9), random.between(1, 9), random.between(0, 99)];
    return Uint8Array.from({ length: 510 }, (_, i) => {
      const wave = Math.abs(((a * Math.floor(i / 30) + b * (i % 30) + c) % 64) - 32);
      return 4 * wave + random.between(0, 60);
    });
  });
}

const calibration = pictures(1, 24);
const tests = pictures(2, 12).map((rgb, i) => ({ name: `${i}`, rgb }));
const options = { mapping: 'ima-dw', ideal: false, geometry: defaultArrays } as const;
const quantised = (bits: 4 | 8, method: 'best' | 'naive' = 'best') =>
  quantiseNetwork(graph, calibration, { ...options, bits: () => bits, method });
const meanCosine = (plan: ReturnType<typeof quantised>['plan']): number => {
  const { pictures: found } = measureDeviation(graph, plan, tests);
  return found.reduce((sum, { centred }) => sum + centred, 0) / found.length;
};

describe('quantising a whole network', () => {
  const eight = quantised(8);

  test('8 bit stays close to the trained network on pictures it has not seen', () => {
    expect(meanCosine(eight.plan)).toBeGreaterThan(0.99);
  });

  test('at 4 bit the fit beats rounding to nearest', () => {
    const best = meanCosine(quantised(4).plan);
    expect(best).toBeGreaterThan(meanCosine(quantised(4, 'naive').plan));
    expect(best).toBeGreaterThan(0.95);
  });

  test('layers run where the mapping says', () => {
    expect(eight.plan.layers.map(({ kind, unit }) => `${kind} ${unit}`)).toEqual([
      'convolution harts',
      // 5x3, which the depth-wise engine does not do
      'depthwise harts',
      'convolution array',
      'depthwise depthwise',
      'convolution array',
      'add harts',
      'average-pool harts',
      'convolution harts',
      'convolution harts',
    ]);
    expect(eight.plan.layers.map(({ output }) => output.kind)).toEqual([
      'uint8',
      'int8',
      'uint8',
      'uint8',
      'int8',
      'int8',
      'int8',
      'uint8',
      'int32',
    ]);
  });

  test('weights stay within their cells', () => {
    for (const layer of quantised(4).network.layers) {
      if (layer.kind !== 'convolution') continue;
      const [lo, hi] = layer.weightBits === 4 ? [-8, 7] : [-119, 119];
      for (const weight of layer.weights) {
        expect(weight).toBeGreaterThanOrEqual(lo);
        expect(weight).toBeLessThanOrEqual(hi);
      }
    }
  });

  test('with ideal converters all mappings give the same bytes', () => {
    const plans = (['cores', 'ima-cores', 'ima-dw'] as const).map((mapping) =>
      planNetwork(eight.network, calibration, { ...options, mapping, ideal: true }),
    );
    const input = quantisePicture(eight.plan.input, tests[0]!.rgb);
    const [cores, ...others] = plans.map((plan) => executeNetwork(plan, input));
    for (const other of others) expect(other).toEqual(cores);
    // And the converters do something.
    expect(executeNetwork(eight.plan, input)).not.toEqual(cores);
  });

  test('planning again for the same mapping gives the plan that quantising gave', () => {
    expect(planNetwork(eight.network, calibration, options)).toEqual(eight.plan);
  });
});

describe('widths under a budget', () => {
  test('layers are widened within it, and not beyond', () => {
    // The layers are 8 to 16 and 16 to 8 channels. On arrays of 16 rows and 32 columns both fit on
    // one at 4 bit; the second still does at 8 bit, the first then fills half an array alone.
    const small = { ...defaultArrays, rows: 16, cols: 32 };
    const chosen = chooseWidths(
      graph,
      calibration,
      { ...options, geometry: small },
      { extra: 0.9, arrays: 64 },
    );
    expect([chosen.arrays4, chosen.arrays]).toEqual([1, 1]);
    expect(chosen.layers.map(({ bits }) => bits)).toEqual([4, 8]);
    const wide = chooseWidths(
      graph,
      calibration,
      { ...options, geometry: small },
      { extra: 1, arrays: 64 },
    );
    expect(wide.arrays).toBe(2);
    expect(wide.layers.map(({ bits }) => bits)).toEqual([8, 8]);
    const held = chooseWidths(
      graph,
      calibration,
      { ...options, geometry: small },
      { extra: 1, arrays: 1 },
    );
    expect(held.arrays).toBe(1);
    for (const { error4, error8 } of wide.layers) expect(error8).toBeLessThan(error4);
    expect(widthsOf(wide)(graph.nodes[2]!)).toBe(8);
  });
});

describe('a plan as a file', () => {
  const { plan } = quantised(4);
  const bytes = encodePlan(plan);

  test('comes back equal', () => {
    expect(decodePlan(bytes, 'plan')).toEqual(plan);
  });

  test('is refused when a byte of it changes', () => {
    const damaged = Uint8Array.from(bytes);
    damaged[damaged.length - 3]! ^= 1;
    expect(() => decodePlan(damaged, 'plan')).toThrow(OctobarError);
    expect(() => decodePlan(bytes.subarray(0, 100), 'plan')).toThrow(/plan is malformed/);
  });
});
