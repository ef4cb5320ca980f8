import type { DetectorTail } from '../graph/host-tail.js';

/** A detected object; edges as fractions of the picture. */
export interface Detection {
  readonly label: string;
  readonly classIndex: number;
  /** Sigmoid of the class logit. */
  readonly score: number;
  readonly box: Box;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface DetectorLimits {
  readonly minScore: number;
  /** Boxes of a class that overlap by more than this are one object. */
  readonly maxOverlap: number;
  readonly most: number;
}

export const defaultLimits: DetectorLimits = { minScore: 0.4, maxOverlap: 0.5, most: 20 };

/**
 * Boxes from the outputs of a single-shot detector: decoding against the anchors, sigmoid of the
 * class logits, and boxes of one class that overlap merged into one. The best score is kept; the box
 * is their mean, weighted by score (the weighted non-maximum suppression of MediaPipe), because
 * neighbouring anchors often score alike and their boxes differ by several per cent.
 *
 * @param outputs real values of the network's outputs: for each map offsets, then class logits
 */
export function detect(
  tail: DetectorTail,
  outputs: readonly ArrayLike<number>[],
  limits: DetectorLimits = defaultLimits,
): Detection[] {
  const candidates: Detection[] = [];
  let first = 0;
  for (let map = 0; map < outputs.length; map += 2) {
    const offsets = outputs[map]!;
    const logits = outputs[map + 1]!;
    const count = offsets.length / 4;
    for (let a = 0; a < count; a += 1) {
      for (let k = 0; k < tail.classes; k += 1) {
        if (k === tail.background) continue;
        const score = 1 / (1 + Math.exp(-logits[a * tail.classes + k]!));
        if (score < limits.minScore) continue;
        const label = tail.labels[k] ?? `class ${k}`;
        const box = decode(tail, first + a, offsets, 4 * a);
        candidates.push({ label, classIndex: k, score, box });
      }
    }
    first += count;
  }
  candidates.sort((a, b) => b.score - a.score);
  const kept: { readonly best: Detection; readonly all: Detection[] }[] = [];
  for (const candidate of candidates) {
    const same = kept.find(
      ({ best }) =>
        best.classIndex === candidate.classIndex &&
        overlap(best.box, candidate.box) > limits.maxOverlap,
    );
    if (same !== undefined) same.all.push(candidate);
    else if (kept.length < limits.most) kept.push({ best: candidate, all: [candidate] });
  }
  return kept.map(({ best, all }) => ({ ...best, box: mean(all) }));
}

/** Mean of boxes, weighted by score. */
function mean(detections: readonly Detection[]): Box {
  const weight = detections.reduce((sum, { score }) => sum + score, 0);
  const edge = (of: keyof Box): number =>
    detections.reduce((sum, { box, score }) => sum + score * box[of], 0) / weight;
  return { left: edge('left'), top: edge('top'), right: edge('right'), bottom: edge('bottom') };
}

/** Offsets are (y, x, height, width) against the anchor, sizes as logarithms. */
function decode(
  tail: DetectorTail,
  anchorIndex: number,
  offsets: ArrayLike<number>,
  at: number,
): Box {
  const anchor = tail.anchors[anchorIndex]!;
  const [sy, sx, sh, sw] = tail.boxScale;
  const y = (offsets[at]! / sy) * anchor.height + anchor.y;
  const x = (offsets[at + 1]! / sx) * anchor.width + anchor.x;
  const height = Math.exp(offsets[at + 2]! / sh) * anchor.height;
  const width = Math.exp(offsets[at + 3]! / sw) * anchor.width;
  const inside = (v: number): number => Math.min(1, Math.max(0, v));
  return {
    left: inside(x - width / 2),
    top: inside(y - height / 2),
    right: inside(x + width / 2),
    bottom: inside(y + height / 2),
  };
}

/** Intersection over union. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: Box): number => (box.right - box.left) * (box.bottom - box.top);
  return (width * height) / (area(a) + area(b) - width * height);
}
