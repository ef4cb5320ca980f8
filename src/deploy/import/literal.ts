/** Checked access to the JSON of an untrusted model. */
import type { Literal } from '../../datasets/script-literal.js';
import { modelError } from './errors.js';

export type LiteralRecord = { readonly [key: string]: Literal };

export function record(value: Literal | undefined, what: string): LiteralRecord {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw modelError(`${what} is not an object`);
  }
  return value;
}

export function list(value: Literal | undefined, what: string): readonly Literal[] {
  if (!Array.isArray(value)) throw modelError(`${what} is not a list`);
  return value;
}

export function text(value: Literal | undefined, what: string): string {
  if (typeof value !== 'string') throw modelError(`${what} is not a string`);
  return value;
}

export function finite(value: Literal | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw modelError(`${what} is not a number`);
  }
  return value;
}

/** A positive whole number; tfjs graph models write numbers as text. */
export function whole(value: Literal | undefined, what: string): number {
  const number = finite(
    typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value,
    what,
  );
  if (!Number.isSafeInteger(number) || number < 1 || number > 1 << 24) {
    throw modelError(`${what} is ${number}, expected a positive whole number`);
  }
  return number;
}

/** Two positive whole numbers. */
export function pair(value: Literal | undefined, what: string): [number, number] {
  const items = list(value, what);
  if (items.length !== 2) throw modelError(`${what} does not have two entries`);
  return [whole(items[0], what), whole(items[1], what)];
}
