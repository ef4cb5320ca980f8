import type { Format, MemoryMeaning, Row } from '../row.js';
import { CUSTOM_0, CUSTOM_1, FUNCT3, FUNCT7 } from './encoding.js';

/**
 * Loads and stores that step their base, and those with a register as offset.
 * Source: CV32E40P user manual, "Post-Increment Load & Store Instructions".
 */
const access = (
  name: string,
  format: Format,
  match: number,
  mask: number,
  memory: MemoryMeaning,
): Row => ({
  name: `cv.${name}`,
  extension: 'xcvmem',
  format,
  match,
  mask,
  timing: memory.write ? 'store' : 'load',
  memory,
});

/** One width, with its place among the funct3 of custom-0 and the funct7 of custom-1. */
interface Width {
  readonly name: string;
  readonly bytes: 1 | 2 | 4;
  readonly signed: boolean;
  readonly funct3: number;
  readonly funct7: number;
}

const loads: readonly Width[] = [
  { name: 'lb', bytes: 1, signed: true, funct3: 0, funct7: 0 },
  { name: 'lh', bytes: 2, signed: true, funct3: 1, funct7: 1 },
  { name: 'lw', bytes: 4, signed: true, funct3: 2, funct7: 2 },
  { name: 'lbu', bytes: 1, signed: false, funct3: 4, funct7: 8 },
  { name: 'lhu', bytes: 2, signed: false, funct3: 5, funct7: 9 },
];

const stores: readonly Width[] = [
  { name: 'sb', bytes: 1, signed: false, funct3: 0, funct7: 16 },
  { name: 'sh', bytes: 2, signed: false, funct3: 1, funct7: 17 },
  { name: 'sw', bytes: 4, signed: false, funct3: 2, funct7: 18 },
];

/** The register forms have funct3 3; 4 more in funct7 leaves the base alone. */
const plane = (funct7: number): number => (funct7 << 25) | (3 << 12) | CUSTOM_1;
const INDEXED = 4;

const loadRows = ({ name, bytes, signed, funct3, funct7 }: Width): Row[] => {
  const memory = { bytes, signed, write: false };
  return [
    access(name, 'load-post', (funct3 << 12) | CUSTOM_0, FUNCT3, {
      ...memory,
      postIncrement: true,
    }),
    access(name, 'load-post-register', plane(funct7), FUNCT7, {
      ...memory,
      offset: 'rs2',
      postIncrement: true,
    }),
    access(name, 'load-index', plane(funct7 + INDEXED), FUNCT7, { ...memory, offset: 'rs2' }),
  ];
};

const storeRows = ({ name, bytes, signed, funct3, funct7 }: Width): Row[] => {
  const memory = { bytes, signed, write: true };
  return [
    access(name, 'store-post', (funct3 << 12) | CUSTOM_1, FUNCT3, {
      ...memory,
      postIncrement: true,
    }),
    access(name, 'store-post-register', plane(funct7), FUNCT7, {
      ...memory,
      offset: 'rd',
      postIncrement: true,
    }),
    access(name, 'store-index', plane(funct7 + INDEXED), FUNCT7, { ...memory, offset: 'rd' }),
  ];
};

export const xcvmem: readonly Row[] = [...loads.flatMap(loadRows), ...stores.flatMap(storeRows)];
