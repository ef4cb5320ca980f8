/** First convolution, pooling and classifier: random layers, and what they must compute by plain formulas. */
import { Random } from './random.js';
import { randomScaling, requantise } from './xcv-case.js';
import type { Case } from './xcv-case.js';

interface Conv {
  h: number;
  w: number;
  inC: number;
  outH: number;
  outW: number;
  stride: 1 | 2;
  padTop: number;
  padLeft: number;
  outC: number;
  padValue: number;
  /** Scratch for so many groups of four windows. */
  tiles: number;
}

/** Weights of an output, filled up to whole words. */
const pitchOf = (inC: number): number => Math.ceil((9 * inC) / 4) * 4;

export function randomConv3x3(seed: number, s: Conv, inSigned: boolean): Case {
  const random = new Random(seed);
  const pitch = pitchOf(s.inC);
  const weights = random.bytes(s.outC * pitch, -128, 127);
  weights.forEach((_, i) => {
    if (i % pitch >= 9 * s.inC) weights[i] = 0;
  });
  return {
    kernel: 'conv3x3',
    size: [
      s.h,
      s.w,
      s.inC,
      s.outH,
      s.outW,
      s.stride,
      s.padTop,
      s.padLeft,
      s.outC,
      s.padValue,
      s.tiles,
    ],
    inSigned,
    input: random.bytes(s.h * s.w * s.inC, inSigned ? -128 : 0, inSigned ? 127 : 255),
    weights,
    scaling: randomScaling(
      random,
      s.outC,
      3 * Math.sqrt(s.inC) * 8000,
      35,
      inSigned ? [0, 255] : [-128, 127],
    ),
    outputs: s.outH * s.outW * s.outC,
  };
}

export function expectedConv3x3({ size, input, weights, scaling }: Case): Uint8Array {
  const [h, w, inC, outH, outW, stride, padTop, padLeft, outC, padValue] = size;
  const pitch = pitchOf(inC);
  const out = new Uint8Array(outH * outW * outC);
  const at = (row: number, col: number, n: number): number =>
    row < 0 || row >= h || col < 0 || col >= w ? padValue : input[(row * w + col) * inC + n];
  out.forEach((_, i) => {
    const c = i % outC;
    const x = Math.floor(i / outC) % outW;
    const y = Math.floor(i / outC / outW);
    let acc = 0;
    for (let ky = 0; ky < 3; ky++)
      for (let kx = 0; kx < 3; kx++)
        for (let n = 0; n < inC; n++) {
          const weight = weights[c * pitch + (3 * ky + kx) * inC + n];
          acc += weight * at(y * stride + ky - padTop, x * stride + kx - padLeft, n);
        }
    out[i] = requantise(acc, scaling, c);
  });
  return out;
}

/** The kernel for three channels: multipliers with which no sum leaves 32 bits. */
export function randomConv3x3Rgb(
  seed: number,
  size: Omit<Conv, 'inC' | 'tiles'>,
  inSigned: boolean,
  shift = 18,
): Case {
  const layer = randomConv3x3(seed, { ...size, inC: 3, tiles: (size.outW % 3) + 1 }, inSigned);
  const random = new Random(seed + 1);
  const scaling = randomScaling(random, size.outC, 3 * Math.sqrt(3) * 8000, shift, [0, 255]);
  return { ...layer, kernel: 'conv3x3rgb', scaling };
}

interface Pool {
  h: number;
  w: number;
  channels: number;
  outH: number;
  outW: number;
  windowH: number;
  windowW: number;
  stride: number;
}

export function randomAvgpool(seed: number, s: Pool, inSigned: boolean): Case {
  const random = new Random(seed);
  const range: [number, number] = inSigned ? [-128, 127] : [0, 255];
  return {
    kernel: 'avgpool',
    size: [s.h, s.w, s.channels, s.outH, s.outW, s.windowH, s.windowW, s.stride],
    inSigned,
    input: random.bytes(s.h * s.w * s.channels, ...range),
    weights: new Int16Array(0),
    scaling: randomScaling(random, s.channels, s.windowH * s.windowW * 130, 30, range),
    outputs: s.outH * s.outW * s.channels,
  };
}

export function expectedAvgpool({ size, input, scaling }: Case): Uint8Array {
  const [, w, channels, outH, outW, windowH, windowW, stride] = size;
  const out = new Uint8Array(outH * outW * channels);
  out.forEach((_, i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % outW;
    const y = Math.floor(i / channels / outW);
    let acc = 0;
    for (let row = y * stride; row < y * stride + windowH; row++)
      for (let col = x * stride; col < x * stride + windowW; col++)
        acc += input[(row * w + col) * channels + c];
    out[i] = requantise(acc, scaling, c);
  });
  return out;
}

/** With `raw` the result is the accumulators. */
export function randomLinear(
  seed: number,
  { rows, cols, raw, gap }: { rows: number; cols: number; raw: boolean; gap: number },
  inSigned: boolean,
): Case {
  const random = new Random(seed);
  return {
    kernel: 'linear',
    size: [rows, cols, Number(raw), rows + gap],
    inSigned,
    input: random.bytes(rows, inSigned ? -128 : 0, inSigned ? 127 : 255),
    weights: random.bytes((rows + gap) * cols, -128, 127),
    scaling: randomScaling(random, cols, Math.sqrt(rows) * 8000, 36, [-128, 127]),
    outputs: raw ? 4 * cols : cols,
  };
}

export function expectedLinear({ size, input, weights, scaling }: Case): Uint8Array {
  const [, cols, raw, pitch] = size;
  const sums = Int32Array.from({ length: cols }, (_, c) =>
    input.reduce((acc, x, r) => acc + x * weights[c * pitch + r], 0),
  );
  if (raw) return new Uint8Array(sums.buffer);
  return Uint8Array.from(sums, (acc, c) => requantise(acc, scaling, c));
}

