import { expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/config/nearest.js';

it('counts insertions, deletions, substitutions and swaps', () => {
  // The textbook pair: k->s, e->i, +g.
  expect(editDistance('kitten', 'sitting', 5)).toBe(3);
  expect(editDistance('', 'abc', 5)).toBe(3);
  expect(editDistance('mian', 'main', 5)).toBe(1);
  expect(editDistance('same', 'same', 0)).toBe(0);
});

it('gives up beyond the limit', () => {
  expect(editDistance('kitten', 'sitting', 2)).toBe(Infinity);
});

it.each([
  ['tcdm.bank', 'tcdm.banks'],
  ['TCDM.BANKS', 'tcdm.banks'],
  ['banks', 'tcdm.banks'],
  ['hart', 'harts'],
  ['l2.latancy', 'l2.latency'],
])('%s was meant as %s', (typed, meant) => {
  expect(nearest(typed, ['harts', 'tcdm.banks', 'tcdm.size', 'l2.latency'])).toBe(meant);
});

it('suggests nothing when nothing is near', () => {
  expect(nearest('voltage', ['harts', 'tcdm.banks'])).toBeUndefined();
  expect(nearest('h'.repeat(1000), ['harts'])).toBeUndefined();
});
