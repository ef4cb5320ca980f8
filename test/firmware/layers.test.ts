/** First convolution, pooling and classifier: scalar and portable CORE-V on this machine, CORE-V in the emulator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layers, randomConv3x3, randomConv3x3Rgb } from './layer-case.js';
import { bytes, compile, doubles, remove, run, words } from './native-kernels.js';
import { hostCompiler } from './tools.js';
import { runCase } from './xcv-case.js';
import type { Case } from './xcv-case.js';

function native(layer: Case, harts: number, version: '' | '-xcv'): Uint8Array {
  const { kernel, size, inSigned, input, weights, scaling } = layer;
  const numbers = [...size, Number(inSigned), scaling.shift, scaling.lo, scaling.hi];
  const operands = [bytes(input), bytes(weights), words(scaling.mul), doubles(scaling.bias)];
  return run(`${kernel}${version}`, [harts, ...numbers], operands);
}

describe.skipIf(hostCompiler() === undefined)('on this machine', () => {
  beforeAll(compile);
  afterAll(remove);

  it.each(layers)('%s', (_, layer, expected) => {
    for (const harts of [1, 3, 8])
      for (const version of ['', '-xcv'] as const)
        expect(native(layer, harts, version), `${harts} harts${version}`).toEqual(expected);
  });
});

describe('with CORE-V in the emulator', () => {
  it.each(layers)('%s', (_, layer, expected) => {
    for (const harts of [1, 5, 8]) {
      const { code, out } = runCase(layer, harts);
      expect(code).toBe(0);
      expect(out.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
    }
  });

  it('refuses what it does not fit', () => {
    const size = {
      h: 6,
      w: 6,
      inC: 3,
      outH: 6,
      outW: 6,
      padTop: 1,
      padLeft: 1,
      padValue: 0,
      tiles: 1,
    };
    const layer = randomConv3x3(94, { ...size, outC: 6, stride: 1 }, true);
    expect(runCase(layer).code).toBe(4);
  });

  it('refuses multipliers with which a sum could leave 32 bits', () => {
    const size = { h: 6, w: 6, outH: 6, outW: 6, padTop: 1, padLeft: 1, padValue: 0, outC: 6 };
    const layer = (shift: number): Case =>
      randomConv3x3Rgb(96, { ...size, stride: 1 }, false, shift);
    expect(runCase(layer(18)).code).toBe(0);
    expect(runCase(layer(22)).code).toBe(4);
  });
});
