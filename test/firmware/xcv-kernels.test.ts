/** The kernels with CORE-V in the emulator: random layers, bit by bit. */
import { describe, expect, it } from 'vitest';
import { prebuilt } from './run-block.js';
import { runProgram } from './run-program.js';
import {
  expectedDepthwise,
  expectedPointwise,
  expectedResidual,
  randomDepthwise,
  randomPointwise,
  randomResidual,
  runCase,
} from './xcv-case.js';
import type { Case } from './xcv-case.js';

const REFUSED = 4;

function expectExact(layer: Case, want: Uint8Array, harts?: number): void {
  const { code, out } = runCase(layer, harts);
  expect(code).toBe(0);
  expect(out.findIndex((byte, i) => byte !== want[i])).toBe(-1);
}

describe('pointwise with CORE-V', () => {
  // 42 pixels end in a tile that overlaps its neighbour, and so do 6 and 9 columns.
  it.each([
    { size: [42, 64, 16], inSigned: true, range: [0, 255], harts: 8 },
    { size: [42, 20, 6], inSigned: false, range: [-128, 127], harts: 8 },
    { size: [4, 4, 4], inSigned: false, range: [-100, 90], harts: 3 },
    { size: [7, 132, 9], inSigned: true, range: [-128, 127], harts: 5 },
    { size: [33, 8, 24], inSigned: true, range: [3, 77], harts: 1 },
    { size: [5, 384, 4], inSigned: false, range: [0, 200], harts: 8 },
  ] as const)('$size, signed $inSigned, $harts harts', ({ size, inSigned, range, harts }) => {
    const layer = randomPointwise(71, [...size], inSigned, [...range]);
    expectExact(layer, expectedPointwise(layer), harts);
  });

  it('requantises with every shift that leaves multipliers below 2^30', () => {
    for (let shift = 9; shift <= 37; shift++) {
      const layer = randomPointwise(shift, [4, 16, 8], shift % 2 === 0, [-128, 127], shift);
      expectExact(layer, expectedPointwise(layer), 1);
    }
  });

  it('takes dead channels, and offsets far beyond the range', () => {
    const layer = randomPointwise(5, [4, 16, 16], false, [-128, 127]);
    const { mul, bias } = layer.scaling;
    mul.fill(0, 0, 6);
    [-(2n ** 50n), -129n << 35n, 5n << 35n, 127n << 35n, 128n << 35n, 2n ** 50n].forEach(
      (value, c) => (bias[c] = value),
    );
    mul[6] = 3;
    bias[6] = 2n ** 52n;
    mul[7] = 1;
    bias[7] = -(2n ** 52n);
    expectExact(layer, expectedPointwise(layer), 2);
  });

  it('is exact where sums lie on the border of two results', () => {
    const layer = randomPointwise(6, [8, 4, 8], false, [0, 255]);
    // One input that counts: acc = x * w, (acc * 2^29 + bias + 2^30) >> 31 rounds halves and quarters.
    layer.weights.fill(0);
    for (let c = 0; c < 8; c++) layer.weights[4 * c] = c - 3;
    layer.scaling.shift = 31;
    layer.scaling.mul.fill(2 ** 29);
    layer.scaling.mul[7] = 2 ** 30 - 1;
    layer.scaling.bias.forEach((_, c) => (layer.scaling.bias[c] = BigInt(c - 4)));
    expectExact(layer, expectedPointwise(layer), 1);
  });

  it('refuses negative multipliers and those of 31 bits', () => {
    for (const bad of [-1, 2 ** 30, 2 ** 31 - 1]) {
      const layer = randomPointwise(7, [4, 16, 4], false, [0, 255]);
      layer.scaling.mul[2] = bad;
      expect(runCase(layer).code).toBe(REFUSED);
    }
  });
});

describe('depth-wise 3x3 with CORE-V', () => {
  const ranges = [
    [false, [0, 255]],
    [true, [-128, 127]],
  ] as const;

  // Odd sizes recompute a row and end in a single column; stripes lack padding above or below; one and two
  // pairs of rows at once take several passes.
  it.each([
    { h: 14, w: 14, channels: 16, outH: 14, padTop: 1, lines: 7, harts: 8 },
    { h: 5, w: 7, channels: 36, outH: 5, padTop: 1, lines: 1, harts: 8 },
    { h: 2, w: 2, channels: 4, outH: 2, padTop: 1, lines: 1, harts: 2 },
    { h: 3, w: 3, channels: 8, outH: 3, padTop: 1, lines: 2, harts: 3 },
    { h: 6, w: 4, channels: 12, outH: 4, padTop: 0, lines: 2, harts: 1 },
    { h: 6, w: 5, channels: 8, outH: 5, padTop: 0, lines: 1, harts: 8 },
    { h: 6, w: 5, channels: 8, outH: 5, padTop: 1, lines: 9, harts: 8 },
  ])('$h x $w x $channels, $outH rows, padding $padTop, $lines pairs', ({ harts, ...size }) => {
    for (const [inSigned, range] of ranges) {
      const whole = { ...size, outW: size.w, stride: 1, padLeft: 1 };
      const layer = randomDepthwise(81, whole, inSigned, [...range]);
      expectExact(layer, expectedDepthwise(layer), harts);
    }
  });

  // Padding behind only (even sizes), on both sides (odd ones, and even ones as PyTorch pads them), none; tiles
  // of which a half lies outside; a stripe; several passes.
  it.each([
    { h: 14, w: 14, channels: 16, outH: 7, outW: 7, padTop: 0, padLeft: 0, lines: 8 },
    { h: 8, w: 6, channels: 36, outH: 4, outW: 3, padTop: 0, padLeft: 0, lines: 2 },
    { h: 7, w: 9, channels: 8, outH: 4, outW: 5, padTop: 1, padLeft: 1, lines: 3 },
    { h: 8, w: 8, channels: 8, outH: 4, outW: 4, padTop: 1, padLeft: 1, lines: 5 },
    { h: 9, w: 9, channels: 4, outH: 4, outW: 4, padTop: 0, padLeft: 0, lines: 2 },
    { h: 9, w: 11, channels: 4, outH: 4, outW: 4, padTop: 0, padLeft: 0, lines: 9 },
    { h: 9, w: 8, channels: 12, outH: 4, outW: 4, padTop: 0, padLeft: 0, lines: 4 },
    { h: 2, w: 3, channels: 4, outH: 1, outW: 2, padTop: 0, padLeft: 1, lines: 2 },
  ])('stride 2: $h x $w x $channels to $outH x $outW, padding $padTop $padLeft', (size) => {
    for (const [inSigned, range] of ranges) {
      const layer = randomDepthwise(82, { ...size, stride: 2 }, inSigned, [...range]);
      for (const harts of [1, 8]) expectExact(layer, expectedDepthwise(layer), harts);
    }
  });
});

