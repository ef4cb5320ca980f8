import { Simd, Type } from '../../emulator/wasm/index.js';
import type { FunctionBody } from '../../emulator/wasm/index.js';
import { columnStep, mixing, secondWord } from '../physics/noise.js';

/** The normal variables of four neighbouring columns, in one local, advanced by `next`. */
export interface Gaussian {
  readonly local: number;
  next(): void;
}

/**
 * `gaussian` of `accel/physics/noise.ts` for four columns at a time.
 * @param counter parameter: what `counterOf` gives for the first column
 */
export function emitGaussian(body: FunctionBody, counter: number): Gaussian {
  const { v128 } = Type;
  const counters = body.local(v128);
  const hash = body.local(v128);
  const first = body.local(v128);
  const local = body.local(v128);

  /** Mixes the words on the stack. */
  const mixed = (): void => {
    for (const [shift, factor] of mixing) {
      body.tee(hash);
      body.get(hash);
      body.i32(shift);
      body.op(Simd.i32x4ShrU);
      body.op(Simd.v128Xor);
      if (factor === 1) continue;
      splat(body, factor);
      body.op(Simd.i32x4Mul);
    }
  };

  body.get(counter);
  body.op(Simd.i32x4Splat);
  body.v128(0, columnStep, 2 * columnStep, 3 * columnStep);
  body.op(Simd.i32x4Add);
  body.set(counters);
  return {
    local,
    next() {
      body.get(counters);
      mixed();
      body.tee(first);
      body.op(Simd.i16x8ExtaddPairwiseI8x16U);
      body.get(first);
      splat(body, secondWord);
      body.op(Simd.v128Xor);
      mixed();
      body.op(Simd.i16x8ExtaddPairwiseI8x16U);
      body.op(Simd.i16x8Add);
      body.op(Simd.i32x4ExtaddPairwiseI16x8U);
      splat(body, 1020);
      body.op(Simd.i32x4Sub);
      body.set(local);
      body.get(counters);
      splat(body, 4 * columnStep);
      body.op(Simd.i32x4Add);
      body.set(counters);
    },
  };
}

function splat(body: FunctionBody, value: number): void {
  body.v128(value, value, value, value);
}

/** What the vector form takes for its first column. */
export const counterOf = (column: number, key: number): number =>
  (key + Math.imul(column, columnStep)) | 0;
