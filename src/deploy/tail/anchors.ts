import type { Anchor } from '../graph/host-tail.js';

/** Sizes of the feature maps of a single-shot detector, largest map first. */
export interface AnchorMaps {
  readonly maps: readonly { readonly height: number; readonly width: number }[];
  /** Side of the boxes on the first and last map, as fractions of the picture. */
  readonly minScale: number;
  readonly maxScale: number;
}

/** Aspect ratios of the boxes of a cell; a last one of ratio 1 lies between two scales. */
const ratios = [1, 2, 0.5, 3, 1 / 3];

/**
 * The anchors that TensorFlow's object detection generates for SSD (Liu et al., arXiv 1512.02325,
 * section 2.2, with three boxes on the largest map, the first of them 0.1 wide): for each map, row,
 * column and ratio in this order.
 */
export function ssdAnchors({ maps, minScale, maxScale }: AnchorMaps): Anchor[] {
  const scaleOf = (map: number): number =>
    map === maps.length ? 1 : minScale + ((maxScale - minScale) * map) / (maps.length - 1);
  return maps.flatMap(({ height, width }, map) => {
    const scale = scaleOf(map);
    const between = Math.sqrt(scale * scaleOf(map + 1));
    const boxes =
      map === 0
        ? [box(0.1, 1), box(scale, 2), box(scale, 0.5)]
        : [...ratios.map((ratio) => box(scale, ratio)), box(between, 1)];
    const anchors: Anchor[] = [];
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        for (const size of boxes) {
          anchors.push({ x: (x + 0.5) / width, y: (y + 0.5) / height, ...size });
        }
      }
    }
    return anchors;
  });
}

const box = (scale: number, ratio: number): { width: number; height: number } => ({
  width: scale * Math.sqrt(ratio),
  height: scale / Math.sqrt(ratio),
});
