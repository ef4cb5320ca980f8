/**
 * Arithmetic that 32-bit JavaScript operators do not have. All arguments and results are int32.
 * Source: RISC-V Unprivileged ISA, chapter "M" (division by zero and overflow do not trap).
 */

/** High word of the unsigned 64-bit product, from four 16-bit partial products. */
export function mulhu(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  // middle < 2^32, so its low half plus another 16x16 product stays below 2^53.
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) | 0;
}

export function mulh(a: number, b: number): number {
  return (mulhu(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

export function mulhsu(a: number, b: number): number {
  return (mulhu(a, b) - (a < 0 ? b : 0)) | 0;
}

/** Truncates toward zero; the overflow -2^31 / -1 wraps to -2^31 through `| 0`. */
export function div(a: number, b: number): number {
  return b === 0 ? -1 : (a / b) | 0;
}

export function divu(a: number, b: number): number {
  return b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0;
}

export function rem(a: number, b: number): number {
  return b === 0 ? a : (a % b) | 0;
}

export function remu(a: number, b: number): number {
  return b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0;
}

/**
 * Cycles of the serial divider beyond its base cost, from the divisor alone.
 * Leading zeros of b when unsigned or b >= 0; leading ones of b minus one when signed and b < 0.
 */
export function divisionSteps(divisor: number, signed: boolean): number {
  return signed && divisor < 0 ? Math.clz32(~divisor) - 1 : Math.clz32(divisor);
}

/** Number of bits that are set. */
export function populationCount(a: number): number {
  let pairs = a - ((a >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Position of the least significant set bit, 32 when there is none. */
export function firstOne(a: number): number {
  return a === 0 ? 32 : 31 - Math.clz32(a & -a);
}

/** Position of the most significant set bit, 32 when there is none. */
export function lastOne(a: number): number {
  return a === 0 ? 32 : 31 - Math.clz32(a);
}

/** Bits below the most significant one that equal it; 0 for 0 (CV32E40P user manual, cv.clb). */
export function leadingSignBits(a: number): number {
  return a === 0 ? 0 : Math.clz32(a ^ (a >> 31)) - 1;
}

/**
 * Reverses the order of groups of 1, 2 or 3 bits after a left shift; radix 3 means groups of one bit.
 * Groups of three start at the top, so two low bits are dropped and the two high bits of the result are 0.
 */
export function reverseBits(a: number, radix: number, shift: number): number {
  const width = radix === 1 || radix === 2 ? radix + 1 : 1;
  const shifted = a << shift;
  let result = 0;
  for (let low = 0; low + width <= 32; low += width) {
    const group = (shifted >>> (32 - width - low)) & ((1 << width) - 1);
    result |= group << low;
  }
  return result;
}

/** `extent + 1` ones from bit `position` up; those that leave the word are dropped. */
export function bitMask(extent: number, position: number): number {
  return ~(-2 << extent) << position;
}
