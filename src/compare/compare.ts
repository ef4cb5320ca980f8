import { OctobarError } from '../../emulator/sim/error.js';
import type { Fields } from './fields.js';
import { text } from './fields.js';
import { quantitiesOf } from './quantities.js';
import type { Quantities } from './quantities.js';

export const comparisonSchema = 'octobar-compare/1';

/** One quantity in every run. */
export interface ComparedRow {
  readonly name: string;
  readonly unit: string;
  /** By run; null where the run does not have it. */
  readonly values: readonly (number | string | null)[];
  /** Difference to the first run in per cent; null for the first, for texts, and where it is 0 or absent. */
  readonly percent: readonly (number | null)[];
}

export interface Comparison {
  readonly schema: typeof comparisonSchema;
  readonly runs: readonly { readonly label: string; readonly name: string }[];
  readonly rows: readonly ComparedRow[];
}

interface Source {
  /** File name. */
  readonly name: string;
  readonly document: unknown;
}

/** Runs that a comparison takes. */
const limits = { runs: 64 };

/**
 * @param sources documents of schema octobar-stats/1, octobar-profile/1, or octobar-bottleneck/1 of one mapping
 * @throws OctobarError `image` for something else, `usage` for too many
 */
export function compareRuns(sources: readonly Source[]): Comparison {
  if (sources.length > limits.runs)
    throw new OctobarError('usage', `${sources.length} runs are too many to compare`, {
      hint: `at most ${limits.runs}`,
    });
  const tables = sources.map(quantitiesOf);
  const rows = inOrder(tables).map((name): ComparedRow => {
    const values = tables.map((table) => table.get(name)?.value ?? null);
    const unit = tables.find((table) => table.has(name))?.get(name)?.unit ?? '';
    return { name, unit, values, percent: values.map((value, i) => change(values[0], value, i)) };
  });
  // Settings say what was changed; the hundred that were not say nothing.
  const told = rows.filter(
    ({ name, values }) => !name.startsWith('setting: ') || values.some((v) => v !== values[0]),
  );
  return { schema: comparisonSchema, runs: labels(sources), rows: told };
}

function change(
  first: number | string | null,
  value: number | string | null,
  run: number,
): number | null {
  if (run === 0 || typeof first !== 'number' || typeof value !== 'number' || first === 0)
    return null;
  return (100 * (value - first)) / Math.abs(first);
}

/** Presets where they tell the runs apart, then mappings, then names of the files. */
function labels(sources: readonly Source[]): Comparison['runs'] {
  for (const key of ['preset', 'mapping']) {
    const found = sources.map(({ name, document }) => {
      const value = (document as Fields)[key];
      return value === undefined ? '' : text(value, name, key);
    });
    if (new Set(found).size === found.length && !found.includes(''))
      return sources.map(({ name }, i) => ({ label: found[i], name }));
  }
  const short = sources.map(({ name }) =>
    (name.split(/[\\/]/).at(-1) ?? name).replace(/\.json$/, ''),
  );
  const unique = new Set(short).size === short.length;
  return sources.map(({ name }, i) => ({ label: unique ? short[i] : name, name }));
}

/** Every name once, where its first run has it behind its neighbours. */
function inOrder(tables: readonly Quantities[]): string[] {
  const names: string[] = [];
  const known = new Set<string>();
  for (const table of tables) {
    let at = 0;
    for (const name of table.keys()) {
      if (known.has(name)) {
        at = names.indexOf(name) + 1;
        continue;
      }
      known.add(name);
      names.splice(at++, 0, name);
    }
  }
  return names;
}
