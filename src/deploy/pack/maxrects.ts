/**
 * Two-dimensional bin packing by maximal free rectangles (J. Jylänki, "A thousand ways to pack the
 * bin", 2010): every bin keeps the list of the largest rectangles that are still free; they may overlap.
 */

export interface Rectangle {
  /** Columns of cells. */
  readonly width: number;
  /** Rows of cells. */
  readonly height: number;
}

export interface Place {
  readonly array: number;
  readonly x: number;
  readonly y: number;
}

interface Free {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How well a rectangle suits a free one; the smallest value wins. */
type Fitness = (free: Free, rectangle: Rectangle) => number;

const spare = (free: Free, r: Rectangle): [number, number] => [
  free.width - r.width,
  free.height - r.height,
];

/** Rules for choosing among the free rectangles. */
export const heuristics = {
  /** Best short side fit: the smaller of the two gaps is as small as possible. */
  'short-side': (free, r) => Math.min(...spare(free, r)),
  /** Best long side fit. */
  'long-side': (free, r) => Math.max(...spare(free, r)),
  /** Best area fit. */
  area: (free, r) => free.width * free.height - r.width * r.height,
  /** Bottom-left: the lowest row that is reached, then the leftmost column. */
  'bottom-left': (free, r) => (free.y + r.height) * 65_536 + free.x,
} as const satisfies Record<string, Fitness>;

export type Heuristic = keyof typeof heuristics;

/** Orders in which rectangles are placed, largest first. */
export const orders = {
  area: (r: Rectangle) => r.width * r.height,
  'short side': (r: Rectangle) => Math.min(r.width, r.height),
  'long side': (r: Rectangle) => Math.max(r.width, r.height),
  height: (r: Rectangle) => r.height * 65_536 + r.width,
  width: (r: Rectangle) => r.width * 65_536 + r.height,
} as const;

export type Order = keyof typeof orders;

export interface PackRule {
  readonly heuristic: Heuristic;
  readonly order: Order;
}

/** Tile&Pack as published: MaxRects with the best short side fit, best-fitting bin, sorted by area. */
export const publishedRule: PackRule = { heuristic: 'short-side', order: 'area' };

export interface Packing {
  /** In the order of the rectangles. */
  readonly places: readonly Place[];
  /** Number of arrays. */
  readonly arrays: number;
}

/** One array and what is free of it. */
class Bin {
  private free: Free[];

  constructor(
    size: Rectangle,
    private readonly fitness: Fitness,
  ) {
    this.free = [{ x: 0, y: 0, ...size }];
  }

  /** The free rectangle that suits best, and how well. */
  best(r: Rectangle): { free: Free; fitness: number } | undefined {
    let found: { free: Free; fitness: number } | undefined;
    for (const free of this.free) {
      if (free.width < r.width || free.height < r.height) continue;
      const fitness = this.fitness(free, r);
      if (found === undefined || fitness < found.fitness) found = { free, fitness };
    }
    return found;
  }

  take(used: Free): void {
    const rest = this.free.flatMap((free) => without(free, used));
    this.free = rest.filter(
      (free, i) =>
        !rest.some((other, k) => k !== i && contains(other, free) && !(k > i && same(other, free))),
    );
  }
}

const same = (a: Free, b: Free): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

const contains = (outer: Free, inner: Free): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** What is left of a free rectangle: up to four maximal ones. */
function without(free: Free, used: Free): Free[] {
  const right = free.x + free.width;
  const top = free.y + free.height;
  const usedRight = used.x + used.width;
  const usedTop = used.y + used.height;
  if (used.x >= right || usedRight <= free.x || used.y >= top || usedTop <= free.y) return [free];
  const rest: Free[] = [];
  if (used.x > free.x) rest.push({ ...free, width: used.x - free.x });
  if (usedRight < right) rest.push({ ...free, x: usedRight, width: right - usedRight });
  if (used.y > free.y) rest.push({ ...free, height: used.y - free.y });
  if (usedTop < top) rest.push({ ...free, y: usedTop, height: top - usedTop });
  return rest;
}

/**
 * Places rectangles without turning them on as few bins as the rule reaches. Each goes to the bin that
 * suits it best; a new bin is opened when none has room. Every rectangle must fit an empty bin.
 */
export function pack(rectangles: readonly Rectangle[], bin: Rectangle, rule: PackRule): Packing {
  const size = orders[rule.order];
  const order = rectangles
    .map((_, i) => i)
    .toSorted((a, b) => size(rectangles[b]!) - size(rectangles[a]!) || a - b);
  const bins: Bin[] = [];
  const places: Place[] = [];
  for (const index of order) {
    const r = rectangles[index]!;
    let chosen: { array: number; free: Free; fitness: number } | undefined;
    bins.forEach((candidate, array) => {
      const best = candidate.best(r);
      if (best !== undefined && (chosen === undefined || best.fitness < chosen.fitness)) {
        chosen = { array, ...best };
      }
    });
    if (chosen === undefined) {
      bins.push(new Bin(bin, heuristics[rule.heuristic]));
      chosen = { array: bins.length - 1, free: { x: 0, y: 0, ...bin }, fitness: 0 };
    }
    const { array, free } = chosen;
    places[index] = { array, x: free.x, y: free.y };
    bins[array]!.take({ x: free.x, y: free.y, width: r.width, height: r.height });
  }
  return { places, arrays: bins.length };
}

/** The best of all rules; of two that take as many arrays the first, the published one before all. */
export function packBest(
  rectangles: readonly Rectangle[],
  bin: Rectangle,
): Packing & { readonly rule: PackRule } {
  const rules: PackRule[] = [publishedRule];
  for (const order of Object.keys(orders) as Order[]) {
    for (const heuristic of Object.keys(heuristics) as Heuristic[])
      rules.push({ heuristic, order });
  }
  let best: (Packing & { rule: PackRule }) | undefined;
  for (const rule of rules) {
    const packing = pack(rectangles, bin, rule);
    if (best === undefined || packing.arrays < best.arrays) best = { ...packing, rule };
  }
  return best!;
}

/** Arrays that no packing can go below: the area of all rectangles. */
export const areaBound = (rectangles: readonly Rectangle[], bin: Rectangle): number =>
  Math.ceil(rectangles.reduce((sum, r) => sum + r.width * r.height, 0) / (bin.width * bin.height));
