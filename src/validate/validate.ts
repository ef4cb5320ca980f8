/**
 * Runs the programs whose cycles are known from RTL and compares. Everything goes through a
 * session, as a user's own run does: same configuration keys, same regions.
 */
import { OctobarError } from '../../emulator/sim/error.js';
import { openSession, type Session } from '../session/index.js';
import {
  type Entry,
  readEntries,
  readProgram,
  type ReferenceRun,
  validationFolder,
} from './entries.js';
import { neverCompared, type Uncompared } from './never-compared.js';

export interface ValidateOptions {
  /** Folder with validation.json and the programs. Default: the set of the package. */
  folder?: string;
  /** Only programs of these names. Default: all. */
  only?: readonly string[];
  /** Called before each run, for progress. */
  onRun?: (program: string, run: ReferenceRun) => void;
}

export interface ValidationRow {
  readonly program: string;
  readonly about: string;
  readonly isa: string;
  readonly harts: number;
  readonly arbitration: ReferenceRun['arbitration'];
  /** Cycles per hart on the RTL. */
  readonly rtl: readonly number[];
  /** `exact`: every figure and result equals; `not run`: the reason says why. */
  readonly status: 'exact' | 'differs' | 'not run';
  /** Cycles per hart here; empty when not run. */
  readonly ours: readonly number[];
  /** Largest absolute difference of any hart, cycles; null when not run. */
  readonly error: number | null;
  readonly instret_ok: boolean | null;
  /** Words at symbol `results`; null when not run or when the set records none. */
  readonly results_ok: boolean | null;
  readonly reason?: string;
}

export interface Validation {
  readonly rows: readonly ValidationRow[];
  readonly never_compared: readonly Uncompared[];
  /** No row differs. Rows that were not run do not count. */
  readonly ok: boolean;
}

/** Instruction sets of the entries that this version runs completely. */
const complete: readonly string[] = ['rv32imc', 'rv32imc_xcv'];

/** The exit comes from hart 0, 8000 cycles after its mark; the longest program takes 90,000. */
const maxCycles = 2_000_000;

/** @throws OctobarError when the set cannot be read, a name is unknown, or a run ends badly */
export function validate(options: ValidateOptions = {}): Validation {
  const folder = options.folder ?? validationFolder();
  const rows = chosen(readEntries(folder), options.only).flatMap((entry) =>
    entry.runs.map((run) => {
      if (!complete.includes(entry.isa)) return notRun(entry, run);
      options.onRun?.(entry.name, run);
      return runEntry(entry, run, folder);
    }),
  );
  return {
    rows,
    never_compared: neverCompared,
    ok: rows.every(({ status }) => status !== 'differs'),
  };
}

function chosen(entries: Entry[], only: readonly string[] | undefined): Entry[] {
  if (only === undefined) return entries;
  const names = entries.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new OctobarError('usage', `there is no validation program ${JSON.stringify(unknown)}`, {
      hint: `the programs are ${names.join(', ')}`,
    });
  }
  return entries.filter(({ name }) => only.includes(name));
}

const common = (entry: Entry, run: ReferenceRun) => ({
  program: entry.name,
  about: entry.about,
  isa: entry.isa,
  harts: run.harts,
  arbitration: run.arbitration,
  rtl: run.cycles,
});

function notRun(entry: Entry, run: ReferenceRun): ValidationRow {
  return {
    ...common(entry, run),
    status: 'not run',
    ours: [],
    error: null,
    instret_ok: null,
    results_ok: null,
    reason: `needs ${entry.isa}, not in this version`,
  };
}

/**
 * What was measured: every fetch answered in the next cycle, 16 banks, arbitration trees for eight harts
 * whatever their number.
 */
const measuredBus = { 'icache.ideal': true, 'tcdm.banks': 16, 'tcdm.masters': 8 };

function runEntry(entry: Entry, run: ReferenceRun, folder: string): ValidationRow {
  const session = openSession({
    preset: 'garofalo2022',
    harts: run.harts,
    isa: entry.isa,
    set: {
      ...measuredBus,
      ...(run.arbitration === 'any' ? {} : { 'tcdm.arbitration': run.arbitration }),
    },
  });
  try {
    session.load(readProgram(folder, entry));
    session.region('marked', 'mark_start', 'mark_end');
    const stop = session.run({ maxCycles });
    const regions = session.stats().regions.toSorted((a, b) => a.hart - b.hart);
    const ours = regions.map(({ cycles }) => cycles);
    const error = largestError(run.cycles, ours);
    const instretOk = same(
      run.instret,
      regions.map(({ instret }) => instret),
    );
    const resultsOk =
      entry.results.length === 0 ? null : same(entry.results, words(session, entry));
    const good =
      error === 0 && instretOk && resultsOk !== false && stop.reason === 'exit' && stop.code === 0;
    return {
      ...common(entry, run),
      status: good ? 'exact' : 'differs',
      ours,
      error,
      instret_ok: instretOk,
      results_ok: resultsOk,
      ...(stop.reason === 'exit' && stop.code !== 0 ? { reason: `exit code ${stop.code}` } : {}),
    };
  } finally {
    session.close();
  }
}

function words(session: Session, entry: Entry): number[] {
  const base = session.address('results');
  return entry.results.map((_, i) => session.readWord(base + 4 * i));
}

function largestError(rtl: readonly number[], ours: readonly number[]): number {
  const errors = rtl.map((cycles, hart) => Math.abs((ours[hart] ?? Infinity) - cycles));
  return Math.max(...errors);
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
