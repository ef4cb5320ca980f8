import { Op, Simd, Type } from '../../emulator/wasm/index.js';
import type { FunctionBody, ModuleBuilder } from '../../emulator/wasm/index.js';
import { advance } from './multiply.js';
import { emitGaussian } from './noise.js';

const { i32, f64, v128 } = Type;

/** The high half of four words, as the low half. */
const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
/** The low halves of two vectors, and the low words of their four 64-bit lanes. */
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const lowWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];

/**
 * The column converter of `accel/physics/adc.ts`, four columns at a time and with the same operations
 * on doubles. A slope that carries its power of two already changes no bit of any product.
 */
export function emitConvert(builder: ModuleBuilder, body: FunctionBody, noisy: boolean): number {
  const [sums, count, slope, highest, gain, counter] = [0, 1, 2, 3, 4, 5];
  body.begin(noisy ? 6 : 4);
  const sum = body.local(v128);
  const sign = body.local(v128);
  const code = body.local(v128);
  const limit = body.local(v128);
  const lane = body.local(v128);
  const clipped = body.local(v128);
  const value = [body.local(v128), body.local(v128)];
  const gaussian = noisy ? emitGaussian(body, counter) : undefined;
  body.v128(0, 1, 2, 3);
  body.set(lane);
  body.block();
  body.get(count);
  body.i32(0);
  body.op(Op.i32LeS);
  body.brIf(0);
  body.loop();
  body.get(sums);
  body.memory(Simd.v128Load, 0, 2);
  body.set(sum);
  gaussian?.next();
  for (const [i, local] of value.entries()) {
    if (gaussian === undefined) {
      body.get(sum);
      body.op(Simd.i32x4Abs);
      scaled(body, i, slope);
    } else {
      body.get(sum);
      scaled(body, i, slope);
      body.get(gaussian.local);
      scaled(body, i, gain);
      body.op(Simd.f64x2Add);
    }
    body.set(local);
  }
  if (gaussian === undefined) {
    body.get(sum);
    body.i32(31);
    body.op(Simd.i32x4ShrS);
  } else {
    for (const local of value) {
      body.get(local);
      body.v128(0, 0, 0, 0);
      body.op(Simd.f64x2Lt);
    }
    body.shuffle(lowWords);
  }
  body.set(sign);
  for (const local of value) {
    body.get(local);
    if (noisy) body.op(Simd.f64x2Abs);
    body.f64(0.5);
    body.op(Simd.f64x2Splat);
    body.op(Simd.f64x2Add);
    body.op(Simd.i32x4TruncSatF64x2SZero);
  }
  body.shuffle(lowHalves);
  body.set(code);
  // The lowest code is one further from zero than the highest
  body.get(highest);
  body.op(Simd.i32x4Splat);
  body.get(sign);
  body.op(Simd.i32x4Sub);
  body.set(limit);
  body.get(clipped);
  body.get(code);
  body.get(limit);
  body.op(Simd.i32x4GtS);
  body.get(lane);
  body.get(count);
  body.op(Simd.i32x4Splat);
  body.op(Simd.i32x4LtS);
  body.op(Simd.v128And);
  body.op(Simd.i32x4Sub);
  body.set(clipped);
  body.get(sums);
  body.get(code);
  body.get(limit);
  body.op(Simd.i32x4MinS);
  body.get(sign);
  body.op(Simd.v128Xor);
  body.get(sign);
  body.op(Simd.i32x4Sub);
  body.memory(Simd.v128Store, 0, 2);
  advance(body, sums, 16);
  body.get(count);
  body.i32(4);
  body.op(Op.i32Sub);
  body.tee(count);
  body.i32(0);
  body.op(Op.i32GtS);
  body.brIf(0);
  body.end();
  body.end();
  for (let i = 0; i < 4; i++) {
    body.get(clipped);
    body.lane(Simd.i32x4ExtractLane, i);
    if (i > 0) body.op(Op.i32Add);
  }
  const common = [i32, i32, f64, i32];
  return builder.type(noisy ? [...common, f64, i32] : common, [i32]);
}

/** Two of the four words on the stack, as doubles, times a parameter. */
function scaled(body: FunctionBody, which: number, factor: number): void {
  if (which === 1) {
    // shuffle takes two operands; the words are the first of them
    body.v128(0, 0, 0, 0);
    body.shuffle(highHalf);
  }
  body.op(Simd.f64x2ConvertLowI32x4S);
  body.get(factor);
  body.op(Simd.f64x2Splat);
  body.op(Simd.f64x2Mul);
}
