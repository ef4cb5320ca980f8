/** Requantisation within 32 bits: proven for every input, and refused where it would be coarse. */
import { describe, expect, it } from 'vitest';
import { rgbChannels } from '../../src/deploy/codegen/rgb-channels.js';
import type { PlannedConvolution } from '../../src/deploy/graph/network-plan.js';
import { accumulatorEnds, narrowRequantisation } from '../../src/deploy/quantise/narrow.js';
import { Random } from '../network/toy-network.js';

const taps = 27;
const channels = 8;
const random = new Random(5);
const weights = Int8Array.from({ length: taps * channels }, () => random.from(-127, 127));
const own = (c: number): Int8Array => weights.subarray(c * taps, (c + 1) * taps);
const gain = Float64Array.from({ length: channels }, () => random.from(100, 900) / 1e6);
const offset = Float64Array.from({ length: channels }, () => random.from(-90, 90) / 7);
const ends = (signed: boolean) =>
  Array.from({ length: channels }, (_, c) => accumulatorEnds(own(c), signed));

/** The farthest that inputs of one sign pattern can bring a channel. */
function extreme(c: number, [least, most]: readonly [number, number], sign: 1 | -1): number {
  return own(c).reduce((sum, w) => sum + w * (w * sign > 0 ? most : least), 0);
}

describe('accumulators', () => {
  it.each([
    ['unsigned', false, [0, 255]],
    ['signed', true, [-128, 127]],
  ] as const)('end where the worst %s input takes them', (_, signed, range) => {
    ends(signed).forEach(({ low, high }, c) => {
      expect(high).toBe(extreme(c, range, 1));
      expect(low).toBe(extreme(c, range, -1));
    });
  });
});

describe('narrow tables', () => {
  const tables = narrowRequantisation(gain, offset, 0, 255, ends(false))!;
  const int32 = (value: number): boolean => Number.isInteger(value) && (value | 0) === value;

  it('keep product and sum within 32 bits, with the largest shift that does', () => {
    const sums = (scale: number): number[] =>
      ends(false).flatMap(({ low, high }, c) =>
        [low, high].flatMap((acc) => {
          const product = acc * Math.round(gain[c]! * scale);
          return [product, product + Math.round(offset[c]! * scale) + scale / 2];
        }),
      );
    expect(sums(2 ** tables.shift).every(int32)).toBe(true);
    expect(sums(2 ** (tables.shift + 1)).every(int32)).toBe(false);
  });

  it('differ from real scaling by less than a code', () => {
    const scale = 2 ** tables.shift;
    ends(false).forEach(({ low, high }, c) => {
      for (const acc of [low, high, 0, 1234]) {
        const real = acc * gain[c]! + offset[c]!;
        const ours = (acc * tables.mul[c]! + Number(tables.bias[c]!)) / scale;
        expect(Math.abs(ours - real)).toBeLessThan(0.26);
      }
    });
  });

  it('are refused where the multipliers would be too coarse', () => {
    const steep = gain.map((g) => 1000 * g);
    expect(narrowRequantisation(steep, offset, 0, 255, ends(false))).toBeUndefined();
  });

  it('choose the kernel, as long as the bounds hold', () => {
    const layer: PlannedConvolution = {
      kind: 'convolution',
      name: 'first',
      inputs: ['input'],
      output: { height: 8, width: 8, channels, kind: 'uint8', scale: 1 },
      unit: 'harts',
      window: {
        kernelHeight: 3,
        kernelWidth: 3,
        strideY: 2,
        strideX: 2,
        padTop: 0,
        padLeft: 0,
      },
      inChannels: 3,
      rows: taps,
      weights,
      weightBits: 8,
      requantisation: tables,
      array: undefined,
    };
    const stream = rgbChannels(layer, false)!;
    expect(stream.length).toBe(36 * channels);
    expect([...new Int8Array(stream.buffer, 36, 28)]).toEqual([...own(1), 0]);
    expect([...new Int32Array(stream.buffer, 36 + 28, 2)]).toEqual([
      tables.mul[1],
      Number(tables.bias[1]),
    ]);
    const far = { ...tables, mul: tables.mul.map((mul) => 4 * mul) };
    expect(rgbChannels({ ...layer, requantisation: far }, false)).toBeUndefined();
    expect(rgbChannels({ ...layer, requantisation: { ...tables, lo: -1 } }, false)).toBeUndefined();
    expect(rgbChannels({ ...layer, inChannels: 1 }, false)).toBeUndefined();
  });
});
