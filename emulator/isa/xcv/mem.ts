import type { Format, MemoryMeaning, Row } from '../row.js';
import { CUSTOM_0, CUSTOM_1, FUNCT3, FUNCT7, pulpPlain } from './encoding.js';

/**
 * Loads and stores that step their base, and those with a register as offset.
 * Source: CV32E40P user manual, "Post-Increment Load & Store Instructions".
 */
const access = (
  name: string,
  format: Format,
  match: number,
  mask: number,
  /** The bits that RI5CY has instead. */
  older: number,
  memory: MemoryMeaning,
): Row => ({
  name: `cv.${name}`,
  extension: 'xcvmem',
  format,
  match,
  mask,
  pulp: pulpPlain(`p.${name}`, format, older, mask),
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
  /** funct7 of the register forms of RI5CY loads. */
  readonly older?: number;
}

const LOAD = 0x03;
const STORE = 0x23;

const loads: readonly Width[] = [
  { name: 'lb', bytes: 1, signed: true, funct3: 0, funct7: 0, older: 0 },
  { name: 'lh', bytes: 2, signed: true, funct3: 1, funct7: 1, older: 0x08 },
  { name: 'lw', bytes: 4, signed: true, funct3: 2, funct7: 2, older: 0x10 },
  { name: 'lbu', bytes: 1, signed: false, funct3: 4, funct7: 8, older: 0x20 },
  { name: 'lhu', bytes: 2, signed: false, funct3: 5, funct7: 9, older: 0x28 },
];

const stores: readonly Width[] = [
  { name: 'sb', bytes: 1, signed: false, funct3: 0, funct7: 16 },
  { name: 'sh', bytes: 2, signed: false, funct3: 1, funct7: 17 },
  { name: 'sw', bytes: 4, signed: false, funct3: 2, funct7: 18 },
];

/** The register forms have funct3 3; 4 more in funct7 leaves the base alone. */
const plane = (funct7: number): number => (funct7 << 25) | (3 << 12) | CUSTOM_1;
const INDEXED = 4;

const loadRows = ({ name, bytes, signed, funct3, funct7, older = 0 }: Width): Row[] => {
  const memory = { bytes, signed, write: false };
  const register = (older << 25) | (7 << 12);
  return [
    access(name, 'load-post', (funct3 << 12) | CUSTOM_0, FUNCT3, (funct3 << 12) | CUSTOM_0, {
      ...memory,
      postIncrement: true,
    }),
    access(name, 'load-post-register', plane(funct7), FUNCT7, register | CUSTOM_0, {
      ...memory,
      offset: 'rs2',
      postIncrement: true,
    }),
    access(name, 'load-index', plane(funct7 + INDEXED), FUNCT7, register | LOAD, {
      ...memory,
      offset: 'rs2',
    }),
  ];
};

const storeRows = ({ name, bytes, signed, funct3, funct7 }: Width): Row[] => {
  const memory = { bytes, signed, write: true };
  const register = (4 + funct3) << 12;
  return [
    access(name, 'store-post', (funct3 << 12) | CUSTOM_1, FUNCT3, (funct3 << 12) | CUSTOM_1, {
      ...memory,
      postIncrement: true,
    }),
    access(name, 'store-post-register', plane(funct7), FUNCT7, register | CUSTOM_1, {
      ...memory,
      offset: 'rd',
      postIncrement: true,
    }),
    access(name, 'store-index', plane(funct7 + INDEXED), FUNCT7, register | STORE, {
      ...memory,
      offset: 'rd',
    }),
  ];
};

export const xcvmem: readonly Row[] = [...loads.flatMap(loadRows), ...stores.flatMap(storeRows)];
