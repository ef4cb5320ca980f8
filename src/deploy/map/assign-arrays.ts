/**
 * Which weights stay on the arrays and which are programmed again for every picture. As many groups
 * as possible stay; those that do not share a few arrays and are programmed before they run, one
 * group after the other.
 */
import { OctobarError } from '../../../emulator/sim/error.js';
import type { Group } from '../tile/groups.js';
import { pack, packBest, publishedRule, type Place, type Rectangle } from '../pack/maxrects.js';
import type { ArrayLayer } from './array-layers.js';

/** Column tiles of a layer that are on the arrays at the same time. */
export interface LoadPart {
  readonly layer: number;
  readonly firstTile: number;
  readonly tiles: number;
}

/** Weights that are programmed together. */
export interface Load {
  readonly parts: readonly LoadPart[];
  /** Rows of cells that are programmed. */
  readonly rows: number;
}

export interface ArrayAssignment {
  /** By layer: the places of its rectangles. */
  readonly places: ReadonlyMap<number, readonly Place[]>;
  /** Groups whose weights stay. */
  readonly resident: ReadonlySet<number>;
  /** By group that is not resident: what is programmed, in order. */
  readonly loads: ReadonlyMap<number, readonly Load[]>;
  /** Arrays in use, shared ones included. */
  readonly arrays: number;
  /** Arrays that weights share, the last ones. */
  readonly shared: number;
  /** Rows of cells that are programmed for every picture, if each load is programmed once. */
  readonly reprogrammedRows: number;
}

interface ArraySet {
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
}

/** SUBMIT_PLOT writes eight cells of a row at a time. */
const plotWidth = 8;
const plotted = (r: Rectangle): Rectangle => ({
  width: Math.ceil(r.width / plotWidth) * plotWidth,
  height: r.height,
});

const binOf = (set: ArraySet): Rectangle => ({ width: set.cols, height: set.rows });

const rowsOf = (rectangles: readonly Rectangle[]): number =>
  rectangles.reduce((sum, r) => sum + r.height, 0);

const areaOf = (rectangles: readonly Rectangle[]): number =>
  rectangles.reduce((sum, r) => sum + r.height * r.width, 0);

interface GroupWeights {
  readonly group: number;
  readonly layers: readonly ArrayLayer[];
  readonly rectangles: readonly Rectangle[];
}

/**
 * @param stripes stripes that a group will probably be cut into
 * @throws OctobarError `config` naming the layer when the arrays cannot hold even a part of it
 */
export function assignArrays(
  groups: readonly Group[],
  layers: readonly ArrayLayer[],
  set: ArraySet,
  stripes: (group: Group) => number,
): ArrayAssignment {
  const expected = groups.map(stripes);
  const costOf = ({ loads }: ArrayAssignment): number =>
    [...loads].reduce(
      (sum, [group, list]) => sum + rowsIn(list) * (list.length > 1 ? expected[group]! : 1),
      0,
    );
  const weights = groups.flatMap((group, number): GroupWeights[] => {
    const own = layers.filter(({ layer }) => group.layers.includes(layer));
    if (own.length === 0) return [];
    return [
      { group: number, layers: own, rectangles: own.flatMap(({ rectangles }) => rectangles) },
    ];
  });
  const all = packGroups(weights, set);
  if (all.arrays <= set.count) return residentOnly(weights, all);
  let best: ArrayAssignment | undefined;
  for (let shared = 1; shared <= set.count && shared <= mostShared; shared += 1) {
    const found = withShared(weights, set, shared);
    if (found !== undefined && (best === undefined || costOf(found) < costOf(best))) best = found;
  }
  if (best === undefined) throw tooLarge(layers, set);
  return best;
}

interface PackedGroups {
  readonly arrays: number;
  readonly places: Map<number, readonly Place[]>;
}

/** More shared arrays than this were never better. */
const mostShared = 20;

const rowsIn = (loads: readonly Load[]): number =>
  loads.reduce((rows, load) => rows + load.rows, 0);

/** The published rule first; the best of all rules only where that saves arrays. */
function packGroups(
  weights: readonly GroupWeights[],
  set: ArraySet,
  thorough = true,
): PackedGroups {
  const layers = weights.flatMap((w) => w.layers);
  const rectangles = layers.flatMap((layer) => layer.rectangles);
  const published = pack(rectangles, binOf(set), publishedRule);
  const packing =
    published.arrays <= set.count || !thorough ? published : packBest(rectangles, binOf(set));
  const places = new Map<number, readonly Place[]>();
  let at = 0;
  for (const { layer, rectangles: own } of layers) {
    places.set(layer, packing.places.slice(at, at + own.length));
    at += own.length;
  }
  return { arrays: packing.arrays, places };
}