export const layers: readonly (readonly [name: string, layer: Case, expected: Uint8Array])[] = [
  ...(
    [
      // The first layer of MobileNetV2 in small; odd sizes with padding on both sides; stride 1; other channels.
      {
        h: 16,
        w: 16,
        inC: 3,
        outH: 8,
        outW: 8,
        stride: 2,
        padTop: 0,
        padLeft: 0,
        outC: 32,
        padValue: 0,
        tiles: 8,
      },
      {
        h: 9,
        w: 11,
        inC: 3,
        outH: 5,
        outW: 6,
        stride: 2,
        padTop: 1,
        padLeft: 1,
        outC: 8,
        padValue: -7,
        tiles: 1,
      },
      {
        h: 5,
        w: 7,
        inC: 3,
        outH: 5,
        outW: 7,
        stride: 1,
        padTop: 1,
        padLeft: 1,
        outC: 4,
        padValue: 17,
        tiles: 3,
      },
      {
        h: 6,
        w: 6,
        inC: 1,
        outH: 6,
        outW: 6,
        stride: 1,
        padTop: 1,
        padLeft: 1,
        outC: 12,
        padValue: 0,
        tiles: 2,
      },
      {
        h: 6,
        w: 5,
        inC: 4,
        outH: 3,
        outW: 3,
        stride: 2,
        padTop: 0,
        padLeft: 1,
        outC: 8,
        padValue: 5,
        tiles: 2,
      },
      {
        h: 4,
        w: 6,
        inC: 5,
        outH: 2,
        outW: 4,
        stride: 1,
        padTop: 0,
        padLeft: 0,
        outC: 4,
        padValue: 0,
        tiles: 1,
      },
      {
        h: 5,
        w: 5,
        inC: 8,
        outH: 1,
        outW: 5,
        stride: 1,
        padTop: 1,
        padLeft: 1,
        outC: 4,
        padValue: 0,
        tiles: 2,
      },
    ] as const
  ).flatMap((size) =>
    [false, true].map((inSigned) => {
      const bounded = { ...size, padValue: inSigned ? size.padValue : Math.abs(size.padValue) };
      const layer = randomConv3x3(91, bounded, inSigned);
      const { h, w, inC, outC, stride } = size;
      return [
        `conv3x3 ${h}x${w}x${inC} to ${outC}, stride ${stride}, signed ${inSigned}`,
        layer,
        expectedConv3x3(layer),
      ] as const;
    }),
  ),
  ...(
    [
      // Padding below and on the right; on all sides; stride 1; rows of three, and of multiples of three.
      { h: 16, w: 16, outH: 8, outW: 8, stride: 2, padTop: 0, padLeft: 0, outC: 32, padValue: 0 },
      { h: 9, w: 11, outH: 5, outW: 6, stride: 2, padTop: 1, padLeft: 1, outC: 5, padValue: -7 },
      { h: 5, w: 9, outH: 5, outW: 9, stride: 1, padTop: 1, padLeft: 1, outC: 4, padValue: 17 },
      { h: 7, w: 33, outH: 3, outW: 16, stride: 2, padTop: 0, padLeft: 0, outC: 3, padValue: 0 },
      { h: 4, w: 5, outH: 2, outW: 3, stride: 1, padTop: 0, padLeft: 0, outC: 1, padValue: 0 },
      { h: 3, w: 3, outH: 3, outW: 3, stride: 1, padTop: 1, padLeft: 1, outC: 48, padValue: 3 },
    ] as const
  ).flatMap((size) =>
    [false, true].map((inSigned) => {
      const bounded = { ...size, padValue: inSigned ? size.padValue : Math.abs(size.padValue) };
      const layer = randomConv3x3Rgb(95, bounded, inSigned);
      const { h, w, outC, stride } = size;
      return [
        `conv3x3 of three channels, ${h}x${w} to ${outC}, stride ${stride}, signed ${inSigned}`,
        layer,
        expectedConv3x3(layer),
      ] as const;
    }),
  ),
  ...[
    { h: 7, w: 7, channels: 1280, outH: 1, outW: 1, windowH: 7, windowW: 7, stride: 1 },
    { h: 6, w: 8, channels: 12, outH: 3, outW: 4, windowH: 2, windowW: 2, stride: 2 },
    { h: 5, w: 6, channels: 20, outH: 2, outW: 2, windowH: 3, windowW: 3, stride: 2 },
    { h: 3, w: 4, channels: 8, outH: 1, outW: 3, windowH: 3, windowW: 2, stride: 1 },
  ].flatMap((size) =>
    [false, true].map((inSigned) => {
      const layer = randomAvgpool(92, size, inSigned);
      const { h, w, channels, windowH, windowW } = size;
      return [
        `average ${windowH}x${windowW} of ${h}x${w}x${channels}, signed ${inSigned}`,
        layer,
        expectedAvgpool(layer),
      ] as const;
    }),
  ),
  ...[
    { rows: 128, cols: 24, raw: false, gap: 8 },
    { rows: 64, cols: 21, raw: false, gap: 0 },
    { rows: 4, cols: 5, raw: false, gap: 4 },
    { rows: 1280, cols: 5, raw: true, gap: 0 },
    { rows: 36, cols: 19, raw: true, gap: 8 },
  ].flatMap((size) =>
    [false, true].map((inSigned) => {
      const layer = randomLinear(93, size, inSigned);
      return [
        `linear ${size.rows} to ${size.cols}${size.raw ? ', sums' : ''}, signed ${inSigned}`,
        layer,
        expectedLinear(layer),
      ] as const;
    }),
  ),
];
