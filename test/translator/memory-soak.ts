/**
 * The long form of memory.test.ts, behind `make soak`: 10,000 distinct hot regions, code that changes
 * with fence.i, by default 10^11 guest cycles:
 *   npx tsx test/translator/memory-soak.ts [--regions 10000] [--cycles 100000000000]
 */
import { readArguments } from '../lockstep/arguments.js';
import { measureMemory } from './memory.js';

const { regions, cycles } = readArguments({ regions: 10_000, cycles: 1e11 });
const stretches = 50;
const use = measureMemory(regions, cycles, stretches, 512, (done, megabytes) =>
  process.stderr.write(
    `soak: ${done} of ${stretches} stretches, ${megabytes.toFixed(0)} MB kept\n`,
  ),
);
process.stdout.write(
  `${cycles} cycles over ${regions} regions: ${use.early.toFixed(0)} MB kept after a fifth, ` +
    `${use.late.toFixed(0)} MB at the end, at most ${use.resident.toFixed(0)} MB resident, ` +
    `${(100 * use.translated).toFixed(1)} % translated, dropped ${use.dropped} times\n`,
);
if (use.late - use.early > 20) {
  process.stdout.write('the memory of the emulator grows with the run\n');
  process.exit(79);
}
