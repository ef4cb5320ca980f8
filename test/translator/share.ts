import { describe, expect, it } from 'vitest';
import { check } from './differential.js';

const seed = 1;
const group = 50;

/**
 * A share of the random programs that run on the reference interpreter and translated. Files take a
 * share each, so that they run beside each other; the long form is `npm run soak`.
 */
export function compareShare(first: number, count: number): void {
  describe(`translated code equals the interpreter, seed ${seed}`, () => {
    it.each(Array.from({ length: count / group }, (_, i) => first + i * group))(
      `${group} programs from %i on`,
      (start) => {
        for (let number = start; number < start + group; number++)
          expect(check(seed, number)?.text).toBeUndefined();
      },
      120_000,
    );
  });
}
