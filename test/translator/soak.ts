/**
 * The long form of the comparison with the reference interpreter, behind `make soak`:
 *   npx tsx test/translator/soak.ts [--programs 100000] [--seed 1] [--processes 2] [--restart 1]
 * Goes on where an interrupted soak of the same seed and length stopped.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../lockstep/arguments.js';
import { check } from './differential.js';

const share = 200;
const options = readArguments({
  programs: 100_000,
  seed: 1,
  processes: 2,
  restart: 0,
  /** Set for a child: the first program of its share. */
  first: -1,
});
const { programs, seed, processes, restart, first } = options;

if (first >= 0) {
  const last = Math.min(programs, first + share);
  for (let number = first; number < last; number++) {
    const failure = check(seed, number);
    if (failure === undefined) continue;
    process.stdout.write(`${failure.text}\n`);
    process.exit(79);
  }
} else await soak();

async function soak(): Promise<void> {
  const stateFile = fileURLToPath(
    new URL(
      `../../node_modules/.cache/octobar/translator-soak-${seed}-${programs}.json`,
      import.meta.url,
    ),
  );
  const start = restart === 0 && existsSync(stateFile) ? readNext(stateFile) : 0;
  const started = Date.now();
  for (let next = start; next < programs; next += processes * share) {
    const firsts = Array.from({ length: processes }, (_, i) => next + i * share);
    const reports = await Promise.all(firsts.filter((n) => n < programs).map(runShare));
    const differing = reports.filter((text) => text !== '');
    if (differing.length > 0) {
      process.stdout.write(differing.join(''));
      process.exit(79);
    }
    const done = Math.min(programs, next + processes * share);
    mkdirSync(dirname(stateFile), { recursive: true });
    writeFileSync(stateFile, JSON.stringify({ next: done }));
    const seconds = (Date.now() - started) / 1000;
    const left = Math.ceil(((programs - done) * seconds) / (done - start));
    process.stderr.write(`soak: ${done} of ${programs} equal, about ${left} s left\n`);
  }
  rmSync(stateFile, { force: true });
  process.stdout.write(
    `${programs} cluster programs ran translated as interpreted, to the cycle (seed ${seed})\n`,
  );
}

/** Output of a child that found a difference, else ''. */
function runShare(from: number): Promise<string> {
  const args = ['--programs', String(programs), '--seed', String(seed), '--first', String(from)];
  const child = spawn(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) =>
      resolve(code === 0 ? '' : text || `the share from program ${from} on ended with ${code}\n`),
    );
  });
}

function readNext(file: string): number {
  const { next } = JSON.parse(readFileSync(file, 'utf8')) as { next: number };
  return next < programs ? next : 0;
}
