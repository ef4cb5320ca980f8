import { expect, it } from 'vitest';
import { firstDifference } from '../translator/compare.js';
import { open } from '../translator/differential.js';
import { stateOf } from '../translator/machines.js';
import { makeClusterProgram } from '../translator/program.js';

/** In a cache of two sets a fetch of two lines may push out the first one: to repeat it would change the run. */
it.each([3, 211, 499])('a trace changes nothing in caches of two sets: program %i', (number) => {
  const program = makeClusterProgram(801, number, 1e6);
  const settings = { ...program.settings, 'icache.ideal': false, 'icache.private_size': 128 };
  const [plain, traced] = [0, 1].map(() => open({ ...program, settings }, 'interpreter'));
  let count = 0;
  traced.trace(() => count++);
  const cycles = 12_000;
  const [expected, got] = [plain, traced].map((machine) =>
    stateOf(machine, machine.runUntil(cycles)),
  );
  expect(firstDifference(expected, got)).toBeUndefined();
  expect(count).toBeGreaterThan(0);
});
