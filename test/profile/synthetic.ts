/** A small profile by hand: two harts, an inlined function, recursion folded, sleep, awkward names. */
import type { Counts, Profile } from '../../src/profile/model.js';

const causes = ['load_use', 'tcdm_conflict'];

export const counts = (
  instructions: number,
  stalls: [number, number] = [0, 0],
  sleep = 0,
): Counts => ({
  cycles: instructions + stalls[0] + stalls[1],
  sleep,
  instructions,
  stalls,
  events: [],
  picojoules: 9 * instructions,
});

const file = 'firmware/apps/app.c';
/** main(0) calls work(1), which holds helper(2) inlined and calls (3) named like a reference of callgrind. */
export const syntheticProfile: Profile = {
  schema: 'octobar-profile/1',
  versions: { octobar: '0.0.0' },
  preset: 'garofalo2022',
  images: [],
  clock_hz: 500e6,
  window: { from: 0, to: 1000, cycles: 1000 },
  causes,
  events: [],
  functions: [
    { name: 'main', from: 0x1c000000, to: 0x1c000010, file, line: 3 },
    { name: 'work', from: 0x1c000010, to: 0x1c000020, file, line: 10 },
    { name: 'helper', from: 0, to: 0, file: 'firmware/runtime/helper.h', line: 1 },
    { name: '(1) </script><b>&"evil\n', from: 0x1c000020, to: 0x1c000030 },
  ],
  harts: [
    {
      hart: 0,
      stopped: 0,
      total: counts(150, [30, 20], 800),
      nodes: [
        { parent: -1, function: 0, inlined: false, calls: 1, self: counts(50, [10, 0], 800) },
        {
          parent: 0,
          function: 1,
          inlined: false,
          site: { file, line: 5 },
          pc: 0x1c000004,
          calls: 4,
          self: counts(40, [10, 0]),
        },
        {
          parent: 1,
          function: 2,
          inlined: true,
          site: { file, line: 11 },
          calls: 0,
          self: counts(30, [10, 0]),
        },
        {
          parent: 1,
          function: 3,
          inlined: false,
          pc: 0x1c000018,
          calls: 8,
          self: counts(30, [0, 20]),
        },
      ],
      instructions: [
        row(0x1c000000, 0, [{ file, line: 4, function: 0 }], counts(50, [10, 0], 800)),
        row(0x1c000010, 1, [{ file, line: 11, function: 1 }], counts(40, [10, 0])),
        row(
          0x1c000014,
          1,
          [
            { file: 'firmware/runtime/helper.h', line: 2, function: 2 },
            { file, line: 11, function: 1 },
          ],
          counts(30, [10, 0]),
        ),
        row(0x1c000020, 3, [], counts(30, [0, 20])),
      ],
      lines: [
        { file, line: 4, function: 0, self: counts(50, [10, 0], 800) },
        { file, line: 11, function: 1, self: counts(40, [10, 0]) },
        { file: 'firmware/runtime/helper.h', line: 2, function: 2, self: counts(30, [10, 0]) },
      ],
    },
    {
      hart: 1,
      stopped: 900,
      total: counts(100),
      nodes: [{ parent: -1, function: 1, inlined: false, calls: 1, self: counts(100) }],
      instructions: [row(0x1c000010, 1, [{ file, line: 11, function: 1 }], counts(100))],
      lines: [{ file, line: 11, function: 1, self: counts(100) }],
    },
  ],
  units: [],
  sections: [],
  banks: [],
  energy: { total_pj: 2250, harts_pj: 2250, units_pj: 0, background_pj: 0, report: noEnergy() },
  notes: [],
};

function row(
  pc: number,
  index: number,
  places: Profile['harts'][number]['instructions'][number]['places'],
  self: Counts,
): Profile['harts'][number]['instructions'][number] {
  return { pc, function: index, places, text: 'addi      a0,a0,1', bytes: 4, self };
}

function noEnergy(): Profile['energy']['report'] {
  return { ...({} as Profile['energy']['report']), total_pj: 0, components: {}, rows: [] };
}
