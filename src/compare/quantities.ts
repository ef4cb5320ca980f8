/** What a document has to say in numbers, by name, in the order of the report. */
import { profileSchema } from '../profile/model.js';
import { statsSchema } from '../session/index.js';
import { fields, finite, number, text, wrong } from './fields.js';
import type { Fields } from './fields.js';

export type Quantities = Map<string, { unit: string; value: number | string }>;

const bottleneckSchema = 'octobar-bottleneck/1';
/** Quantities of a document, and functions of a profile: those with the most cycles. */
const limits = { quantities: 10_000, functions: 100 };

export function quantitiesOf({ name, document }: { name: string; document: unknown }): Quantities {
  const run = fields(document, name, 'the document');
  const found: Quantities = new Map();
  const put = (key: string, unit: string, value: number | string): void => {
    if (found.size === limits.quantities) throw wrong(name, 'it has too many counters');
    found.set(key, { unit, value });
  };
  const reader = { name, put };
  if (run['schema'] === statsSchema) ofRun(reader, run);
  else if (run['schema'] === profileSchema) ofProfile(reader, run);
  else if (run['schema'] === bottleneckSchema && run['stats'] !== undefined) ofBlock(reader, run);
  else throw wrong(name, `its schema is ${JSON.stringify(run['schema'] ?? null).slice(0, 80)}`);
  return found;
}

interface Reader {
  /** Of the file. */
  readonly name: string;
  readonly put: (key: string, unit: string, value: number | string) => void;
}

function ofRun({ name, put }: Reader, run: Fields): void {
  const counters = (value: unknown, title: string): void => {
    for (const [key, count] of Object.entries(fields(value, name, title)))
      if (typeof count === 'number') put(`${title}: ${key}`, '', finite(count, name, key));
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
  for (const [key, title] of [
    ['cycles_active', 'harts: awake'],
    ['cycles_sleep', 'harts: asleep'],
  ])
    if (typeof total[key] === 'number') put(title, 'cycles', number(total[key], name, key));
  if (total['stalls'] !== undefined)
    for (const [cause, value] of Object.entries(fields(total['stalls'], name, 'total.stalls')))
      put(`stall: ${cause}`, 'cycles', number(value, name, cause));
  counters(run['tcdm'], 'TCDM');
  counters(run['dma'], 'DMA');
  if (run['icache'] !== undefined) counters(run['icache'], 'icache');
  for (const [engine, value] of Object.entries(fields(run['engines'], name, 'engines')))
    for (const [key, count] of Object.entries(fields(value, name, engine)))
      put(`${engine}: ${key}`, '', number(count, name, key));
  if (run['config'] !== undefined) settings({ name, put }, run['config'], '');
}

/** `tcdm.banks` and the like, as `--set` takes them. */
function settings({ name, put }: Reader, value: unknown, prefix: string): void {
  if (prefix.split('.').length > 8) throw wrong(name, 'its config is too deep');
  for (const [key, item] of Object.entries(fields(value, name, 'config'))) {
    const path = `${prefix}${key}`;
    if (typeof item === 'object' && item !== null) settings({ name, put }, item, `${path}.`);
    else put(`setting: ${path}`, '', typeof item === 'number' ? item : String(item).slice(0, 120));
  }
}

/** What was measured, layer by layer, before the counters of the whole run. */
function ofBlock({ name, put }: Reader, block: Fields): void {
  put('measured', 'cycles', number(block['cycles'], name, 'cycles'));
  if (!Array.isArray(block['layers'])) throw wrong(name, 'layers is no list');
  for (const item of block['layers'] as unknown[]) {
    const layer = fields(item, name, 'layers');
    const label = text(layer['name'], name, 'layers.name');
    put(`layer: ${label}`, 'cycles', number(layer['cycles'], name, label));
  }
  ofRun({ name, put }, fields(block['stats'], name, 'stats'));
}

/** Totals of the window, then the functions with the most cycles of their own. */
function ofProfile({ name, put }: Reader, profile: Fields): void {
  const window = fields(profile['window'], name, 'window');
  const cycles = number(window['cycles'], name, 'window.cycles');
  put('cycles', 'cycles', cycles);
  put('time', 'ms', (1000 * cycles) / number(profile['clock_hz'], name, 'clock_hz'));
  const energy = fields(profile['energy'], name, 'energy');
  for (const key of ['total_pj', 'harts_pj', 'units_pj', 'background_pj'])
    put(
      key === 'total_pj' ? 'energy' : `energy: ${key.slice(0, -3)}`,
      'pJ',
      number(energy[key], name, key),
    );
  const causes = list(profile['causes'], name, 'causes').map((cause) =>
    text(cause, name, 'causes'),
  );
  const names = list(profile['functions'], name, 'functions').map((entry) =>
    text(fields(entry, name, 'functions')['name'], name, 'functions.name'),
  );
  const stalls = causes.map(() => 0);
  const sums = { cycles: 0, sleep: 0, instructions: 0 };
  const functions = new Map<string, number>();
  for (const item of list(profile['harts'], name, 'harts')) {
    const hart = fields(item, name, 'harts');
    const total = fields(hart['total'], name, 'harts.total');
    for (const key of ['cycles', 'sleep', 'instructions'] as const)
      sums[key] += number(total[key], name, key);
    list(total['stalls'], name, 'stalls').forEach((value, i) => {
      stalls[i] += number(value, name, 'stalls');
    });
    for (const entry of list(hart['nodes'], name, 'nodes')) {
      const node = fields(entry, name, 'nodes');
      const index = number(node['function'], name, 'nodes.function');
      const label = names[index] ?? `function ${index}`;
      const self = number(fields(node['self'], name, 'nodes.self')['cycles'], name, 'self.cycles');
      functions.set(label, (functions.get(label) ?? 0) + self);
    }
  }
  put('instructions', '', sums.instructions);
  put('harts: awake', 'cycles', sums.cycles);
  put('harts: asleep', 'cycles', sums.sleep);
  causes.forEach((cause, i) => put(`stall: ${cause}`, 'cycles', stalls[i]));
  const hottest = [...functions].filter(([, self]) => self > 0).toSorted(([, a], [, b]) => b - a);
  for (const [label, self] of hottest.slice(0, limits.functions))
    put(`function: ${label}`, 'cycles', self);
}

function list(value: unknown, file: string, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw wrong(file, `${what} is no list`);
}
