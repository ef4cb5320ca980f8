/**
 * One run of a guest, for `run.ts`: `once.ts guest harts passes engine banks caches cycles` prints what it took as
 * JSON: the whole run, compilation included, and what comes behind a number of cycles.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type SessionModule = typeof import('../../src/session/index.js');

export interface Run {
  seconds: number;
  cpuSeconds: number;
  /** What came behind the cycles. */
  warm: { readonly instructions: number; readonly cpuSeconds: number };
  instructions: number;
  cycles: number;
  accesses: number;
  conflicts: number;
  arbitration: string;
  /** Share of the instructions that translated code executed. */
  translated: number;
  /** What each hart computed. */
  results: number[];
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const { openSession } = (await import(path('../../dist/src/session/index.js'))) as SessionModule;
// As the command line does.
const host: typeof import('../../src/session/host.js') = await import(
  path('../../dist/src/session/host.js')
);
host.tuneHost();

const [guest, harts, passes, engine, banks, caches, cycles] = process.argv.slice(2);
const functional = engine === 'functional';
const session = openSession({
  harts: Number(harts),
  set: {
    'tcdm.banks': Number(banks),
    'icache.ideal': caches === 'ideal',
    ...(functional ? { 'timing.mode': 'functional' } : { engine }),
  },
});
session.load({ name: guest, bytes: readFileSync(path(`prebuilt/${guest}.elf`)) });
session.writeWord('bench_harts', Number(harts));
session.writeWord('bench_passes', Number(passes));
const started = performance.now();
const cpuStarted = process.cpuUsage();
const executed = (): number => session.stats().harts.reduce((sum, hart) => sum + hart.instret, 0);
const cpu = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
if (Number(cycles) > 0) session.runUntil(Number(cycles));
const before = executed();
const cpuBefore = process.cpuUsage();
session.run({ maxCycles: Number.MAX_SAFE_INTEGER });
const warmSeconds = cpu(cpuBefore);
const cpuSeconds = cpu(cpuStarted);
const stats = session.stats();
const instructions = executed();
const results = session.address('bench_results');
const run: Run = {
  seconds: (performance.now() - started) / 1000,
  cpuSeconds,
  warm: { instructions: instructions - before, cpuSeconds: warmSeconds },
  instructions,
  cycles: stats.cycles,
  accesses: stats.tcdm.accesses,
  conflicts: stats.tcdm.conflicts,
  arbitration: String(session.configuration.get('tcdm.arbitration')),
  translated: 1 - stats.tier.instructions.interpreted / instructions,
  results: Array.from({ length: Number(harts) }, (_, hart) => session.readWord(results + 4 * hart)),
};
process.stdout.write(JSON.stringify(run));
