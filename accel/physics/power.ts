/**
 * 2^n for -64 <= n <= 64 by table. V8 moves `2 ** n` into the loop that uses it, where one call costs
 * more than the whole conversion of a column.
 */
const table = Float64Array.from({ length: 129 }, (_, i) => 2 ** (i - 64));

export const powerOfTwo = (n: number): number => table[n + 64];
