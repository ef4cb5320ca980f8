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
