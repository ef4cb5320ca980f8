import type { ArithmeticRow } from './arithmetic.js';
import type { Startup } from './startup.js';

export interface BenchRow {
  guest: string;
  harts: number;
  banks: number;
  arbitration: string;
  /** Who executed: `auto`, `interpreter`, or `functional` timing. */
  engine: string;
  /** Share of the instructions that ran translated. */
  translated: number;
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
  /** The same in the second half of a run; null where it was not measured. */
  warm_mips: number | null;
  /** The same C on one hart of QEMU; null where QEMU is not installed. */
  qemu_user_mips: number | null;
  qemu_system_mips: number | null;
  /** To the user mode of QEMU, else to its system mode. */
  ratio: number | null;
}

export interface Report {
  readonly schema: 'octobar-bench/2';
  readonly node: string;
  readonly rows: readonly BenchRow[];
  /** Geometric mean of conv, sort and crc on eight harts, by number of banks. */
  readonly geometric_means: Readonly<Record<string, number>>;
  readonly arithmetic: readonly ArithmeticRow[];
  readonly startup: Startup | null;
}

type Column = readonly [title: string, cell: (row: BenchRow) => string];

const columns: readonly Column[] = [
  ['guest', (r) => r.guest],
  ['harts', (r) => String(r.harts)],
  ['banks', (r) => String(r.banks)],
  ['rule', (r) => r.arbitration],
  ['engine', (r) => r.engine],
  ['translated', (r) => `${(100 * r.translated).toFixed(1)} %`],
  ['M instr', (r) => (r.instructions / 1e6).toFixed(1)],
  ['M cycles', (r) => (r.cycles / 1e6).toFixed(1)],
  ['conflicts/access', (r) => `${(100 * r.conflicts_per_access).toFixed(1)} %`],
  ['CPU s', (r) => r.cpu_seconds.toFixed(2)],
  ['MIPS', (r) => r.mips.toFixed(0)],
  ['by clock', (r) => (r.instructions / r.seconds / 1e6).toFixed(0)],
  ['warm', (r) => r.warm_mips?.toFixed(0) ?? '-'],
  ['QEMU user', (r) => r.qemu_user_mips?.toFixed(0) ?? '-'],
  ['QEMU system', (r) => r.qemu_system_mips?.toFixed(0) ?? '-'],
  ['x QEMU', (r) => r.ratio?.toFixed(3) ?? '-'],
];

export function text(report: Report): string {
  const rows = [columns.map(([title]) => title), ...report.rows.map(cellsOf)];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const table = rows.map((row) => row.map((cell, i) => cell.padStart(widths[i])).join('  '));
  return [...table, '', ...remarks(report)].join('\n');
}

/** For a comment on a change. */
export function markdown(report: Report): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map((_, i) => ([0, 3, 4].includes(i) ? '---' : '---:'))),
    ...report.rows.map((row) => line(cellsOf(row))),
    '',
    ...remarks(report).map((remark) => `- ${remark}`),
  ].join('\n');
}

const cellsOf = (row: BenchRow): string[] => columns.map(([, cell]) => cell(row));

function remarks({ geometric_means, arithmetic, startup }: Report): string[] {
  return [
    ...Object.entries(geometric_means).map(
      ([banks, mips]) =>
        `geometric mean of conv, sort and crc on 8 harts, ${banks} banks: ${mips.toFixed(0)} MIPS`,
    ),
    ...arithmetic.map(
      (row) => `${row.operation}, ${row.arithmetic}: ${Math.round(row.per_second)} per second`,
    ),
    ...(startup === null
      ? []
      : [
          `start-up: ${startup.ours_ms.toFixed(0)} ms over an empty Node process (${startup.node_ms.toFixed(0)} ms)`,
          `5 million cycles of sleep, start included: ${startup.sleepy_ms.toFixed(0)} ms`,
        ]),
  ];
}
