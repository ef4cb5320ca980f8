import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/datasets/index.js';
import { kernelSource } from '../../src/deploy/fast/generated/kernels.js';
import { FastNetwork } from '../../src/deploy/fast/network.js';
import { executeNetwork } from '../../src/deploy/reference/network.js';
import { randomPlan } from './random-plan.js';
import { Sequence } from './sequence.js';

/** The fast executor against the readable one, every tensor, every byte. */
describe('fast and readable executor agree', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => [seed + 1]))('random network %i', (seed) => {
    const random = new Sequence(seed);
    const plan = randomPlan(random);
    const count = plan.input.height * plan.input.width * plan.input.channels;
    const fast = new FastNetwork(plan);
    for (let picture = 0; picture < 2; picture += 1) {
      const input =
        plan.input.kind === 'int8'
          ? Int8Array.from({ length: count }, () => random.between(-128, 127))
          : Uint8Array.from({ length: count }, () => random.between(0, 255));
      const slow = executeNetwork(plan, input);
      const outputs = fast.run(input);
      for (const { name } of plan.layers) {
        expect(fast.tensor(name), `${name} of seed ${seed}`).toEqual(slow.get(name));
      }
      expect(outputs).toEqual(plan.outputs.map((name) => slow.get(name)));
    }
  });
});

test('the module was made from the source beside it', () => {
  const source = readFileSync(join(packageRoot(), 'src/deploy/fast/kernels.c'));
  expect(createHash('sha256').update(source).digest('hex')).toBe(kernelSource);
});
