/**
 * The long form of the comparison with the reference interpreter, behind `make soak`:
 *   npx tsx test/translator/soak.ts [--programs 100000] [--first 0] [--seed 1] [--jobs 1] [--restart 1]
 * Programs depend on the seed and their number only, so parts may run apart, on any computer. Goes on
 * where an interrupted soak of the same part stopped.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../lockstep/arguments.js';
import { Fleet } from './fleet.js';

/** Programs of one process. */
const SHARE = 2_500;
const { programs, first, seed, jobs, restart } = readArguments({
  programs: 100_000,
  first: 0,
  seed: 1,
  jobs: Number(process.env['JOBS'] ?? 1),
  restart: 0,
});
const stateFile = fileURLToPath(
  new URL(`../../.cache/soak/translator-${seed}-${first}-${programs}.json`, import.meta.url),
);

/** Programs [from, to) that have not been compared. */
interface Part {
  from: number;
  readonly to: number;
}

const parts = restart === 0 && existsSync(stateFile) ? readParts() : allParts();
const left = (): number => parts.reduce((sum, { from, to }) => sum + to - from, 0);
const before = left();
const fleet = new Fleet(seed);
const started = Date.now();
let reported = started;
process.stderr.write(
  `soak: ${before} of ${programs} programs from ${first} on, seed ${seed}, ${jobs} at a time\n`,
);

const waiting = [...parts];
await Promise.all(Array.from({ length: jobs }, work));
fleet.close();
rmSync(stateFile, { force: true });
process.stdout.write(
  `${programs} cluster programs from ${first} on ran translated as interpreted, to the cycle (seed ${seed})\n`,
);

async function work(): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const mine = part;
    const difference = await fleet.compare(mine.from, mine.to - mine.from, (next) => {
      mine.from = next;
      report();
    });
    if (difference === undefined) continue;
    process.stdout.write(`${difference}\n`);
    fleet.close();
    process.exit(79);
  }
}

function report(): void {
  mkdirSync(dirname(stateFile), { recursive: true });
  writeFileSync(stateFile, JSON.stringify(parts.filter(({ from, to }) => from < to)));
  const now = Date.now();
  if (now - reported < 10_000 && left() > 0) return;
  reported = now;
  const seconds = Math.ceil((left() * (now - started)) / 1000 / Math.max(1, before - left()));
  process.stderr.write(
    `soak: ${programs - left()} of ${programs} equal, about ${seconds} s left\n`,
  );
}

function allParts(): Part[] {
  return Array.from({ length: Math.ceil(programs / SHARE) }, (_, i) => ({
    from: first + i * SHARE,
    to: first + Math.min((i + 1) * SHARE, programs),
  }));
}

function readParts(): Part[] {
  const found = JSON.parse(readFileSync(stateFile, 'utf8')) as Part[];
  return found.length > 0 ? found : allParts();
}
