/**
 * How fast the emulator is on this host: guest instructions per second over all harts, by engine.
 *   npm run bench [-- --harts 8] [--banks 16] [--guests conv,sort] [--json f] [--markdown f] [--record]
 * Measures the build output, since a loader of TypeScript may slow it. A speed is only comparable
 * with its guest, arbitration rule and conflict rate, so these stand beside it; QEMU running the
 * same C on one hart tells how fast the host is. Fails on wrong results only: each engine and QEMU
 * must compute the same, and the engines in the same cycles. `--record` appends to history.jsonl.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ImaConfig } from '../../accel/ima/parameters.js';
import { measureArithmetic } from './arithmetic.js';
import { markdown, text, type BenchRow, type Report } from './format.js';
import { guests, programOf, type Guest } from './guests.js';
import type { Run } from './once.js';
import { measureQemu, type QemuRates } from './qemu.js';
import { measureStartup } from './startup.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const { values } = parseArgs({
  options: {
    guests: { type: 'string', default: guests.map(({ name }) => name).join() },
    harts: { type: 'string', default: '1,8' },
    banks: { type: 'string', default: '16,32' },
    engines: { type: 'string', default: 'auto,interpreter' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    record: { type: 'boolean', default: false },
    repeat: { type: 'string', default: '3' },
  },
});
const numbers = (list: string): number[] => list.split(',').map(Number);
const rows: BenchRow[] = [];
let wrong = 0;
for (const guest of guests.filter(({ name }) => values.guests.split(',').includes(name))) {
  const single = runOnce(guest, 1, 1 + guest.passes, 'auto', 16);
  const first = runOnce(guest, 1, 1, 'auto', 16);
  const perPass = (single.instructions - first.instructions) / guest.passes;
  const qemu = measureQemu(guest, perPass);
  if (qemu.result !== null && qemu.result !== (first.results[0] & 127))
    report(`${guest.name}: computed ${first.results[0] & 127}, QEMU ${qemu.result}`);
  for (const harts of numbers(values.harts))
    for (const banks of numbers(values.banks)) {
      compareEngines(guest, harts, banks);
      for (const engine of values.engines.split(',')) {
        process.stderr.write(`bench: ${guest.name}, ${harts} harts, ${banks} banks, ${engine}\n`);
        rows.push(measure(guest, harts, banks, engine, qemu));
      }
    }
}
const columns: typeof import('../../accel/ima/columns.js') = await built('accel/ima/columns.js');
const { imaParameters } =
  await built<typeof import('../../accel/ima/parameters.js')>('accel/ima/parameters.js');
const config = Object.fromEntries(
  Object.entries(imaParameters).map(([key, { value }]) => [key, value]),
) as ImaConfig;
const result: Report = {
  schema: 'octobar-bench/2',
  node: process.version,
  rows,
  geometric_means: geometricMeans(),
  arithmetic: measureArithmetic(
    {
      columns,
      datapath: await built('accel/depthwise/datapath.js'),
      noise: await built('accel/physics/noise.js'),
    },
    config,
    Number(values.repeat),
  ),
  startup: measureStartup(9),
};
process.stdout.write(`${text(result)}\n`);
const json = JSON.stringify(result, undefined, 2);
if (values.json !== undefined) writeFileSync(values.json, `${json}\n`);
if (values.markdown !== undefined) writeFileSync(values.markdown, `${markdown(result)}\n`);
if (values.record) appendFileSync(path('history.jsonl'), `${JSON.stringify(historyOf(result))}\n`);
process.exitCode = wrong > 0 ? 79 : 0;

function built<T>(module: string): Promise<T> {
  return import(path(`../../dist/${module}`)) as Promise<T>;
}

function report(what: string): void {
  wrong++;
  process.stderr.write(`bench: WRONG: ${what}\n`);
}

/** A short run by each engine: the same results in the same cycles. */
function compareEngines(guest: Guest, harts: number, banks: number): void {
  const [a, b] = ['interpreter', 'auto'].map((engine) => runOnce(guest, harts, 2, engine, banks));
  for (const key of ['results', 'cycles', 'instructions', 'accesses', 'conflicts'] as const)
    if (String(a[key]) !== String(b[key]))
      report(`${guest.name}, ${harts} harts, ${banks} banks: ${key} ${a[key]} or ${b[key]}`);
}

