/**
 * How fast this host computes what the engines compute, engine code alone: products of a 256x256
 * array with converters, with and without read noise, and pixels of the depth-wise engine; by vector
 * code and by the reference.
 */
import type { ImaConfig } from '../../accel/ima/parameters.js';
import type { ReadNoise } from '../../accel/physics/noise.js';
import type { MvmJob } from '../../accel/mvm/job.js';

type Built = {
  columns: typeof import('../../accel/ima/columns.js');
  datapath: typeof import('../../accel/depthwise/datapath.js');
  noise: typeof import('../../accel/physics/noise.js');
};

export interface ArithmeticRow {
  readonly operation: string;
  readonly arithmetic: string;
  /** Operations per CPU second; the best of the repetitions. */
  readonly per_second: number;
}

const size = 256;
const tile = { array: 0, x: 0, y: 0, rows: size };
const job: MvmJob = {
  pixels: 1,
  outputs: size,
  columnsPerOutput: 1,
  tiles: [tile],
  inputSigned: true,
  range: { m: 3, r: 9 },
  requantise: false,
  raw: false,
  own: new Int32Array(),
  mulAddress: 0,
  biasAddress: 0,
  shift: 8,
  lo: -128,
  hi: 127,
};

export function measureArithmetic(
  built: Built,
  config: ImaConfig,
  repeat: number,
): ArithmeticRow[] {
  const rows: ArithmeticRow[] = [];
  for (const arithmetic of ['simd', 'reference']) {
    const calls = arithmetic === 'simd' ? 100_000 : 4_000;
    for (const sigma of [0, 1]) {
      const operation = `MVM ${size}x${size} with ADC${sigma > 0 ? ' and noise' : ''}`;
      const product = products(built, config, arithmetic, sigma);
      rows.push({ operation, arithmetic, per_second: rate(product, calls, repeat) });
    }
    const pixel = pixels(built, arithmetic);
    rows.push({
      operation: 'depth-wise pixel of 16 channels',
      arithmetic,
      per_second: rate(pixel, 10 * calls, repeat),
    });
  }
  return rows;
}

function products(built: Built, config: ImaConfig, arithmetic: string, sigma: number): () => void {
  const { ReferenceColumns, VectorColumns } = built.columns;
  const { noiseKey, readGain } = built.noise;
  const noise = sigma > 0 ? { key: 0, gain: readGain(sigma) } : null;
  const input = Uint8Array.from({ length: size }, (_, i) => (i * 37) & 255);
  const cells = Int8Array.from({ length: size * size }, (_, i) => ((i * 7919) % 16) - 8);
  const accumulators = new Int32Array(size);
  let product = 0;
  const run = <A extends { load(cells: Int8Array): void }>(columns: {
    create(): A;
    product: (
      array: A,
      job: MvmJob,
      place: typeof tile,
      input: Uint8Array,
      accumulators: Int32Array,
      noise: ReadNoise | null,
    ) => number;
  }): (() => void) => {
    const array = columns.create();
    array.load(cells);
    return () => {
      if (noise !== null) noise.key = noiseKey(1, 0, product++);
      columns.product(array, job, tile, input, accumulators, noise);
    };
  };
  return arithmetic === 'simd' ? run(new VectorColumns(config)) : run(new ReferenceColumns(config));
}

function pixels(built: Built, arithmetic: string): () => void {
  const { ReferenceDatapath, VectorDatapath, headBytes } = built.datapath;
  const columns = 6;
  const path = arithmetic === 'simd' ? new VectorDatapath(columns) : new ReferenceDatapath(columns);
  path.use(Uint8Array.from({ length: headBytes }, (_, i) => (i < 208 ? (i * 37) & 127 : 0)));
  path.window.columns.forEach((_, i, words) => (words[i] = (i * 91) & 255));
  const channels = new Uint8Array(16);
  const pixelJob = { shift: 20, lo: -128, hi: 127 } as Parameters<typeof path.pixel>[1];
  let column = 0;
  return () => path.pixel(column++ % 1000, pixelJob, channels);
}

/** Calls per CPU second. */
function rate(call: () => void, calls: number, repeat: number): number {
  let best = 0;
  // The first round also pays for compilation
  for (let round = 0; round <= repeat; round++) {
    const started = process.cpuUsage();
    for (let i = 0; i < calls; i++) call();
    const { user, system } = process.cpuUsage(started);
    best = Math.max(best, (calls / (user + system)) * 1e6);
  }
  return best;
}
