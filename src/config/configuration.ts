/** The resolved configuration of one machine: every parameter with its value and who set it. */
import { OctobarError } from '../../emulator/sim/error.js';
import type { ConfigOf, ParameterTable, Status } from '../../emulator/sim/parameters.js';
import { checkTogether } from './checks.js';
import { suggestion } from './nearest.js';
import {
  clusterAreaPart,
  clusterParts,
  clusterPricePart,
  engineAreaParts,
  engineParts,
  enginePriceParts,
  supplyPart,
} from './parts.js';
import type { MacroDocument, Note } from './macro.js';
import type { AreaPart, EngineName, PricedPart } from './parts.js';
import type { Preset } from './preset.js';
import { Schema, keyOf } from './schema.js';
import type { Part, Value } from './schema.js';

export type Origin = 'default' | 'preset' | 'macro' | 'set';

/** One parameter as reports show it. A value that was set carries the origin, not the source of the default. */
export interface ProvenanceRow {
  readonly key: string;
  readonly value: Value;
  readonly unit: string;
  readonly meaning: string;
  readonly origin: Origin;
  readonly source: string;
  readonly status: Status;
}

/** Nested plain values, e.g. `{ harts: 8, tcdm: { banks: 32 } }`. */
export interface ConfigValues {
  [name: string]: Value | ConfigValues;
}

/** By key; a text is read as `--set` reads it. */
export type Settings = Readonly<Record<string, Value>>;

export class Configuration {
  readonly engines: readonly (EngineName | null)[];
  readonly schema: Schema;
  private readonly values = new Map<string, Value>();
  private json: ConfigValues | undefined;
  private readonly origins = new Map<string, Origin>();
  /** Where the figures of macros come from, as their documents say it. */
  private readonly notes = new Map<string, Note>();

  /** @throws OctobarError `config` */
  constructor(
    readonly preset: Preset,
    set: Settings = {},
    /** Macros of somebody's own; a setting wins over them. */
    macros: readonly MacroDocument[] = [],
  ) {
    this.engines = preset.engines.map(engineName);
    this.schema = schemaFor(this.engines);
    for (const { key, parameter } of this.schema.all()) {
      this.values.set(key, parameter.value);
      this.origins.set(key, 'default');
    }
    for (const [key, value] of Object.entries(preset.set)) {
      this.assign(key, this.schema.check(key, value), 'preset');
    }
    for (const macro of macros) this.take(macro);
    for (const [key, value] of Object.entries(set)) {
      const typed =
        typeof value === 'string' ? this.schema.parse(key, value) : this.schema.check(key, value);
      this.assign(key, typed, 'set');
    }
    checkTogether(this);
  }

  get(key: string): Value {
    this.schema.row(key);
    return this.values.get(key) as Value;
  }

  number(key: string): number {
    const value = this.get(key);
    if (typeof value !== 'number') throw new OctobarError('internal', `${key} is not a number`);
    return value;
  }

  /** What a part receives. */
  of<T extends ParameterTable>(part: Part<T>): ConfigOf<T> {
    const entries = Object.keys(part.table).map((name) => [name, this.get(keyOf(part, name))]);
    return Object.fromEntries(entries) as ConfigOf<T>;
  }

  /** All values, nested; always the same object, as statistics are often asked for. */
  toJSON(): ConfigValues {
    return (this.json ??= this.nested());
  }

  private nested(): ConfigValues {
    const root: ConfigValues = {};
    for (const [key, value] of this.values) {
      const path = key.split('.');
      const last = path.pop() as string;
      let node = root;
      for (const name of path) node = (node[name] ??= {}) as ConfigValues;
      node[last] = value;
    }
    return root;
  }

  provenance(): ProvenanceRow[] {
    return this.schema.all().map(({ key, parameter }) => {
      const origin = this.origins.get(key) as Origin;
      const note = origin === 'macro' ? this.notes.get(key) : undefined;
      return {
        key,
        value: this.get(key),
        unit: 'unit' in parameter ? parameter.unit : '',
        meaning: parameter.meaning,
        origin,
        source: note?.source ?? sourceOf(origin, parameter.source, this.preset),
        status: origin === 'set' ? 'assumed' : (note?.status ?? parameter.status),
      };
    });
  }

  private take({ set, notes }: MacroDocument): void {
    for (const [key, value] of Object.entries(set))
      this.assign(key, this.schema.check(key, value), 'macro');
    for (const [key, note] of notes) this.notes.set(key, note);
  }

  private assign(key: string, value: Value, origin: Origin): void {
    this.values.set(key, value);
    this.origins.set(key, origin);
  }
}

function sourceOf(origin: Origin, source: string, preset: Preset): string {
  if (origin === 'set') return 'set by the user';
  return origin === 'preset' ? `preset ${preset.name}: ${preset.source}` : source;
}

/** By engines: the tables behind a schema never change. */
const schemas = new Map<string, Schema>();

export function schemaFor(engines: readonly (EngineName | null)[]): Schema {
  const key = engines.join();
  const schema = schemas.get(key) ?? newSchema(engines);
  schemas.set(key, schema);
  return schema;
}

function newSchema(engines: readonly (EngineName | null)[]): Schema {
  const used = engines.flatMap((name) => (name === null ? [] : [engineParts[name]]));
  const prices = pricedParts(engines);
  const areas = areaParts(engines);
  return new Schema([
    ...Object.values<Part>(clusterParts),
    ...used,
    supplyPart,
    ...prices,
    ...areas,
  ]);
}

/** Area tables of a machine with these engines. */
export function areaParts(engines: readonly (EngineName | null)[]): AreaPart[] {
  const used = engines.flatMap((name) => (name === null ? [] : [engineAreaParts[name]]));
  return [clusterAreaPart, ...used];
}

/** Price tables of a machine with these engines. */
export function pricedParts(engines: readonly (EngineName | null)[]): PricedPart[] {
  const used = engines.flatMap((name) => (name === null ? [] : [enginePriceParts[name]]));
  return [clusterPricePart, ...used];
}

function engineName(name: string | null): EngineName | null {
  if (name === null || Object.hasOwn(engineParts, name)) return name as EngineName | null;
  const known = Object.keys(engineParts);
  throw new OctobarError('config', `there is no engine ${JSON.stringify(name.slice(0, 80))}`, {
    hint: suggestion(name, known, `the engines are ${known.join(', ')}`),
  });
}

/** `key=value` texts of a command line; a later one wins. @throws OctobarError `config` */
export function parseSettings(texts: readonly string[]): Settings {
  const settings = Object.create(null) as Record<string, Value>;
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at <= 0) {
      throw new OctobarError('config', `${JSON.stringify(text.slice(0, 80))} is not key=value`, {
        hint: 'for example --set tcdm.banks=16',
      });
    }
    settings[text.slice(0, at).trim()] = text.slice(at + 1).trim();
  }
  return settings;
}
