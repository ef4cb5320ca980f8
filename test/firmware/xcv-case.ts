/** Random layers for the kernels with CORE-V, what they must compute, and a run of each in the emulator. */
import { openSession } from '../../src/session/index.js';
import { Random } from './random.js';
import { prebuilt } from './run-block.js';

export interface Scaling {
  mul: number[];
  bias: bigint[];
  shift: number;
  lo: number;
  hi: number;
}

/** clip((acc * mul + bias + 2^(shift-1)) >> shift, lo, hi), as a byte. */
export function requantise(acc: number, s: Scaling, c: number): number {
  const sum = BigInt(acc) * BigInt(s.mul[c]) + s.bias[c] + (1n << BigInt(s.shift - 1));
  const q = sum >> BigInt(s.shift);
  const clipped = q < BigInt(s.lo) ? s.lo : q > BigInt(s.hi) ? s.hi : Number(q);
  return clipped & 0xff;
}

/** Spreads accumulators of about `spread` over the range, with clipping at both ends. */
export function randomScaling(
  random: Random,
  channels: number,
  spread: number,
  shift: number,
  [lo, hi]: [number, number],
): Scaling {
  const scale = ((hi - lo) / (2 * spread)) * 2 ** shift;
  return {
    mul: Array.from({ length: channels }, () =>
      Math.round((scale * random.between(60, 140)) / 100),
    ),
    bias: Array.from(
      { length: channels },
      () => ((BigInt(random.between(2 * lo - 40, 2 * hi + 40)) << BigInt(shift)) * 37n) / 64n,
    ),
    shift,
    lo,
    hi,
  };
}

export interface Case {
  kernel: 'pointwise' | 'depthwise' | 'residual' | 'conv3x3' | 'avgpool' | 'linear' | 'conv3x3rgb';
  size: number[];
  inSigned: boolean;
  input: Int16Array;
  weights: Int16Array;
  scaling: Scaling;
  outputs: number;
  /** The baseline of PULP-NN instead of our kernel. */
  pulpnn?: boolean;
}

const BASE = 0x1c080000;
const MAGIC = 0x43564358;
const kernels: readonly Case['kernel'][] = [
  'pointwise',
  'depthwise',
  'residual',
  'conv3x3',
  'avgpool',
  'linear',
  'conv3x3rgb',
];

/** Output bytes of firmware/apps/kernel-bench-xcv, and the cycles that the kernel took. */
export function runCase(layer: Case, harts = 8): { code: number; out: Uint8Array; cycles: number } {
  const image = new Uint8Array(1 << 19);
  const view = new DataView(image.buffer);
  let used = 128;
  const put = (bytes: number, write: (at: number) => void): number => {
    const at = used;
    write(at);
    used += (bytes + 7) & ~7;
    return BASE + at;
  };
  const bytes = (values: Int16Array): number =>
    put(values.length, (at) => values.forEach((v, i) => view.setInt8(at + i, v)));
  const { scaling } = layer;
  const inAt = bytes(layer.input);
  const weightsAt = bytes(layer.weights);
  const mulAt = put(4 * scaling.mul.length, (at) =>
    scaling.mul.forEach((v, i) => view.setInt32(at + 4 * i, v, true)),
  );
  const biasAt = put(8 * scaling.bias.length, (at) =>
    scaling.bias.forEach((v, i) => view.setBigInt64(at + 8 * i, v, true)),
  );
  const outAt = put(layer.outputs, () => {});
  if (used > image.length) throw new Error('the layer is too large for this test');
  const words = [
    MAGIC,
    kernels.indexOf(layer.kernel),
    outAt,
    0,
    scaling.shift,
    scaling.lo,
    scaling.hi,
    Number(layer.inSigned),
    inAt,
    weightsAt,
    mulAt,
    biasAt,
    ...layer.size,
  ];
  words[27] = Number(layer.pulpnn ?? false);
  words.forEach((word, i) => view.setInt32(4 * i, word, true));

  const session = openSession({ isa: 'rv32imc_xcv', harts });
  session.load({ name: 'kernel-bench-xcv.elf', bytes: prebuilt('kernel-bench-xcv') });
  session.write(BASE, image.subarray(0, used));
  const end = session.run();
  const out = session.read(outAt, layer.outputs).slice();
  const cycles = new DataView(session.read(BASE, 16).slice().buffer).getUint32(12, true);
  session.close();
  return { code: end.reason === 'exit' ? end.code : -1, out, cycles };
}

