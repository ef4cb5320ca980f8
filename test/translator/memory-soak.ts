/**
 * The long form of memory.test.ts, behind `make soak`: 10,000 different hot loops, code that changes before
 * fence.i, by default for 10^11 guest cycles of one hart and 2 * 10^9 of eight:
 *   npx tsx test/translator/memory-soak.ts [--regions 10000] [--cycles 100000000000] [--shared 2000000000]
 */
import { readArguments } from '../lockstep/arguments.js';
import { growth, measureMemory, type Stretch } from './memory.js';
import type { RegionGuest } from './regions.js';

const STRETCHES = 50;
/** Megabytes: caches of the host come and go. */
const KEPT = 20;
const RESIDENT = 200;
const options = readArguments({ regions: 10_000, cycles: 1e11, shared: 2e9 });
const { regions: count } = options;
const perFence = Math.ceil(count / 4);
// A visit of one hart takes a million cycles, so that a loop is worth a region; eight stay in a loop for less.
soak({ harts: 1, count, perFence, turns: 150_000, lapsPerChange: 2 }, options.cycles);
soak({ harts: 8, count, perFence, turns: 2_000, lapsPerChange: 4 }, options.shared);

function soak(guest: RegionGuest, cycles: number): void {
  const started = process.cpuUsage();
  const stretches = measureMemory(guest, cycles, STRETCHES, (stretch) => {
    const { user, system } = process.cpuUsage(started);
    const { dropped, regions, modules, code_bytes } = stretch.tiers;
    process.stderr.write(
      `soak: ${guest.harts} harts, ${(stretch.cycles / 1e9).toFixed(2)} of ${cycles / 1e9} G cycles, ` +
        `${((user + system) / 1e6).toFixed(0)} s; ${kept(stretch)}; made ${regions} regions, ${modules} modules, ` +
        `${(code_bytes / 1e6).toFixed(1)} MB of code, dropped ${dropped} times\n`,
    );
  });
  const { shares, dropped } = stretches.at(-1)!.tiers;
  const more = growth(stretches);
  process.stdout.write(
    `${cycles} cycles, ${guest.harts} harts, ${count} loops: ${kept(stretches.at(-1)!)}; ` +
      `${more.kept.toFixed(1)} MB kept and ${more.resident.toFixed(1)} MB resident more at the peak of the second half than of the first; instructions: ` +
      `${percent(shares.region)} in regions, ${percent(shares.translated)} in segments, ` +
      `${percent(shares.interpreted)} interpreted; dropped ${dropped} times\n`,
  );
  if (more.kept < KEPT && more.resident < RESIDENT) return;
  process.stdout.write('the memory of the emulator grows with the run\n');
  process.exit(79);
}

function kept({ heap, external, resident }: Stretch): string {
  const [a, b, c] = [heap, external, resident].map((megabytes) => megabytes.toFixed(1));
  return `heap ${a} MB, external ${b} MB, resident ${c} MB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
