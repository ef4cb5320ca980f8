/** Reads documents that come from outside: whatever is missing or of another kind is an error that names the file. */
import { OctobarError } from '../../emulator/sim/error.js';

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, file: string, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(file, `${what} is no object`);
}

export const number = (value: unknown, file: string, what: string): number =>
  finite(typeof value === 'number' ? value : NaN, file, what);

export function finite(value: number, file: string, what: string): number {
  if (Number.isFinite(value)) return value;
  throw wrong(file, `${what} is no number`);
}

export function text(value: unknown, file: string, what: string): string {
  if (typeof value === 'string') return value.slice(0, 120);
  throw wrong(file, `${what} is no text`);
}

export const wrong = (file: string, reason: string): OctobarError =>
  new OctobarError('image', `${file} is not the JSON of a run: ${reason}`, {
    hint: 'compare reads files that `octobar run --json FILE` wrote',
  });
