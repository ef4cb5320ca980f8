import { describe, expect, it } from 'vitest';
import { check } from './differential.js';

/**
 * Random cluster programs on the reference interpreter and on the translator; the long form is
 * `npm run soak`. Each file of this kind takes its share, so that they run beside each other.
 */
const seed = 1;
const programs = 1000;
const group = 50;

describe('translated code equals the interpreter', () => {
  it.each(Array.from({ length: programs / group }, (_, i) => i * group))(
    `programs from %i of seed ${seed}`,
    (first) => {
      for (let number = first; number < first + group; number++)
        expect(check(seed, number)?.text).toBeUndefined();
    },
    60_000,
  );
});
