/** How prices move with supply and node, and the grid that they lie on. */

/**
 * Energy of a gate against its supply by node, a V^2 + b V + c (Stillmaker and Baas, Integration 2017, by way of
 * Accelergy's library); between nodes linear.
 */
const curves = [
  { node: 20, a: 0.373, b: -0.1582, c: 0.04104 },
  { node: 32, a: 0.9559, b: -0.7823, c: 0.471 },
  { node: 45, a: 1.103, b: -0.362, c: 0.2767 },
  { node: 65, a: 3.755, b: -4.398, c: 1.975 },
] as const;

export const nodes = { smallest: 20, largest: 65, nominal: 22 } as const;

function gateEnergy(node: number, volts: number): number {
  const at = ({ a, b, c }: (typeof curves)[number]): number => a * volts * volts + b * volts + c;
  const above = Math.max(
    1,
    curves.findIndex((curve) => curve.node >= node),
  );
  const [low, high] = [curves[above - 1]!, curves[above]!];
  const share = (node - low.node) / (high.node - low.node);
  return at(low) + share * (at(high) - at(low));
}

/** Energy of the same digital circuit in `to` nm over that in `from` nm, both at `volts`; 20 to 65 nm. */
export const nodeFactor = (from: number, to: number, volts: number): number =>
  gateEnergy(to, volts) / gateEnergy(from, volts);

/**
 * Steps of prices: 2^-16 pJ. Products with counts and their sums are then exact doubles, in whatever order, as long
 * as the whole stays below 2^37 pJ (137 mJ).
 */
const steps = 65_536;
export const onGrid = (picojoules: number): number => Math.round(picojoules * steps) / steps;