describe('residual with CORE-V', () => {
  it.each([1, 4, 63, 250, 1024])('%i bytes', (count) => {
    for (const range of [
      [-100, 90],
      [-128, 127],
    ] as const) {
      const layer = randomResidual(count, count, [...range]);
      expectExact(layer, expectedResidual(layer));
    }
  });
});

describe('the baseline of PULP-NN', () => {
  // Rows that do not divide by the harts, odd rows with a pixel left over, more harts than rows.
  it.each([
    { size: [14 * 14, 64, 16], width: 14, harts: 8 },
    { size: [7 * 7, 20, 8], width: 7, harts: 8 },
    { size: [3 * 5, 12, 4], width: 5, harts: 2 },
    { size: [16 * 2, 8, 24], width: 2, harts: 5 },
  ] as const)('pointwise $size in rows of $width, $harts harts', ({ size, width, harts }) => {
    for (const [inSigned, range] of [
      [false, [-128, 127]],
      [true, [0, 255]],
    ] as const) {
      const layer = randomPointwise(101, [...size], inSigned, [...range]);
      layer.size.push(width);
      expectExact({ ...layer, pulpnn: true }, expectedPointwise(layer), harts);
    }
  });

  // Whole tensors and stripes; planes whose rows are words, are not, and end inside of a word.
  it.each([
    { h: 14, w: 14, channels: 40, outH: 14, outW: 14, stride: 1, padTop: 1, padLeft: 1 },
    { h: 7, w: 7, channels: 8, outH: 7, outW: 7, stride: 1, padTop: 1, padLeft: 1 },
    { h: 16, w: 16, channels: 8, outH: 16, outW: 16, stride: 1, padTop: 1, padLeft: 1 },
    { h: 6, w: 5, channels: 4, outH: 4, outW: 5, stride: 1, padTop: 0, padLeft: 1 },
    { h: 6, w: 4, channels: 12, outH: 5, outW: 4, stride: 1, padTop: 0, padLeft: 1 },
    { h: 14, w: 14, channels: 16, outH: 7, outW: 7, stride: 2, padTop: 0, padLeft: 0 },
    { h: 7, w: 9, channels: 8, outH: 4, outW: 5, stride: 2, padTop: 1, padLeft: 1 },
    { h: 9, w: 9, channels: 4, outH: 4, outW: 4, stride: 2, padTop: 0, padLeft: 0 },
  ])('depth-wise $h x $w x $channels to $outH x $outW, stride $stride', (size) => {
    for (const [inSigned, range] of [
      [false, [0, 255]],
      [true, [-128, 127]],
    ] as const) {
      const layer = randomDepthwise(102, { ...size, lines: 2 }, inSigned, [...range]);
      for (const harts of [1, 8])
        expectExact({ ...layer, pulpnn: true }, expectedDepthwise(layer), harts);
    }
  });

  it.each([
    { count: 7 * 24, row: 24 },
    { count: 40, row: 1000 },
  ])('addition of $count bytes in rows of $row', ({ count, row }) => {
    const layer = randomResidual(103, count);
    layer.size.push(row);
    expectExact({ ...layer, pulpnn: true }, expectedResidual(layer));
  });
});

describe('kernel-bench-xcv', () => {
  it('reaches the speed that issue 3 asks for, with the results of the scalar kernels', () => {
    const { code, lines } = runProgram(prebuilt('kernel-bench-xcv'), { isa: 'rv32imc_xcv' });
    expect(code, lines.join('\n')).toBe(0);
    const speed = (name: string): number => {
      const line = lines.find((text) => text.startsWith(name) && text.includes(' xcv '));
      return Number(/([\d.]+) MAC\/cycle/.exec(line ?? '')?.[1]);
    };
    // Requantisation, fork and barrier are in.
    expect(speed('pointwise 14x14x384->64 u8')).toBeGreaterThanOrEqual(16);
    expect(speed('pointwise 14x14x64->384 i8')).toBeGreaterThanOrEqual(14);
    expect(speed('depthwise 14x14x384 /1')).toBeGreaterThanOrEqual(4.5);
  });
});
