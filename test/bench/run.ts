/**
 * How fast the emulator is on this host: guest instructions per second over all harts.
 *   npm run bench [-- --harts 8] [-- --json file]
 * Measures the build output, since a loader of TypeScript may slow it. A speed is only comparable
 * with its guest, arbitration rule and conflict rate, so these stand beside it; QEMU running the
 * same C on one hart of its virt board tells how fast the host is.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { guests, type Guest } from './guests.js';
import type { Run } from './once.js';
import { measureQemu } from './qemu.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export interface BenchRow {
  guest: string;
  harts: number;
  arbitration: string;
  /** Of all harts. */
  instructions: number;
  cycles: number;
  conflicts_per_access: number;
  /** By the wall clock. */
  seconds: number;
  /** Of this process, so that a busy host does not count. */
  cpu_seconds: number;
  /** Million instructions per CPU second, all harts together; the best of the repetitions. */
  mips: number;
  /** The same C on one hart of QEMU; null where QEMU is not installed. */
  qemu_mips: number | null;
  ratio: number | null;
}

const { values } = parseArgs({
  options: {
    harts: { type: 'string', default: '1,8' },
    json: { type: 'string' },
    repeat: { type: 'string', default: '3' },
  },
});
const rows: BenchRow[] = [];
for (const guest of guests) {
  const single = runOnce(guest, 1, 1 + guest.passes);
  const perPass = (single.instructions - runOnce(guest, 1, 1).instructions) / guest.passes;
  const qemu = await measureQemu(path(`prebuilt/${guest.name}.virt.elf`), guest, perPass);
  for (const harts of values.harts.split(',').map(Number)) {
    process.stderr.write(`bench: ${guest.name} on ${harts} harts\n`);
    rows.push(measure(guest, harts, qemu));
  }
}
process.stdout.write(`${format(rows)}\n`);
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ schema: 'octobar-bench/1', rows }, undefined, 2)}\n`,
  );
}

function measure(guest: Guest, harts: number, qemu: number | null): BenchRow {
  const share = guest.shared ? 1 : harts;
  const passes = Math.max(2, Math.round((24 * guest.passes) / share));
  // The best run is the one the host disturbed least; the first also pays for compilation
  const runs = Array.from({ length: Number(values.repeat) }, () => runOnce(guest, harts, passes));
  const best = runs.reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a));
  const mips = best.instructions / best.cpuSeconds / 1e6;
  return {
    guest: guest.name,
    harts,
    arbitration: best.arbitration,
    instructions: best.instructions,
    cycles: best.cycles,
    conflicts_per_access: best.conflicts / Math.max(1, best.accesses),
    seconds: best.seconds,
    cpu_seconds: best.cpuSeconds,
    mips,
    qemu_mips: qemu,
    ratio: qemu === null ? null : mips / qemu,
  };
}

/**
 * One run in a process of its own, as a user has it: the host's compiler makes better code for the
 * first machine of a process than for later ones.
 */
function runOnce(guest: Guest, harts: number, passes: number): Run {
  const args = [...process.execArgv, path('once.ts'), guest.name, String(harts), String(passes)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the run of ${guest.name} failed: ${stderr}`);
  return JSON.parse(stdout) as Run;
}

function format(table: readonly BenchRow[]): string {
  const head = [
    'guest',
    'harts',
    'arbitration',
    'M instr',
    'M cycles',
    'conflicts/access',
    's',
    'CPU s',
    'MIPS',
    'QEMU MIPS',
    'ratio',
  ];
  const cells = table.map((row) => [
    row.guest,
    String(row.harts),
    row.arbitration,
    (row.instructions / 1e6).toFixed(1),
    (row.cycles / 1e6).toFixed(1),
    `${(100 * row.conflicts_per_access).toFixed(1)} %`,
    row.seconds.toFixed(2),
    row.cpu_seconds.toFixed(2),
    row.mips.toFixed(0),
    row.qemu_mips === null ? 'no QEMU' : row.qemu_mips.toFixed(0),
    row.ratio === null ? '-' : row.ratio.toFixed(3),
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length)));
  const text = [head, ...cells].map((row) =>
    row
      .map((cell, i) => (i === 0 || i === 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  '),
  );
  return text.join('\n');
}
