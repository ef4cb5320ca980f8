import { addPrimitives, noPrimitives, window } from './dbc.js';
import type { Primitives } from './dbc.js';
import type { FloatFormat } from './float-format.js';
import { reductions } from './integer.js';

/** Primitives of operations in closed form; the domain-level model takes exactly these. */

/** A sum of up to five rows over `bits` wires: load of the window, a read and two writes a wire, read of the result. */
export const addition = (bits: number): Primitives => ({
  ...noPrimitives(),
  transverseReads: bits,
  writes: 2 * bits - 1,
  writeSteps: bits,
  transverseWrites: window,
  reads: 1,
});

const sumOf = (parts: readonly (readonly [Readonly<Primitives>, number])[]): Primitives => {
  const total = noPrimitives();
  for (const [part, times] of parts) addPrimitives(total, part, times);
  return total;
};

/** One reduction from seven rows to three. */
export const reduction: Readonly<Primitives> = {
  ...noPrimitives(),
  transverseReads: 1,
  transverseWrites: window,
};

/** An unsigned product of two numbers of `bits` bits. */
export const multiplication = (bits: number): Primitives =>
  sumOf([
    [reduction, reductions(bits)],
    [addition(2 * bits), 1],
  ]);

/** A signed product: both operands and the product are negated where needed. */
export const signedMultiplication = (bits: number): Primitives =>
  sumOf([
    [multiplication(bits), 1],
    [addition(bits), 2],
    [addition(2 * bits), 1],
  ]);

/** A product of `rows` inputs with rows of weights: read and shift a row each, all gated copies and a correction summed. */
export const integerProduct = (rows: number, inputBits: number, lane: number): Primitives =>
  sumOf([
    [{ ...noPrimitives(), reads: 1, shifts: 1 }, rows],
    [reduction, reductions(rows * inputBits + 1)],
    [addition(lane), 1],
  ]);

const rangeOf = ({ exponentBits }: FloatFormat): number => exponentBits + 2;

/** Product of significands, rounding, exponent, room of the exponent. */
export function floatMultiplication(format: FloatFormat): Primitives {
  const precision = format.fractionBits + 1;
  return sumOf([
    [multiplication(precision), 1],
    [addition(2 * precision + 1), 1],
    [addition(rangeOf(format)), 2],
  ]);
}

/** Comparison, distance of exponents, sum, rounding, exponent, room of the exponent. */
export function floatAddition(format: FloatFormat): Primitives {
  const precision = format.fractionBits + 1;
  const aligned = precision + format.guard + 1;
  return sumOf([
    [addition(format.exponentBits + format.fractionBits + 1), 1],
    [addition(rangeOf(format)), 3],
    [addition(aligned), 1],
    [addition(aligned + 1), 1],
  ]);
}

/** A comparison as a difference of numbers in their order. */
export const floatMaximum = (format: FloatFormat): Primitives =>
  addition(format.exponentBits + format.fractionBits + 2);

/** Two reads, one write; what lies between is logic of the row buffer. */
export const floatSelection: Readonly<Primitives> = {
  ...noPrimitives(),
  reads: 2,
  writes: 1,
  writeSteps: 1,
};
