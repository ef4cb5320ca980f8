/** A soft float out of exact fractions: slow, and written from the definition of the format alone. */

interface Format {
  exponentBits: number;
  fractionBits: number;
}
export const formats: Record<'fp32' | 'bf16', Format> = {
  fp32: { exponentBits: 8, fractionBits: 23 },
  bf16: { exponentBits: 8, fractionBits: 7 },
};

/** value = sign * significand * 2^exponent, exactly; or a special one. */
type Value =
  | { kind: 'finite'; negative: boolean; significand: bigint; exponent: number }
  | { kind: 'infinity'; negative: boolean }
  | { kind: 'nan' };

function decode(pattern: number, { exponentBits: e, fractionBits: f }: Format): Value {
  const negative = Math.floor(pattern / 2 ** (e + f)) === 1;
  const biased = Math.floor(pattern / 2 ** f) % 2 ** e;
  const fraction = pattern % 2 ** f;
  if (biased === 2 ** e - 1)
    return fraction === 0 ? { kind: 'infinity', negative } : { kind: 'nan' };
  if (biased === 0) return { kind: 'finite', negative, significand: 0n, exponent: 0 };
  const bias = 2 ** (e - 1) - 1;
  const significand = BigInt(2 ** f + fraction);
  return { kind: 'finite', negative, significand, exponent: biased - bias - f };
}

function encode(value: Value, { exponentBits: e, fractionBits: f }: Format): number {
  const sign = (negative: boolean): number => (negative ? 2 ** (e + f) : 0);
  const infinity = (2 ** e - 1) * 2 ** f;
  if (value.kind === 'nan') return infinity + 2 ** (f - 1);
  if (value.kind === 'infinity') return sign(value.negative) + infinity;
  if (value.significand === 0n) return sign(value.negative);
  // Round the significand to f + 1 bits, to nearest even, with an unbounded exponent.
  let { significand, exponent } = value;
  const excess = significand.toString(2).length - (f + 1);
  if (excess <= 0) {
    significand <<= BigInt(-excess);
  } else {
    const unit = 1n << BigInt(excess);
    const rest = significand % unit;
    significand /= unit;
    if (2n * rest > unit || (2n * rest === unit && significand % 2n === 1n)) significand += 1n;
  }
  exponent += excess;
  if (significand.toString(2).length > f + 1) {
    significand /= 2n;
    exponent += 1;
  }
  const biased = exponent + f + 2 ** (e - 1) - 1;
  if (biased <= 0) return sign(value.negative);
  if (biased >= 2 ** e - 1) return sign(value.negative) + infinity;
  return sign(value.negative) + biased * 2 ** f + (Number(significand) - 2 ** f);
}

export function softMultiply(a: number, b: number, name: 'fp32' | 'bf16'): number {
  const format = formats[name];
  const [x, y] = [decode(a, format), decode(b, format)];
  if (x.kind === 'nan' || y.kind === 'nan') return encode({ kind: 'nan' }, format);
  const negative = x.negative !== y.negative;
  const zero = (v: Value): boolean => v.kind === 'finite' && v.significand === 0n;
  if (x.kind === 'infinity' || y.kind === 'infinity')
    return encode(zero(x) || zero(y) ? { kind: 'nan' } : { kind: 'infinity', negative }, format);
  const significand = x.significand * y.significand;
  return encode(
    { kind: 'finite', negative, significand, exponent: x.exponent + y.exponent },
    format,
  );
}

export function softAdd(a: number, b: number, name: 'fp32' | 'bf16'): number {
  const format = formats[name];
  const [x, y] = [decode(a, format), decode(b, format)];
  if (x.kind === 'nan' || y.kind === 'nan') return encode({ kind: 'nan' }, format);
  if (x.kind === 'infinity' || y.kind === 'infinity') {
    if (x.kind === y.kind && x.negative !== y.negative) return encode({ kind: 'nan' }, format);
    return encode(x.kind === 'infinity' ? x : y, format);
  }
  const exponent = Math.min(x.exponent, y.exponent);
  const signed = (v: typeof x): bigint =>
    (v.negative ? -v.significand : v.significand) << BigInt(v.exponent - exponent);
  const sum = signed(x) + signed(y);
  const bothNegative = x.negative && y.negative;
  const negative =
    sum === 0n ? bothNegative && x.significand === 0n && y.significand === 0n : sum < 0n;
  return encode({ kind: 'finite', negative, significand: sum < 0n ? -sum : sum, exponent }, format);
}

/** Bit patterns with every kind of value: special ones, neighbours of powers of two, near exponents, anything. */
export function operands(next: (n: number) => number, name: 'fp32' | 'bf16'): [number, number] {
  const { exponentBits: e, fractionBits: f } = formats[name];
  const one = (exponent: number): number => {
    const fractions = [0, 1, 2 ** f - 1, 2 ** (f - 1), next(2 ** f), next(2 ** f), next(2 ** f)];
    return next(2) * 2 ** (e + f) + exponent * 2 ** f + fractions[next(fractions.length)];
  };
  const special = [0, 1, 2, 2 ** e - 2, 2 ** e - 1];
  const first = next(4) === 0 ? special[next(special.length)] : next(2 ** e);
  const styles = [
    () => Math.min(2 ** e - 1, Math.max(0, first + next(2 * f + 9) - f - 4)),
    () => Math.min(2 ** e - 1, Math.max(0, 2 ** e - 2 - first + next(5))),
    () => special[next(special.length)],
    () => next(2 ** e),
  ];
  const a = one(first);
  return [a, next(16) === 0 ? a : one(styles[next(styles.length)]())];
}
