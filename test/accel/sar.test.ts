/** The converter by limits against deciding bit by bit. */
import { expect, it } from 'vitest';
import { gaussian, gaussianSigma, noiseKey } from '../../accel/physics/noise.js';
import { SarConverter } from '../../accel/physics/sar.js';

/** Trial by trial, highest bit first; the bit weights are drawn as the chip draws them. */
function bitByBit(
  value: number,
  bits: number,
  sigma: number,
  seed: number,
  column: number,
): number {
  const key = noiseKey(seed, column, -1);
  let [settled, code] = [0, 0];
  for (let i = 0; i < bits; i++) {
    const nominal = 2 ** (bits - 1 - i);
    const weight = nominal + Math.sqrt(nominal) * (gaussian(key, i) / gaussianSigma) * sigma;
    if (value + 0.5 < settled + weight) continue;
    settled += weight;
    code += nominal;
  }
  return code;
}

it.each([0, 0.005, 0.1, 0.4])('decides as bit by bit with unit cells of %d', (sigma) => {
  let differing = 0;
  for (let column = 0; column < 20; column++) {
    const converter = new SarConverter(7, sigma, 5, column);
    for (let i = -20; i < 1400; i++) {
      const value = i / 10 + (i % 7) / 1000;
      if (converter.convert(value) !== bitByBit(value, 7, sigma, 5, column)) differing++;
    }
  }
  expect(differing).toBe(0);
});
