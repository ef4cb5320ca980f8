import { c } from './c.js';
import { m } from './m.js';
import type { CompressedRow, Extension, Row } from './row.js';
import { rv32i } from './rv32i.js';
import { xcvelw } from './xcv/elw.js';
import { OctobarError } from '../sim/error.js';

/** Every 32-bit instruction, in a stable order: the index of a row is its operation number. */
export const rows: readonly Row[] = [...rv32i, ...m, ...xcvelw];

export const compressedRows: readonly CompressedRow[] = c;

/** Operation number 0 means "not decoded yet", so a row's number is its index plus one. */
export const operationOf: ReadonlyMap<string, number> = new Map(
  rows.map((row, index) => [row.name, index + 1]),
);

/** Pseudo-operations of the interpreter, above all rows. */
export const ILLEGAL = rows.length + 1;
export const PROBE = rows.length + 2;

/** Names accepted for `isa` and the extensions that each switches on. */
export const isaExtensions: Readonly<Record<string, readonly Extension[]>> = {
  rv32imc: ['i', 'm', 'c', 'zicsr', 'zifencei'],
  rv32imc_xcv: ['i', 'm', 'c', 'zicsr', 'zifencei', 'xcvelw'],
};

export function extensionsOf(isa: string): ReadonlySet<Extension> {
  const extensions = isaExtensions[isa];
  if (extensions === undefined) {
    throw new OctobarError('config', `unknown isa "${isa}"`, {
      hint: `use one of ${Object.keys(isaExtensions).join(', ')}`,
    });
  }
  return new Set(extensions);
}
