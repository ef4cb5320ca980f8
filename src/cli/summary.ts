/** What `run` prints on stderr at the end, in the manner of `perf stat`. */
import type { Stats } from '../session/index.js';
import { functionalNote } from '../session/index.js';
import { formatTable, groupDigits } from './table.js';
import type { Cell } from './table.js';

export function summary(stats: Stats): string {
  const image = stats.images.map(({ name }) => name).join(' + ');
  const clock = `${stats.clock_hz / 1e6} MHz`;
  const cluster = Number(stats.config['harts']);
  const controller = stats.harts.length > cluster ? ' and a controller' : '';
  const harts = `${cluster === 1 ? '1 hart' : `${cluster} harts`}${controller}`;
  const functional = stats.timing === 'functional' ? `, ${functionalNote}` : '';
  const machine = `${stats.preset}, ${stats.isa}, ${harts} at ${clock}${functional}`;
  const parts = [
    `\n ${image} on ${machine}\n\n`,
    counterLines(stats),
    '\n',
    hartTable(stats),
    ...engineLines(stats),
    ...energyLines(stats),
    ...regionTable(stats),
    `\n${ending(stats)}\n`,
  ];
  return parts.join('');
}

function counterLines(stats: Stats): string {
  const sum = (pick: (hart: Stats['harts'][number]) => number): number =>
    stats.harts.reduce((total, hart) => total + pick(hart), 0);
  const instructions = sum((hart) => hart.instret);
  const active = sum((hart) => hart.cycles_active);
  const { accesses, conflicts } = stats.tcdm;
  const { private_misses, shared_misses } = stats.icache;
  const rows: [number, string, string][] = [
    [stats.cycles, 'cycles', `${duration(stats.cycles / stats.clock_hz)} of guest time`],
    [instructions, 'instructions', `${ratio(instructions, active)} per active cycle`],
    [sum((hart) => hart.loads), 'loads', ''],
    [sum((hart) => hart.stores), 'stores', ''],
    [accesses, 'TCDM accesses', `${ratio(accesses, stats.cycles)} per cycle`],
    [conflicts, 'TCDM conflicts', `${ratio(100 * conflicts, accesses)} % of accesses`],
    [
      private_misses,
      'icache misses',
      `${ratio(100 * private_misses, instructions)} % of instructions`,
    ],
    [shared_misses, 'refills', 'of the shared instruction cache'],
  ];
  return rows
    .map(([value, name, note]) => {
      const line = `${groupDigits(value).padStart(16)}  ${name}`;
      return `${note ? `${line.padEnd(38)}# ${note}` : line}\n`;
    })
    .join('');
}

/** The columns of stalls are those that occur at all. */
function hartTable(stats: Stats): string {
  const causes = [...new Set(stats.harts.flatMap((hart) => Object.keys(hart.stalls)))].filter(
    (cause) => stats.harts.some((hart) => hart.stalls[cause] > 0),
  );
  const header = ['  hart', 'instructions', 'active', 'asleep', ...causes];
  const rows = stats.harts.map((hart): Cell[] => [
    `  ${hart.hart}`,
    hart.instret,
    hart.cycles_active,
    hart.cycles_sleep,
    ...causes.map((cause) => hart.stalls[cause] ?? 0),
  ]);
  return formatTable(header, rows);
}

function engineLines(stats: Stats): string[] {
  const lines = Object.entries(stats.engines).flatMap(([name, counters]) => {
    const { jobs = 0, busy_cycles = 0 } = counters;
    if (jobs === 0) return [];
    const busy = ratio(100 * busy_cycles, stats.cycles);
    return [
      `  ${name}: ${groupDigits(jobs)} jobs, busy ${groupDigits(busy_cycles)} cycles (${busy} %)\n`,
    ];
  });
  return lines.length > 0 ? ['\n', ...lines] : [];
}

/** Components in the order of their share, those without any left out. */
function energyLines({ energy, clock_hz }: Stats): string[] {
  if (energy.total_pj === 0) return [];
  const parts = Object.entries(energy.components)
    .filter(([, picojoules]) => picojoules > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, picojoules]) => `${name} ${ratio(100 * picojoules, energy.total_pj)} %`);
  const assumed = energy.rows.some(({ status, events }) => status === 'assumed' && events > 0);
  return [
    `\n  energy: ${joules(energy.total_pj)}, ${energy.mean_mw.toFixed(2)} mW at ${energy.voltage} V`,
    assumed ? ' (with assumed prices: octobar presets NAME)\n' : '\n',
    `    ${parts.join(', ')}\n`,
    ...(clock_hz > energy.attainable_hz ? [tooFast(energy)] : []),
  ];
}

const tooFast = ({ voltage, attainable_hz }: Stats['energy']): string =>
  `    at ${voltage} V the circuits reach ${(attainable_hz / 1e6).toFixed(0)} MHz only (energy.nominal_clock_hz): ` +
  'nobody could build this run\n';

function regionTable(stats: Stats): string[] {
  if (stats.regions.length === 0) return [];
  const rows = stats.regions.map((r): Cell[] => [
    `  ${r.name}`,
    r.hart,
    r.passes,
    r.cycles,
    r.instret,
  ]);
  return ['\n', formatTable(['  region', 'hart', 'passes', 'cycles', 'instructions'], rows)];
}

function ending(stats: Stats): string {
  const { end } = stats;
  if (end.reason === 'exit') return `exit code ${stats.exit_code} (hart ${end.hart})`;
  return end.reason === 'error' ? `ended by an error: ${end.code}` : 'not ended';
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? '0' : (part / whole).toFixed(3);
}

function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(3)} s`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(3)} ms` : `${(seconds * 1e6).toFixed(3)} us`;
}

function joules(picojoules: number): string {
  if (picojoules >= 1e9) return `${(picojoules / 1e9).toFixed(3)} mJ`;
  return picojoules >= 1e6
    ? `${(picojoules / 1e6).toFixed(3)} uJ`
    : `${(picojoules / 1e3).toFixed(3)} nJ`;
}
