import type { NetworkPlan } from '../graph/network-plan.js';
import { columnTiles, rectanglesOf, type ColumnTile } from '../pack/tile-and-pack.js';
import type { Rectangle } from '../pack/maxrects.js';

/** A layer on crossbars, cut into tiles. */
export interface ArrayLayer {
  readonly layer: number;
  readonly cellsPerWeight: 1 | 2;
  readonly tiles: readonly ColumnTile[];
  /** Tile after tile, row tile after row tile. */
  readonly rectangles: readonly Rectangle[];
}

/** The layers that are mapped on crossbars, in network order. */
export function arrayLayers(
  plan: Pick<NetworkPlan, 'layers'>,
  size: { readonly rows: number; readonly cols: number },
): ArrayLayer[] {
  return plan.layers.flatMap((layer, i) => {
    if (layer.kind !== 'convolution' || layer.unit !== 'array' || layer.array === undefined)
      return [];
    const { cellsPerWeight, spans } = layer.array;
    const tiles = columnTiles(layer.output.channels, cellsPerWeight, spans, size);
    return [{ layer: i, cellsPerWeight, tiles, rectangles: rectanglesOf(tiles, cellsPerWeight) }];
  });
}