function measure(
  guest: Guest,
  harts: number,
  banks: number,
  engine: string,
  qemu: QemuRates,
): BenchRow {
  const share = guest.shared ? 1 : harts;
  // Long enough that compilation is over after a small part of it
  const length = engine !== 'auto' ? 6 : harts === 1 ? 2400 : 360;
  const passes = Math.max(2, Math.round((length * guest.passes) / share));
  // The best run is the one the host disturbed least
  const repeat = engine === 'auto' ? Number(values.repeat) : 1;
  const first = runOnce(guest, harts, passes, engine, banks);
  const more = Array.from({ length: repeat - 1 }, () =>
    runOnce(guest, harts, passes, engine, banks, Math.floor(first.cycles / 2)),
  );
  const best = [first, ...more].reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a));
  const warm = more.map((run) => run.warm.instructions / run.warm.cpuSeconds / 1e6);
  const mips = best.instructions / best.cpuSeconds / 1e6;
  const reference = qemu.user ?? qemu.system;
  return {
    guest: guest.name,
    harts,
    banks,
    arbitration: best.arbitration,
    engine,
    translated: best.translated,
    instructions: best.instructions,
    cycles: best.cycles,
    conflicts_per_access: best.conflicts / Math.max(1, best.accesses),
    seconds: best.seconds,
    cpu_seconds: best.cpuSeconds,
    mips,
    warm_mips: warm.length === 0 ? null : Math.max(...warm),
    qemu_user_mips: qemu.user,
    qemu_system_mips: qemu.system,
    ratio: reference === null ? null : mips / reference,
  };
}

/**
 * One run in a process of its own, as a user has it: the host's compiler makes better code for the
 * first machine of a process than for later ones.
 */
function runOnce(
  guest: Guest,
  harts: number,
  passes: number,
  engine: string,
  banks: number,
  cycles = 0,
): Run {
  const caches = guest.idealCache ? 'ideal' : 'default';
  const args = [programOf(guest), harts, passes, engine, banks, caches, cycles].map(String);
  const command = [...process.execArgv, path('once.ts'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the run of ${args.join(' ')} failed: ${stderr}`);
  return JSON.parse(stdout) as Run;
}

function geometricMeans(): Record<string, number> {
  const means: Record<string, number> = {};
  for (const banks of numbers(values.banks)) {
    const rates = rows
      .filter((row) => row.harts === 8 && row.banks === banks && row.engine === 'auto')
      .filter(({ guest }) => ['conv', 'sort', 'crc'].includes(guest))
      .map(({ mips }) => mips);
    if (rates.length === 3) means[banks] = Math.cbrt(rates[0] * rates[1] * rates[2]);
  }
  return means;
}

/** What stays of a report: rates, ratios and conflict rates, by guest, harts, banks and engine. */
function historyOf({ rows: all, geometric_means, arithmetic, startup, node }: Report): object {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return {
    commit: commit.stdout.trim(),
    node,
    rows: Object.fromEntries(
      all.map((row) => [
        `${row.guest}/${row.harts}/${row.banks}/${row.engine}`,
        {
          mips: Math.round(row.mips),
          ratio: row.ratio === null ? null : Number(row.ratio.toFixed(3)),
          conflicts_per_access: Number(row.conflicts_per_access.toFixed(4)),
        },
      ]),
    ),
    geometric_means,
    arithmetic: Object.fromEntries(
      arithmetic.map((row) => [`${row.operation}/${row.arithmetic}`, Math.round(row.per_second)]),
    ),
    startup_ms: startup === null ? null : Math.round(startup.ours_ms),
  };
}
