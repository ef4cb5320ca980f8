/**
 * The long form of the comparison with QEMU, behind `make soak`:
 *   npx tsx test/lockstep/soak.ts [--programs 100000] [--seed 1] [--restart 1]
 * Goes on where an interrupted soak of the same seed and length stopped.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments } from './arguments.js';
import { runLockstep } from './lockstep.js';
import { qemuHint, qemuVersion } from './qemu.js';

const { programs, seed, restart } = readArguments({ programs: 100_000, seed: 1, restart: 0 });
const stateFile = fileURLToPath(
  new URL(`../../node_modules/.cache/octobar/soak-${seed}-${programs}.json`, import.meta.url),
);

const version = qemuVersion();
if (version === undefined) {
  process.stderr.write(`soak: not run, qemu-system-riscv32 is missing; ${qemuHint}\n`);
  process.exit(69);
}
const first = restart === 0 && existsSync(stateFile) ? readState() : 0;
const started = Date.now();
process.stderr.write(
  `soak: programs ${first} to ${programs - 1} of seed ${seed} against ${version}\n`,
);
const result = await runLockstep({
  programs: programs - first,
  seed,
  first,
  onBatch(next) {
    mkdirSync(dirname(stateFile), { recursive: true });
    writeFileSync(stateFile, JSON.stringify({ next }));
    const seconds = (Date.now() - started) / 1000;
    const left = ((programs - next) * seconds) / (next - first);
    process.stderr.write(`soak: ${next} of ${programs} equal, about ${Math.ceil(left)} s left\n`);
  },
});
if (result.differing > 0) {
  process.stdout.write(`${result.report}\n`);
  process.exit(79);
}
rmSync(stateFile, { force: true });
process.stdout.write(
  `${programs} random RV32IMC programs ended like QEMU in every register and byte (seed ${seed})\n`,
);

function readState(): number {
  const { next } = JSON.parse(readFileSync(stateFile, 'utf8')) as { next: number };
  return next < programs ? next : 0;
}
