import { describe, expect, test } from 'vitest';
import { detect, overlap, rank, softmax, ssdAnchors } from '../../src/deploy/tail/index.js';
import type { DetectorTail } from '../../src/deploy/graph/host-tail.js';

describe('SSD anchors', () => {
  const maps = [19, 10, 5, 3, 2, 1].map((side) => ({ height: side, width: side }));
  const anchors = ssdAnchors({ maps, minScale: 0.2, maxScale: 0.95 });

  test('there are 1917, three a cell on the first map and six on the others', () => {
    expect(anchors.length).toBe(3 * 361 + 6 * (100 + 25 + 9 + 4 + 1));
  });

  test('boxes of the first cell of the first two maps', () => {
    expect(anchors[0]).toEqual({ x: 0.5 / 19, y: 0.5 / 19, width: 0.1, height: 0.1 });
    expect(anchors[1]!.width).toBeCloseTo(0.2 * Math.SQRT2, 12);
    expect(anchors[1]!.height).toBeCloseTo(0.2 / Math.SQRT2, 12);
    // The second map has scale 0.35; its sixth box lies between 0.35 and 0.5.
    expect(anchors[1083]).toMatchObject({ x: 0.05, y: 0.05, width: 0.35 });
    expect(anchors[1083 + 5]!.height).toBeCloseTo(Math.sqrt(0.35 * 0.5), 12);
  });

  test('the last box lies between the largest scale and the whole picture', () => {
    expect(anchors.at(-1)!.width).toBeCloseTo(Math.sqrt(0.95), 12);
  });
});

describe('detection', () => {
  const anchor = { x: 0.5, y: 0.5, width: 0.2, height: 0.4 };
  const tail: DetectorTail = {
    kind: 'detector',
    anchors: [anchor, anchor, { ...anchor, x: 0.2 }],
    boxScale: [10, 10, 5, 5],
    classes: 3,
    background: 0,
    labels: ['nothing', 'cat', 'dog'],
  };

  test('decodes offsets against the anchor', () => {
    // y moves by 1/10 of 0.4, x by 2/10 of 0.2, height doubles, width stays.
    const offsets = [1, 2, 5 * Math.log(2), 0, ...Array.from({ length: 8 }, () => 0)];
    const logits = [9, 2, -9, 9, -9, -9, 9, -9, -9];
    const [found, ...others] = detect(tail, [offsets, logits]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ label: 'cat', classIndex: 1 });
    expect(found!.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    expect(found!.box.top).toBeCloseTo(0.54 - 0.4, 12);
    expect(found!.box.bottom).toBeCloseTo(0.54 + 0.4, 12);
    expect(found!.box.left).toBeCloseTo(0.44, 12);
    expect(found!.box.right).toBeCloseTo(0.64, 12);
  });

  test('of overlapping boxes of a class the best stays, other classes and places too', () => {
    const logits = [0, 1, 3, 0, 2, -9, 0, 0.5, -9];
    const found = detect(tail, [Array.from({ length: 12 }, () => 0), logits]);
    expect(found.map(({ label, box }) => [label, box.left.toFixed(1)])).toEqual([
      ['dog', '0.4'],
      ['cat', '0.4'],
      ['cat', '0.1'],
    ]);
  });

  test('overlapping boxes of a class become their mean, weighted by score', () => {
    const logits = [0, 2, -9, 0, 1, -9, 0, -9, -9];
    const offsets = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    const [found, ...others] = detect(tail, [offsets, logits]);
    const [strong, weak] = [2, 1].map((logit) => 1 / (1 + Math.exp(-logit)));
    expect(others).toEqual([]);
    expect(found!.score).toBeCloseTo(strong!, 12);
    // The second box lies 1/10 of 0.2 further to the right.
    const left = (strong! * 0.4 + weak! * 0.42) / (strong! + weak!);
    expect(found!.box.left).toBeCloseTo(left, 12);
    expect(found!.box.right).toBeCloseTo(left + 0.2, 12);
    expect(found!.box.top).toBeCloseTo(0.3, 12);
  });

  test('overlap is intersection over union', () => {
    const a = { left: 0, top: 0, right: 0.2, bottom: 0.2 };
    expect(overlap(a, { left: 0.1, top: 0, right: 0.3, bottom: 0.2 })).toBeCloseTo(1 / 3, 12);
    expect(overlap(a, { left: 0.2, top: 0, right: 0.3, bottom: 0.2 })).toBe(0);
  });
});

test('softmax and ranking', () => {
  expect(softmax([1000, 1000])).toEqual([0.5, 0.5]);
  const ranked = rank([0, Math.log(3), 0], ['a', 'b']);
  expect(ranked.map(({ label }) => label)).toEqual(['b', 'a', 'class 2']);
  expect(ranked[0]!.probability).toBeCloseTo(0.6, 12);
});
