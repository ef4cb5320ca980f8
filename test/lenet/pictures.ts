import type { LabelledPictures } from '../../src/datasets/index.js';
import { random } from '../hwpe/random.js';

/** Ten kinds of bright squares under noise: a few steps are enough to tell some apart. */
export function squares(count: number, seed: number): LabelledPictures {
  const side = 28;
  const next = random(seed);
  const pixels = new Uint8Array(count * side * side);
  const labels = Uint8Array.from({ length: count }, () => next(10));
  for (let i = 0; i < count; i++) {
    const [top, left] = [2 + 5 * Math.floor(labels[i] / 2), 3 + 12 * (labels[i] % 2)];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const inside = y >= top && y < top + 5 && x >= left && x < left + 9;
        pixels[(i * side + y) * side + x] = inside ? 180 + next(76) : next(40);
      }
  }
  return { side, count, pixels, labels };
}