const residentOnly = (
  weights: readonly GroupWeights[],
  { arrays, places }: PackedGroups,
): ArrayAssignment => ({
  places,
  resident: new Set(weights.map(({ group }) => group)),
  loads: new Map(),
  arrays,
  shared: 0,
  reprogrammedRows: 0,
});

/** The best assignment with so many shared arrays; undefined when some weights do not fit on them. */
function withShared(
  weights: readonly GroupWeights[],
  set: ArraySet,
  shared: number,
): ArrayAssignment | undefined {
  const room = set.count - shared;
  const split = new Map(
    weights.map((w) => [w.group, splitLoads(w, { ...set, count: shared }, room)] as const),
  );
  // Those that save most programming for the space that they take stay.
  const value = (w: GroupWeights): number => rowsOf(w.rectangles) / areaOf(w.rectangles);
  const order = weights.toSorted((a, b) => value(b) - value(a) || a.group - b.group);
  let stay: GroupWeights[] = [];
  for (const candidate of order) {
    const more = [...stay, candidate];
    if (areaOf(more.flatMap((w) => w.rectangles)) > room * set.rows * set.cols) continue;
    if (packGroups(more, { ...set, count: room }, false).arrays <= room) stay = more;
  }
  const resident = new Set(stay.map(({ group }) => group));
  const packed = packGroups(stay, { ...set, count: room }, false);
  const places = new Map(packed.places);
  const loads = new Map<number, readonly Load[]>();
  let rows = 0;
  for (const w of weights) {
    if (resident.has(w.group)) continue;
    const found = split.get(w.group);
    if (found === undefined) return undefined;
    loads.set(w.group, found.loads);
    for (const [layer, own] of found.places) places.set(layer, own);
    rows += rowsIn(found.loads);
  }
  return { places, resident, loads, arrays: set.count, shared, reprogrammedRows: rows };
}

interface SplitLoads {
  readonly loads: Load[];
  readonly places: Map<number, Place[]>;
}

/** Column tiles in order, in as few loads as first fit gives; undefined when one tile is too large. */
function splitLoads(w: GroupWeights, shared: ArraySet, firstArray: number): SplitLoads | undefined {
  const units = w.layers.flatMap((layer) =>
    layer.tiles.map((tile, index) => ({
      layer: layer.layer,
      index,
      rectangles: tile.rowTiles.map(({ rows }) =>
        plotted({ width: tile.cols * layer.cellsPerWeight, height: rows }),
      ),
    })),
  );
  const loads: Load[] = [];
  const places = new Map<number, Place[]>(w.layers.map(({ layer }) => [layer, []]));
  for (let at = 0; at < units.length;) {
    let end = at;
    let packed: readonly Place[] | undefined;
    while (end < units.length) {
      const rectangles = units.slice(at, end + 1).flatMap((unit) => unit.rectangles);
      const packing = pack(rectangles, binOf(shared), publishedRule);
      if (packing.arrays > shared.count) break;
      packed = packing.places;
      end += 1;
    }
    if (packed === undefined) return undefined;
    const chosen = units.slice(at, end);
    let p = 0;
    for (const unit of chosen) {
      for (let i = 0; i < unit.rectangles.length; i += 1, p += 1) {
        const { array, x, y } = packed[p]!;
        places.get(unit.layer)!.push({ array: array + firstArray, x, y });
      }
    }
    loads.push({ parts: partsOf(chosen), rows: rowsOf(chosen.flatMap((u) => u.rectangles)) });
    at = end;
  }
  return { loads, places };
}

function partsOf(units: readonly { readonly layer: number; readonly index: number }[]): LoadPart[] {
  const parts: LoadPart[] = [];
  for (const { layer, index } of units) {
    const last = parts.at(-1);
    if (last?.layer === layer) parts[parts.length - 1] = { ...last, tiles: last.tiles + 1 };
    else parts.push({ layer, firstTile: index, tiles: 1 });
  }
  return parts;
}

function tooLarge(layers: readonly ArrayLayer[], set: ArraySet): OctobarError {
  const most = layers.reduce((a, b) =>
    a.tiles[0]!.rowTiles.length >= b.tiles[0]!.rowTiles.length ? a : b,
  );
  return new OctobarError(
    'config',
    `the row tiles of layer ${most.layer} need ${most.tiles[0]!.rowTiles.length} arrays at once, ima.arrays is ${set.count}`,
    { hint: `--set ima.arrays=${most.tiles[0]!.rowTiles.length} or more` },
  );
}
