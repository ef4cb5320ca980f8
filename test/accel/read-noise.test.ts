import { describe, expect, it } from 'vitest';
import { ReferenceColumns, VectorColumns } from '../../accel/ima/columns.js';
import { imaEngine } from '../../accel/ima/ima.js';
import { gaussian, gaussianSigma, noiseKey, readGain } from '../../accel/physics/noise.js';
import { VectorArray, VectorUnit } from '../../accel/mvm/vector-array.js';
import { hwpeParameters } from '../../emulator/hwpe/parameters.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { random } from '../hwpe/random.js';
import { imaConfig, section, startJob } from './ima-bench.js';
import type { JobSpec } from './ima-bench.js';

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
}

describe('read noise at the converter', () => {
  it('gives the standard deviation of the parameter, in codes, by either arithmetic', () => {
    const config = imaConfig({ rows: 8, cols: 256, adc_bits: 12, read_noise: 9.5 });
    const noise = { key: 0, gain: readGain(config.read_noise) };
    const tile = { array: 0, x: 0, y: 0, rows: 8 };
    const job = {
      pixels: 1,
      outputs: 256,
      columnsPerOutput: 1,
      tiles: [tile],
      inputSigned: true,
      range: { m: 0, r: 1 },
      requantise: false,
      raw: false,
      own: new Int32Array(),
      mulAddress: 0,
      biasAddress: 0,
      shift: 1,
      lo: 0,
      hi: 0,
    };
    const measure = (product: (sums: Int32Array) => void): number => {
      const codes: number[] = [];
      for (let k = 0; k < 200; k++) {
        const sums = new Int32Array(256);
        noise.key = noiseKey(7, 0, k);
        product(sums);
        codes.push(...sums);
      }
      return deviationOf(codes);
    };
    const input = new Uint8Array(8);
    const plain = new ReferenceColumns(config);
    const fast = new VectorColumns(config);
    const [a, b] = [plain.create(), fast.create()];
    const sigma = measure((sums) => plain.product(a, job, tile, input, sums, noise));
    // Rounding to codes adds the variance of a uniform, 1/12
    expect(Math.abs(sigma / Math.sqrt(9.5 ** 2 + 1 / 12) - 1)).toBeLessThan(0.01);
    expect(measure((sums) => fast.product(b, job, tile, input, sums, noise))).toBe(sigma);
  });
});

describe('vector form of the generator', () => {
  it('draws what the scalar form draws, for every key and column', () => {
    const next = random(29);
    const unit = new VectorUnit(8, 256);
    const array = new VectorArray(unit, 8, 256);
    for (let k = 0; k < 200; k++) {
      const key = next(2 ** 31) * 2;
      // A slope of 0 and a gain of 1 leave the bare draw in 12 bits
      const x = next(20);
      const count = 1 + next(256 - x);
      unit.multiply(array, 0, 8, x, count, new Uint8Array(8), true);
      expect(unit.convert(count, 0, 12, { key, gain: 1 }, x)).toBe(0);
      const draws = new Int32Array(256);
      unit.accumulate(count, 1, draws);
      const expected = Array.from({ length: count }, (_, c) => gaussian(key, x + c));
      expect([...draws.subarray(0, count)]).toEqual(expected);
    }
    expect(readGain(gaussianSigma)).toBe(1);
  });
});

describe('the engine with read noise', () => {
  const job: JobSpec = {
    places: [{ array: 0, x: 0, y: 0, rows: 32 }],
    outputs: 32,
    weightBits: 4,
    signed: false,
    m: 1,
    r: 5,
    source: 0,
    line: 32,
    lineStride: 32,
    linesPerBlock: 1,
    blockStride: 32,
    pixels: 6,
    alphaIn: [100, 32],
    betaIn: 0,
    alphaOut: [100, 32],
    betaOut: 0,
    destination: 0x4000,
  };

  function run(seed: number, readNoise: number, arithmetic: string, jobs = 1): number[][] {
    const config = imaConfig({ rows: 32, cols: 32, read_noise: readNoise });
    const hwpe = { ...defaultsOf(hwpeParameters), arithmetic };
    const bench = new Testbench(imaEngine(config, hwpe), { slot: 1, memoryBytes: 64 * 1024, seed });
    const next = random(3);
    for (let i = 0; i < 0x100; i++) bench.memory[i] = next(256);
    bench.accelerator.preload(
      '.ima.0',
      section(32, 32, () => next(16) - 8),
    );
    return Array.from({ length: jobs }, (_, k) => {
      startJob(bench, job);
      bench.runToEvent(k + 1);
      return [...bench.memory.subarray(0x4000, 0x4000 + 6 * 32)];
    });
  }

  it('depends on the seed and the running number of the product, and on nothing else', () => {
    const [first, second] = run(1, 2.5, 'simd', 2);
    expect(run(1, 2.5, 'simd', 2)).toEqual([first, second]);
    expect(run(1, 2.5, 'reference', 2)).toEqual([first, second]);
    expect(second).not.toEqual(first);
    expect(run(2, 2.5, 'simd')[0]).not.toEqual(first);
  });

  it('is exact again at sigma 0', () => {
    const [exact] = run(1, 0, 'simd');
    expect(run(9, 0, 'reference')[0]).toEqual(exact);
    expect(run(1, 2.5, 'simd')[0]).not.toEqual(exact);
  });
});