export function randomPointwise(
  seed: number,
  [pixels, rows, cols]: [number, number, number],
  inSigned: boolean,
  range: [number, number],
  shift = 35,
): Case {
  const random = new Random(seed);
  return {
    kernel: 'pointwise',
    size: [pixels, rows, cols],
    inSigned,
    input: random.bytes(pixels * rows, inSigned ? -128 : 0, inSigned ? 127 : 255),
    weights: random.bytes(cols * rows, -128, 127),
    scaling: randomScaling(random, cols, Math.sqrt(rows) * 8000, shift, range),
    outputs: pixels * cols,
  };
}

export function expectedPointwise({ size, input, weights, scaling }: Case): Uint8Array {
  const [pixels, rows, cols] = size;
  const out = new Uint8Array(pixels * cols);
  for (let p = 0; p < pixels; p++)
    for (let c = 0; c < cols; c++) {
      let acc = 0;
      for (let r = 0; r < rows; r++) acc += input[p * rows + r] * weights[c * rows + r];
      out[p * cols + c] = requantise(acc, scaling, c);
    }
  return out;
}

/** Whole tensors and stripes: `padTop` 0 or 1, and fewer output than input rows. */
export function randomDepthwise(
  seed: number,
  size: Record<DepthwiseSize, number>,
  inSigned: boolean,
  range: [number, number],
): Case {
  const random = new Random(seed);
  const { h, w, channels, outH } = size;
  return {
    kernel: 'depthwise',
    size: [h, w, channels, outH, size.outW, size.stride, size.padTop, size.padLeft, size.lines],
    inSigned,
    input: random.bytes(h * w * channels, inSigned ? -128 : 0, inSigned ? 127 : 255),
    weights: random.bytes(9 * channels, -128, 127),
    scaling: randomScaling(random, channels, 3 * 8000, 35, range),
    outputs: outH * size.outW * channels,
  };
}
type DepthwiseSize =
  | 'h'
  | 'w'
  | 'channels'
  | 'outH'
  | 'outW'
  | 'stride'
  | 'padTop'
  | 'padLeft'
  | 'lines';

export function expectedDepthwise({ size, input, weights, scaling }: Case): Uint8Array {
  const [h, w, channels, outH, outW, stride, padTop, padLeft] = size;
  const out = new Uint8Array(outH * outW * channels);
  for (let y = 0; y < outH; y++)
    for (let x = 0; x < outW; x++)
      for (let c = 0; c < channels; c++) {
        let acc = 0;
        for (let tap = 0; tap < 9; tap++) {
          const row = y * stride - padTop + Math.floor(tap / 3);
          const col = x * stride - padLeft + (tap % 3);
          if (row < 0 || row >= h || col < 0 || col >= w) continue;
          acc += input[(row * w + col) * channels + c] * weights[tap * channels + c];
        }
        out[(y * outW + x) * channels + c] = requantise(acc, scaling, c);
      }
  return out;
}

export function randomResidual(
  seed: number,
  count: number,
  [lo, hi]: [number, number] = [-100, 90],
): Case {
  const random = new Random(seed);
  return {
    kernel: 'residual',
    size: [count, random.between(1, 999_999), -random.between(1, 999_999)],
    inSigned: true,
    input: random.bytes(count, -128, 127),
    weights: random.bytes(count, -128, 127),
    scaling: { mul: [], bias: [], shift: 20, lo, hi },
    outputs: count,
  };
}

export function expectedResidual({ size, input, weights, scaling }: Case): Uint8Array {
  const [count, mulSkip, mulBranch] = size;
  return Uint8Array.from({ length: count }, (_, i) => {
    const q = Math.floor((input[i] * mulSkip + weights[i] * mulBranch + 2 ** 19) / 2 ** 20);
    return Math.max(scaling.lo, Math.min(scaling.hi, q)) & 0xff;
  });
}
