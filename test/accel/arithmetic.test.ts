import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReferenceDatapath, VectorDatapath, headBytes } from '../../accel/depthwise/datapath.js';
import type { Datapath } from '../../accel/depthwise/datapath.js';
import type { DepthwiseJob } from '../../accel/depthwise/job.js';
import { loadWindow } from '../../accel/depthwise/window.js';
import { ReferenceColumns, VectorColumns } from '../../accel/ima/columns.js';
import type { MvmJob } from '../../accel/mvm/job.js';
import { adcLimits } from '../../accel/physics/adc.js';
import { noiseKey, readGain } from '../../accel/physics/noise.js';
import { openSession } from '../../src/session/index.js';
import { fillRandom, random } from '../hwpe/random.js';
import { imaConfig } from './ima-bench.js';

type Next = (n: number) => number;

/** A job of one row tile anywhere in the array, converter settings at random and at their limits. */
function randomJob(rows: number, cols: number, arrays: number, next: Next): MvmJob {
  const columnsPerOutput = next(2) + 1;
  const outputs = 1 + next(Math.floor(cols / columnsPerOutput));
  const height = next(4) === 0 ? rows : 1 + next(rows);
  return {
    pixels: 1,
    outputs,
    columnsPerOutput,
    tiles: [
      {
        array: next(arrays),
        x: next(cols - outputs * columnsPerOutput + 1),
        y: next(rows - height + 1),
        rows: height,
      },
    ],
    inputSigned: next(2) === 1,
    range: {
      m: next(8) === 0 ? adcLimits.maxM - next(3) : next(2 ** (1 + next(31))),
      r: adcLimits.minR + next(adcLimits.maxR),
    },
    requantise: false,
    raw: false,
    own: new Int32Array(),
    mulAddress: 0,
    biasAddress: 0,
    shift: 1,
    lo: 0,
    hi: 0,
  };
}

describe('vector code of the arrays equals the reference', () => {
  for (const [rows, cols, signedOnly] of [
    [256, 256, false],
    [8, 8, false],
    [37, 71, false],
    [1024, 1024, true],
  ] as const) {
    it(`${rows} rows, ${cols} columns`, () => {
      const next = random(rows + cols);
      const arrays = rows === 1024 ? 1 : 3;
      for (let round = 0; round < 4; round++) {
        const config = imaConfig({ rows, cols, adc_bits: 2 + next(11), ideal: round === 3 });
        const reference = new ReferenceColumns(config);
        const vector = new VectorColumns(config);
        const pairs = Array.from({ length: arrays }, () => {
          const pair = { plain: reference.create(), fast: vector.create() };
          const cells = Int8Array.from({ length: rows * cols }, () => next(16) - 8);
          pair.plain.load(cells);
          pair.fast.load(cells);
          return pair;
        });
        for (let k = 0; k < 40; k++) {
          const job = randomJob(rows, cols, arrays, next);
          const [tile] = job.tiles;
          const pair = pairs[tile.array];
          const [x, y, cell] = [next(cols), next(rows), next(16) - 8];
          pair.plain.set(x, y, cell);
          pair.fast.set(x, y, cell);
          expect(pair.fast.get(x, y)).toBe(cell);
          const input = new Uint8Array(rows);
          fillRandom(input, next(2 ** 31));
          if (signedOnly && k === 0) input.fill(255);
          const before = Int32Array.from({ length: cols }, () => next(1000) - 500);
          const key = noiseKey(next(2 ** 31), tile.array, next(2 ** 31));
          const noise = next(2) === 0 ? null : { key, gain: readGain(next(64000) / 1000) };
          const expected = before.slice();
          const clipped = reference.product(pair.plain, job, tile, input, expected, noise);
          const found = before.slice();
          expect(vector.product(pair.fast, job, tile, input, found, noise)).toBe(clipped);
          expect(found).toEqual(expected);
        }
      }
    });
  }
});

describe('vector code of the depth-wise engine equals the reference', () => {
  it('for pixels of random windows, weights and tables', () => {
    const next = random(91);
    const columns = 6;
    const paths: Datapath[] = [new ReferenceDatapath(columns), new VectorDatapath(columns)];
    for (let round = 0; round < 400; round++) {
      const head = new Uint8Array(headBytes);
      fillRandom(head, next(2 ** 31));
      // Half of the biases small, so that sums stay inside the doubles of the reference
      if (next(2) === 0) for (let c = 0; c < 16; c++) head.fill(0, 208 + 8 * c + 5, 216 + 8 * c);
      const signed = next(2) === 1;
      const line = new Uint8Array(16);
      for (const path of paths) path.use(head);
      for (let column = round; column < round + 3; column++)
        for (let row = 0; row < 3; row++) {
          fillRandom(line, next(2 ** 31));
          if (round === 0) line.fill(signed ? 128 : 255);
          for (const path of paths) loadWindow(path.window, column, row, 0, line, 16, signed);
        }
      const lo = -128 + next(129);
      const job = { shift: 1 + next(62), lo, hi: lo + next(256 - lo) } as DepthwiseJob;
      const results = paths.map((path) => {
        const result = new Uint8Array(16);
        path.pixel(round, job, result);
        return [...result];
      });
      expect(results[1]).toEqual(results[0]);
    }
  });
});

describe('a host without WebAssembly', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('ends with a hint, and computes when the reference is chosen', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(() => openSession()).toThrow(/no WebAssembly.*\n.*--set hwpe.arithmetic=reference/);
    const session = openSession({ set: { 'hwpe.arithmetic': 'reference' } });
    expect(session.configuration.get('hwpe.arithmetic')).toBe('reference');
  });
});
