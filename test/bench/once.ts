/** One run of a guest, for `run.ts`: `once.ts guest harts passes` prints what it took as JSON. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type SessionModule = typeof import('../../src/session/index.js');

export interface Run {
  seconds: number;
  cpuSeconds: number;
  instructions: number;
  cycles: number;
  accesses: number;
  conflicts: number;
  arbitration: string;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const { openSession } = (await import(path('../../dist/src/session/index.js'))) as SessionModule;

const [guest, harts, passes] = process.argv.slice(2);
const session = openSession({ harts: Number(harts) });
session.load({ name: guest, bytes: readFileSync(path(`prebuilt/${guest}.elf`)) });
session.writeWord('bench_harts', Number(harts));
session.writeWord('bench_passes', Number(passes));
const started = performance.now();
const cpuStarted = process.cpuUsage();
session.run();
const { user, system } = process.cpuUsage(cpuStarted);
const stats = session.stats();
const run: Run = {
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (user + system) / 1e6,
  instructions: stats.harts.reduce((sum, hart) => sum + hart.instret, 0),
  cycles: stats.cycles,
  accesses: stats.tcdm.accesses,
  conflicts: stats.tcdm.conflicts,
  arbitration: String(session.configuration.get('tcdm.arbitration')),
};
process.stdout.write(JSON.stringify(run));
