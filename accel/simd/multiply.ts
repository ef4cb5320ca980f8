import { Op, Simd, Type } from '../../emulator/wasm/index.js';
import type { FunctionBody, ModuleBuilder } from '../../emulator/wasm/index.js';

/**
 * Exact column sums of an array of int8 weights.
 *
 * Weights lie in blocks of 32 columns; in a block pair of rows after pair of rows, in a pair
 * [column][row of the pair]. So eight bytes are four columns of two rows, which one widening load
 * and one dot product take. Inputs are pairs of 16-bit words, one word of 32 bits a pair.
 */
export const blockColumns = 32;
/** Bytes of a pair of rows in a block. */
export const pairBytes = 2 * blockColumns;
const groups = blockColumns / 4;

// Two or four pairs a turn were measured: V8 11.3 then moves registers, and is 1.5 times slower.

/** Functions of this folder write their body and return its type. */
export type Emitter = (builder: ModuleBuilder, body: FunctionBody) => number;

const { i32, v128 } = Type;

export const emitWiden: Emitter = (builder, body) => {
  const [from, to, count, signed] = [0, 1, 2, 3];
  body.begin(4);
  const bytes = body.local(v128);
  const step = (low: number, high: number): void => {
    body.loop();
    body.get(from);
    body.memory(Simd.v128Load, 0, 0);
    body.set(bytes);
    for (const [i, code] of [low, high].entries()) {
      body.get(to);
      body.get(bytes);
      body.op(code);
      body.memory(Simd.v128Store, 16 * i, 0);
    }
    advance(body, from, 16);
    advance(body, to, 32);
    body.get(count);
    body.i32(16);
    body.op(Op.i32Sub);
    body.tee(count);
    body.i32(0);
    body.op(Op.i32GtS);
    body.brIf(0);
    body.end();
  };
  body.get(signed);
  body.if();
  step(Simd.i16x8ExtendLowI8x16S, Simd.i16x8ExtendHighI8x16S);
  body.else();
  step(Simd.i16x8ExtendLowI8x16U, Simd.i16x8ExtendHighI8x16U);
  body.end();
  return builder.type([i32, i32, i32, i32], []);
};

export const emitMultiply: Emitter = (builder, body) => emitSums(builder, body, 1);

/** The same with weights of 16 bits, whose pairs of rows take twice the bytes. */
export const emitMultiplyWide: Emitter = (builder, body) => emitSums(builder, body, 2);

const emitSums = (builder: ModuleBuilder, body: FunctionBody, weightBytes: 1 | 2): number => {
  const [weights, inputs, pairs, sums, blocks, blockBytes] = [0, 1, 2, 3, 4, 5];
  body.begin(6);
  const cell = body.local(i32);
  const input = body.local(i32);
  const end = body.local(i32);
  const pair = body.local(v128);
  const sum = Array.from({ length: groups }, () => body.local(v128));
  body.get(inputs);
  body.get(pairs);
  body.i32(2);
  body.op(Op.i32Shl);
  body.op(Op.i32Add);
  body.set(end);
  body.loop();
  {
    copy(body, weights, cell);
    copy(body, inputs, input);
    for (const local of sum) {
      body.v128(0, 0, 0, 0);
      body.set(local);
    }
    body.loop();
    body.get(input);
    body.memory(Simd.v128Load32Splat, 0);
    body.set(pair);
    for (const [i, local] of sum.entries()) {
      body.get(local);
      body.get(cell);
      if (weightBytes === 1) body.memory(Simd.v128Load8x8S, 8 * i);
      else body.memory(Simd.v128Load, 16 * i);
      body.get(pair);
      body.op(Simd.i32x4DotI16x8S);
      body.op(Simd.i32x4Add);
      body.set(local);
    }
    advance(body, cell, pairBytes * weightBytes);
    body.get(input);
    body.i32(4);
    body.op(Op.i32Add);
    body.tee(input);
    body.get(end);
    body.op(Op.i32LtU);
    body.brIf(0);
    body.end();
    for (const [i, local] of sum.entries()) {
      body.get(sums);
      body.get(local);
      body.memory(Simd.v128Store, 16 * i);
    }
    advance(body, sums, 16 * groups);
    body.get(weights);
    body.get(blockBytes);
    body.op(Op.i32Add);
    body.set(weights);
    body.get(blocks);
    body.i32(1);
    body.op(Op.i32Sub);
    body.tee(blocks);
    body.brIf(0);
  }
  body.end();
  return builder.type([i32, i32, i32, i32, i32, i32], []);
};

/** Adds columns to outputs: one column an output, or two, 16 times the first plus the second. */
export const emitAccumulate: Emitter = (builder, body) => {
  const [columns, outputs, count, two] = [0, 1, 2, 3];
  body.begin(4);
  const load = (offset: number): void => {
    body.get(columns);
    body.memory(Simd.v128Load, offset, 2);
  };
  const loop = (bytes: number, value: () => void): void => {
    body.loop();
    body.get(outputs);
    body.get(outputs);
    body.memory(Simd.v128Load, 0, 2);
    value();
    body.op(Simd.i32x4Add);
    body.memory(Simd.v128Store, 0, 2);
    advance(body, columns, bytes);
    advance(body, outputs, 16);
    body.get(count);
    body.i32(4);
    body.op(Op.i32Sub);
    body.tee(count);
    body.i32(0);
    body.op(Op.i32GtS);
    body.brIf(0);
    body.end();
  };
  body.get(two);
  body.if();
  loop(32, () => {
    load(0);
    load(16);
    body.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]);
    body.i32(4);
    body.op(Simd.i32x4Shl);
    load(0);
    load(16);
    body.shuffle([4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31]);
    body.op(Simd.i32x4Add);
  });
  body.else();
  loop(16, () => load(0));
  body.end();
  return builder.type([i32, i32, i32, i32], []);
};

export function advance(body: FunctionBody, local: number, bytes: number): void {
  body.get(local);
  body.i32(bytes);
  body.op(Op.i32Add);
  body.set(local);
}

function copy(body: FunctionBody, from: number, to: number): void {
  body.get(from);
  body.set(to);
}
