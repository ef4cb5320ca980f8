import { afterAll, describe, expect, it } from 'vitest';
import { Fleet } from './fleet.js';

const seed = 1;

/**
 * A share of the random programs that run on the reference interpreter and translated. Files take a
 * share each, so that they run beside each other; the long form is `npm run soak`.
 */
export function compareShare(first: number, count: number): void {
  describe(`translated code equals the interpreter, seed ${seed}`, () => {
    const fleet = new Fleet(seed);
    afterAll(() => fleet.close());

    it(`${count} programs from ${first} on`, { timeout: 600_000 }, async () => {
      let compared = first;
      const difference = await fleet.compare(first, count, (next) => (compared = next));
      expect(difference).toBeUndefined();
      expect(compared).toBe(first + count);
    });
  });
}
