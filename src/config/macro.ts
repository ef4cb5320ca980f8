/**
 * A macro of somebody's own without programming: one JSON document with the figures of its circuits,
 * prices and areas, each with its source, put on an engine by `--set ima.macro=@mine.json`.
 */
import { OctobarError } from '../../emulator/sim/error.js';
import type { Status } from '../../emulator/sim/parameters.js';
import { suggestion } from './nearest.js';
import type { Settings } from './configuration.js';
import type { Value } from './schema.js';

export const macroSchema = 'octobar-macro/1';

/** Where a figure of a document comes from. */
export interface Note {
  readonly source: string;
  readonly status: Status;
}

export interface MacroDocument {
  readonly name: string;
  readonly meaning: string;
  /** By key of the configuration, e.g. `ima.rows`. */
  readonly set: Settings;
  readonly notes: ReadonlyMap<string, Note>;
}

const fields = ['$schema', 'schema', 'name', 'meaning', 'source', 'set', 'prices', 'area'];
const figureFields = ['value', 'source', 'status'];
const statuses = ['published', 'derived', 'fitted', 'assumed'] as const;

/** The keys of a section of the document, before the names in it. */
const prefixes = (engine: string) =>
  [
    ['set', engine],
    ['prices', `energy.${engine}`],
    ['area', `area.${engine}`],
  ] as const;

type Fields = Record<string, unknown>;

/**
 * @param engine whose parameters the document sets, e.g. `ima`
 * @param file for messages
 * @throws OctobarError `config` naming the field that is wrong
 */
export function parseMacro(text: string, engine: string, file: string): MacroDocument {
  const fail = (reason: string, hint: string): never => {
    throw new OctobarError('config', `macro ${file}: ${reason}`, { hint });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail(`it is not JSON: ${String(error)}`, 'octobar macro --template prints one to edit');
  }
  if (!isObject(json)) return fail('it is not an object', 'octobar macro --template prints one');
  refuseOthers(json, fields, 'field', fail);
  if (json['schema'] !== macroSchema)
    fail(`its schema is not ${macroSchema}`, `write "schema": "${macroSchema}"`);
  for (const field of ['name', 'meaning', 'source'])
    if (typeof json[field] !== 'string' || json[field] === '')
      fail(`${field} is not a text`, 'say what the macro is and where its figures come from');
  const set = Object.create(null) as Record<string, Value>;
  const notes = new Map<string, Note>();
  const whole: Note = { source: String(json['source']), status: 'published' };
  for (const [section, prefix] of prefixes(engine)) {
    const figures = json[section] ?? {};
    if (!isObject(figures))
      return fail(`${section} is not an object`, `for example "${section}": {"rows": 128}`);
    for (const [name, figure] of Object.entries(figures)) {
      const key = `${prefix}.${name.slice(0, 80)}`;
      const [value, note] = readFigure(figure, key, whole, fail);
      set[key] = value;
      notes.set(key, note);
    }
  }
  return { name: String(json['name']), meaning: String(json['meaning']), set, notes };
}

/** A bare value has the source of the document; else `{ value, source, status }`. */
function readFigure(
  figure: unknown,
  key: string,
  whole: Note,
  fail: (reason: string, hint: string) => never,
): [Value, Note] {
  // What kind of value the key takes is for the schema of the configuration to say.
  if (!isObject(figure)) return [figure as Value, whole];
  refuseOthers(figure, figureFields, `field of ${key}`, fail);
  if (!('value' in figure)) fail(`${key} has no value`, 'write {"value": ..., "source": "..."}');
  const { value, source = whole.source, status = whole.status } = figure;
  if (typeof source !== 'string')
    return fail(`the source of ${key} is not a text`, 'say where it is from');
  const known = statuses.find((name) => name === status);
  if (known === undefined)
    return fail(`the status of ${key} is none`, `it may be ${statuses.join(', ')}`);
  return [value as Value, { source, status: known }];
}

function refuseOthers(
  object: Fields,
  known: readonly string[],
  what: string,
  fail: (reason: string, hint: string) => never,
): void {
  for (const field of Object.keys(object))
    if (!known.includes(field))
      fail(
        `there is no ${what} ${JSON.stringify(field.slice(0, 80))}`,
        suggestion(field, known, `there are ${known.join(', ')}`),
      );
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
