import { c } from './c.js';
import { m } from './m.js';
import type { CompressedRow, Extension, Row } from './row.js';
import { rv32i } from './rv32i.js';
import { xcvalu } from './xcv/alu.js';
import { xcvbi } from './xcv/bi.js';
import { xcvbitmanip } from './xcv/bitmanip.js';
import { xcvelw } from './xcv/elw.js';
import { xcvhwlp } from './xcv/hwlp.js';
import { xcvmac } from './xcv/mac.js';
import { xcvmem } from './xcv/mem.js';
import { simdPermutations } from './xcv/simd-permute.js';
import { simdArithmetic, simdComparisons, simdDotProducts } from './xcv/simd.js';
import { OctobarError } from '../sim/error.js';

/**
 * One-cycle instructions of CORE-V that only touch registers, in families that the interpreter has a
 * function each for: its main switch stays small enough to be optimised.
 */
export const registerFamilies = {
  dotProduct: simdDotProducts,
  multiplyAccumulate: xcvmac,
  scalar: [...xcvalu, ...xcvbitmanip],
  simdArithmetic,
  simdComparison: simdComparisons,
  simdPermutation: simdPermutations,
} as const satisfies Readonly<Record<string, readonly Row[]>>;

/** Every 32-bit instruction, in a stable order: the index of a row is its operation number. */
export const rows: readonly Row[] = [
  ...rv32i,
  ...m,
  ...xcvelw,
  ...xcvmem,
  ...xcvbi,
  ...xcvhwlp,
  ...Object.values(registerFamilies).flat(),
];

export const compressedRows: readonly CompressedRow[] = c;

/** Operation number 0 means "not decoded yet", so a row's number is its index plus one. */
export const operationOf: ReadonlyMap<Row, number> = new Map(
  rows.map((row, index) => [row, index + 1]),
);

/** Pseudo-operations of the interpreter, above all rows. */
export const ILLEGAL = rows.length + 1;
export const PROBE = rows.length + 2;

/** Names accepted for `isa` and the extensions that each switches on. */
export const isaExtensions: Readonly<Record<string, readonly Extension[]>> = {
  rv32imc: ['i', 'm', 'c', 'zicsr', 'zifencei'],
  rv32imc_xpulpv2: ['i', 'm', 'c', 'zicsr', 'zifencei', 'xpulpv2'],
  rv32imc_xcv: [
    'i',
    'm',
    'c',
    'zicsr',
    'zifencei',
    'xcvelw',
    'xcvmem',
    'xcvmac',
    'xcvalu',
    'xcvbi',
    'xcvbitmanip',
    'xcvsimd',
    'xcvhwlp',
  ],
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
