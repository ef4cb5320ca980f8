/** Orders k = i + j of the one-bit MACs of weight bit i and input bit j. */
export const inputBits = 8;
/** Orders below the boundary that go through a converter. */
export const windowOrders = 4;

export interface Shares {
  readonly digital: number;
  readonly analog: number;
  readonly dropped: number;
  /** Weight columns with an order in the window. */
  readonly conversions: number;
}

/** Where the one-bit column MACs of a weight of so many bits go. */
export function sharesOf(bits: number, boundary: number): Shares {
  return (known[16 * bits + boundary] ??= divide(bits, boundary));
}

/** By 16 x bits + boundary. */
const known: (Shares | undefined)[] = [];

function divide(bits: number, boundary: number): Shares {
  let [digital, analog, dropped, conversions] = [0, 0, 0, 0];
  for (let i = 0; i < bits; i++) {
    let converted = false;
    for (let j = 0; j < inputBits; j++) {
      const order = i + j;
      if (order >= boundary) digital++;
      else if (order >= boundary - windowOrders) {
        analog++;
        converted = true;
      } else dropped++;
    }
    if (converted) conversions++;
  }
  return { digital, analog, dropped, conversions };
}
