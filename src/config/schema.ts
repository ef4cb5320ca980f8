/**
 * The schema of a configuration: the parameter tables of the parts, one behind the other.
 * A key is `part.parameter`; the cluster's own parameters have no prefix.
 */
import { OctobarError } from '../../emulator/sim/error.js';
import type { Parameter, ParameterTable } from '../../emulator/sim/parameters.js';
import { suggestion } from './nearest.js';

export type Value = number | boolean | string;

export interface Part<T extends ParameterTable = ParameterTable> {
  /** Prefix of the keys; empty for the cluster itself. */
  readonly prefix: string;
  /** Heading in the documentation. */
  readonly title: string;
  readonly table: T;
}

export interface SchemaRow {
  readonly key: string;
  readonly part: Part;
  readonly parameter: Parameter;
}

export function keyOf(part: Part, name: string): string {
  return part.prefix === '' ? name : `${part.prefix}.${name}`;
}

export class Schema {
  private readonly rows = new Map<string, SchemaRow>();

  constructor(readonly parts: readonly Part[]) {
    for (const part of parts) {
      for (const [name, parameter] of Object.entries(part.table)) {
        const key = keyOf(part, name);
        if (this.rows.has(key)) throw new OctobarError('internal', `two parameters named ${key}`);
        this.rows.set(key, { key, part, parameter });
      }
    }
  }

  keys(): string[] {
    return [...this.rows.keys()];
  }

  all(): SchemaRow[] {
    return [...this.rows.values()];
  }

  /** @throws OctobarError `config` for an unknown key, with the nearest known one */
  row(key: string): SchemaRow {
    const row = this.rows.get(key);
    if (row) return row;
    throw new OctobarError('config', `there is no parameter ${JSON.stringify(key.slice(0, 80))}`, {
      hint: suggestion(key, this.rows.keys(), 'octobar presets NAME lists all parameters'),
    });
  }

  /** A typed value, checked. @throws OctobarError `config` */
  check(key: string, value: unknown): Value {
    return checkValue(key, this.row(key).parameter, value);
  }

  /** A value as written behind `--set key=`. @throws OctobarError `config` */
  parse(key: string, text: string): Value {
    return checkValue(key, this.row(key).parameter, parseText(this.row(key).parameter, text));
  }
}

export function kindOf(parameter: Parameter): 'number' | 'choice' | 'list' | 'flag' {
  if ('choices' in parameter) return 'choice';
  if ('numbers' in parameter) return 'list';
  return typeof parameter.value === 'boolean' ? 'flag' : 'number';
}

/** What may stand behind the key, in words. */
export function rangeOf(parameter: Parameter): string {
  if ('choices' in parameter) return parameter.choices.join(' | ');
  if ('numbers' in parameter) return `at most ${parameter.numbers} numbers, blanks between them`;
  if (!('unit' in parameter)) return 'true | false';
  const kind = parameter.powerOfTwo
    ? 'a power of two'
    : parameter.fractional
      ? 'a number'
      : 'a whole number';
  return `${kind} from ${parameter.min} to ${parameter.max} ${parameter.unit}`;
}

function parseText(parameter: Parameter, text: string): unknown {
  switch (kindOf(parameter)) {
    case 'choice':
    case 'list':
      return text;
    case 'flag':
      return { true: true, on: true, false: false, off: false }[text] ?? text;
    case 'number':
      return parseNumber(text, 'unit' in parameter && /^bytes?$/.test(parameter.unit)) ?? text;
  }
}

/** `32`, `0x20`, `1.5`, `250e6`, `512k`, `250M`: k, M, G count in 1024 for bytes, in 1000 otherwise. */
export function parseNumber(text: string, binary: boolean): number | undefined {
  const match = /^(-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?))([kMG]?)$/i.exec(text);
  if (!match) return undefined;
  const step = binary ? 1024 : 1000;
  const power = ['', 'k', 'm', 'g'].indexOf(match[2].toLowerCase());
  const negative = match[1].startsWith('-');
  const value = Number(negative ? match[1].slice(1) : match[1]) * step ** power;
  return negative ? -value : value;
}

function checkValue(key: string, parameter: Parameter, value: unknown): Value {
  const fail = (reason: string): never => {
    throw new OctobarError('config', `${key} = ${shown(value)} ${reason}`, {
      hint: `${key}: ${parameter.meaning}; ${rangeOf(parameter)}, by default ${parameter.value}`,
    });
  };
  if ('choices' in parameter) {
    if (typeof value === 'string' && parameter.choices.includes(value)) return value;
    return fail(`is not one of ${parameter.choices.join(', ')}`);
  }
  if ('numbers' in parameter) {
    const list = listOf(value);
    if (list === undefined) return fail('is not a list of numbers');
    if (list.length > parameter.numbers) return fail(`has more than ${parameter.numbers} numbers`);
    return list.join(' ');
  }
  if (!('unit' in parameter)) {
    return typeof value === 'boolean' ? value : fail('is neither true nor false');
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return fail('is not a number');
  if (!parameter.fractional && !Number.isInteger(value)) return fail('is not a whole number');
  if (value < parameter.min || value > parameter.max) {
    return fail(`is out of range: ${parameter.min} to ${parameter.max} ${parameter.unit}`);
  }
  if (parameter.powerOfTwo && !isPowerOfTwo(value)) return fail('is not a power of two');
  return value;
}

/** Numbers of a text or of a list; undefined when there is something else among them. */
function listOf(value: unknown): number[] | undefined {
  const parts =
    typeof value === 'string' ? value.split(/[\s,]+/).filter((part) => part !== '') : value;
  if (!Array.isArray(parts)) return undefined;
  const numbers = typeof value === 'string' ? parts.map(Number) : (parts as unknown[]);
  const finite = (part: unknown): part is number => Number.isFinite(part);
  return numbers.every(finite) ? numbers : undefined;
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
