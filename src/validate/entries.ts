/** The validation set: programs with the cycles that the RTL of the core took for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { fixturePath } from '../datasets/package-root.js';

export interface ReferenceRun {
  readonly harts: number;
  /** `any`: one hart, the rule cannot matter. */
  readonly arbitration: 'any' | 'fair' | 'round-robin';
  /** Per hart: cycles between the instructions at mark_start and mark_end leaving decode. */
  readonly cycles: readonly number[];
  /** Per hart: instructions that left decode after mark_start, up to and including mark_end. */
  readonly instret: readonly number[];
}

export interface Entry {
  readonly name: string;
  /** File name of the program within the folder of the set. */
  readonly elf: string;
  readonly isa: string;
  readonly about: string;
  /** Words at symbol `results` after the run, as far as they were recorded. */
  readonly results: readonly number[];
  readonly runs: readonly ReferenceRun[];
}

export const validationFolder = (): string => fixturePath('validation');

/** @throws OctobarError `file` or `image` when the set is missing or malformed */
export function readEntries(folder: string): Entry[] {
  const path = join(folder, 'validation.json');
  const { entries } = parse(readFile(path).toString('utf8'), path);
  return entries.map((entry) => readEntry(entry, path));
}

export function readProgram(folder: string, { elf }: Entry): { name: string; bytes: Uint8Array } {
  return { name: elf, bytes: readFile(join(folder, elf)) };
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new OctobarError(
      'file',
      `the validation set cannot be read: ${(error as Error).message}`,
      {
        hint: 'it comes with the package in fixtures/validation',
      },
    );
  }
}

type Json = Record<string, unknown>;

function parse(text: string, path: string): { entries: Json[] } {
  try {
    const json = JSON.parse(text) as { entries: Json[] };
    if (Array.isArray(json.entries)) return json;
  } catch {
    // Said below
  }
  throw malformed(path, 'it is not JSON with a list of entries');
}

function readEntry(entry: Json, path: string): Entry {
  const text = (key: string): string => {
    const value = entry[key];
    if (typeof value === 'string') return value;
    throw malformed(path, `an entry lacks the text ${key}`);
  };
  const name = text('name');
  const runs = Array.isArray(entry['runs']) ? (entry['runs'] as ReferenceRun[]) : [];
  for (const run of runs) {
    if (run.cycles?.length !== run.harts || run.instret?.length !== run.harts) {
      throw malformed(path, `${name} has a run without one figure per hart`);
    }
  }
  return {
    name,
    elf: text('elf'),
    isa: text('isa'),
    about: text('about'),
    results: words(entry),
    runs,
  };
}

/** `results` lists all words, `results0` only the first, a checksum. */
function words(entry: Json): number[] {
  if (Array.isArray(entry['results'])) return entry['results'] as number[];
  return typeof entry['results0'] === 'number' ? [entry['results0']] : [];
}

const malformed = (path: string, reason: string): OctobarError =>
  new OctobarError('file', `${path}: ${reason}`, { hint: 'restore the file from the package' });
