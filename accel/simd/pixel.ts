import { Op, Simd, Type } from '../../emulator/wasm/index.js';
import type { Emitter } from './multiply.js';

/** Channels of the depth-wise engine, and the places of the tables behind its weights. */
const channels = 16;
const taps = 9;
export const pixelTables = {
  weights: 0,
  multipliers: taps * channels,
  biases: taps * channels + 4 * channels,
  bytes: taps * channels + 12 * channels,
} as const;

/**
 * One output pixel of 16 channels: 3x3 products, then the requantisation of
 * `accel/physics/requantise.ts`. An input of 9 bits times a weight of 8 fits 16 bits, so products
 * are exact before they widen. Sums and tables meet in 64-bit integers, which wrap as specified.
 */
export const emitPixel: Emitter = (builder, body) => {
  const { i32, i64, v128 } = Type;
  const [columns, tables, shift, lo, hi, result] = [[0, 1, 2], 3, 4, 5, 6, 7];
  body.begin(8);
  const product = body.local(v128);
  const sums = Array.from({ length: 4 }, () => body.local(v128));
  const bits = body.local(i64);
  const rounding = body.local(i64);
  const value = body.local(i64);
  const low = body.local(i64);
  const high = body.local(i64);
  for (let tap = 0; tap < taps; tap++) {
    for (let part = 0; part < 2; part++) {
      body.get(columns[tap % 3]);
      body.memory(Simd.v128Load, 2 * (channels * Math.floor(tap / 3) + 8 * part), 1);
      body.get(tables);
      body.memory(Simd.v128Load8x8S, pixelTables.weights + channels * tap + 8 * part, 0);
      body.op(Simd.i16x8Mul);
      body.set(product);
      for (const [i, code] of [Simd.i32x4ExtendLowI16x8S, Simd.i32x4ExtendHighI16x8S].entries()) {
        const sum = sums[2 * part + i];
        body.get(sum);
        body.get(product);
        body.op(code);
        body.op(Simd.i32x4Add);
        body.set(sum);
      }
    }
  }
  body.get(shift);
  body.op(Op.i64ExtendI32S);
  body.set(bits);
  body.i64(1);
  body.get(bits);
  body.i64(1);
  body.op(Op.i64Sub);
  body.op(Op.i64Shl);
  body.set(rounding);
  for (const [from, to] of [
    [lo, low],
    [hi, high],
  ]) {
    body.get(from);
    body.op(Op.i64ExtendI32S);
    body.set(to);
  }
  for (let c = 0; c < channels; c++) {
    body.get(sums[c >> 2]);
    body.lane(Simd.i32x4ExtractLane, c & 3);
    body.op(Op.i64ExtendI32S);
    body.get(tables);
    body.memory(Op.i64Load32S, pixelTables.multipliers + 4 * c, 0);
    body.op(Op.i64Mul);
    body.get(tables);
    body.memory(Op.i64Load, pixelTables.biases + 8 * c, 0);
    body.op(Op.i64Add);
    body.get(rounding);
    body.op(Op.i64Add);
    body.get(bits);
    body.op(Op.i64ShrS);
    body.set(value);
    for (const [limit, compare] of [
      [low, Op.i64LtS],
      [high, Op.i64GtS],
    ]) {
      body.get(limit);
      body.get(value);
      body.get(value);
      body.get(limit);
      body.op(compare);
      body.op(Op.select);
      body.set(value);
    }
    body.get(result);
    body.get(value);
    body.memory(Op.i64Store8, c);
  }
  return builder.type([i32, i32, i32, i32, i32, i32, i32, i32], []);
};
