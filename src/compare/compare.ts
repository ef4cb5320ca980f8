import { OctobarError } from '../../emulator/sim/error.js';
import { statsSchema } from '../session/index.js';

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

/** Quantities of a run in the order of the report. */
type Quantities = Map<string, { unit: string; value: number | string }>;
type Fields = Readonly<Record<string, unknown>>;

/** Runs and quantities that a comparison takes. */
const limits = { runs: 64, quantities: 10_000 };

/**
 * @param sources documents of schema octobar-stats/1
 * @throws OctobarError `image` for something else, `usage` for too many
 */
export function compareRuns(sources: readonly Source[]): Comparison {
  if (sources.length > limits.runs)
    throw new OctobarError('usage', `${sources.length} runs are too many to compare`, {
      hint: `at most ${limits.runs}`,
    });
  const tables = sources.map(quantitiesOf);
  const names = inOrder(tables);
  const rows = names.map((name): ComparedRow => {
    const values = tables.map((table) => table.get(name)?.value ?? null);
    const unit = tables.find((table) => table.has(name))?.get(name)?.unit ?? '';
    return { name, unit, values, percent: values.map((value, i) => change(values[0], value, i)) };
  });
  return { schema: comparisonSchema, runs: labels(sources), rows };
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

/** Presets where they tell the runs apart, file names otherwise. */
function labels(sources: readonly Source[]): Comparison['runs'] {
  const presets = sources.map(({ name, document }) =>
    text((document as Fields)['preset'], name, 'preset'),
  );
  const unique = new Set(presets).size === presets.length;
  return sources.map(({ name }, i) => ({ label: unique ? presets[i] : name, name }));
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

function quantitiesOf({ name, document }: Source): Quantities {
  const run = fields(document, name, 'the document');
  if (run['schema'] !== statsSchema)
    throw wrong(name, `its schema is ${JSON.stringify(run['schema'] ?? null).slice(0, 80)}`);
  const found: Quantities = new Map();
  const put = (key: string, unit: string, value: number | string): void => {
    if (found.size === limits.quantities) throw wrong(name, 'it has too many counters');
    found.set(key, { unit, value });
  };
  const counters = (group: string, title: string, unit = ''): void => {
    for (const [key, value] of Object.entries(fields(run[group], name, group)))
      if (typeof value === 'number') put(`${title}: ${key}`, unit, finite(value, name, key));
  };
  put('cycles', 'cycles', number(run['cycles'], name, 'cycles'));
  const clock = number(run['clock_hz'], name, 'clock_hz');
  put('time', 'ms', (1000 * number(run['cycles'], name, 'cycles')) / clock);
  const total = fields(run['total'], name, 'total');
  put('instructions', '', number(total['instret'], name, 'total.instret'));
  if (!Array.isArray(run['metrics'])) throw wrong(name, 'metrics is no list');
  for (const item of run['metrics'] as unknown[]) {
    const metric = fields(item, name, 'metrics');
    const unit = text(metric['unit'], name, 'metrics.unit');
    const label = text(metric['name'], name, 'metrics.name');
    put(`metric: ${label}`, unit, number(metric['value'], name, label));
  }
  const energy = fields(run['energy'], name, 'energy');
  put('energy', 'pJ', number(energy['total_pj'], name, 'energy.total_pj'));
  put('mean power', 'mW', number(energy['mean_mw'], name, 'energy.mean_mw'));
  for (const [component, value] of Object.entries(
    fields(energy['components'], name, 'energy.components'),
  ))
    put(`energy: ${component}`, 'pJ', number(value, name, component));
  counters('tcdm', 'TCDM');
  counters('dma', 'DMA');
  for (const [engine, value] of Object.entries(fields(run['engines'], name, 'engines')))
    for (const [key, count] of Object.entries(fields(value, name, engine)))
      put(`${engine}: ${key}`, '', number(count, name, key));
  return found;
}

function fields(value: unknown, file: string, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(file, `${what} is no object`);
}

const number = (value: unknown, file: string, what: string): number =>
  finite(typeof value === 'number' ? value : NaN, file, what);

function finite(value: number, file: string, what: string): number {
  if (Number.isFinite(value)) return value;
  throw wrong(file, `${what} is no number`);
}

function text(value: unknown, file: string, what: string): string {
  if (typeof value === 'string') return value.slice(0, 120);
  throw wrong(file, `${what} is no text`);
}

const wrong = (file: string, reason: string): OctobarError =>
  new OctobarError('image', `${file} is not the JSON of a run: ${reason}`, {
    hint: 'compare reads files that `octobar run --json FILE` wrote',
  });
