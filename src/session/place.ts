/** Places in a program as people write them: `main`, `main+0x1c`, `0x1c008080`. */
import { OctobarError } from '../../emulator/sim/error.js';
import { nearest } from '../config/nearest.js';
import type { Symbol, SymbolTable } from '../loader/index.js';

export type Place = string | number;

/** @throws OctobarError `usage` with the nearest symbol, or when the name means several addresses */
export function resolvePlace(symbols: SymbolTable, place: Place): number {
  if (typeof place === 'number') return place >>> 0;
  const hexadecimal = /^0x[0-9a-f]{1,8}$/i.exec(place);
  if (hexadecimal) return Number(place);
  const match = /^(.+?)(?:\+(0x[0-9a-f]{1,8}|\d{1,9}))?$/i.exec(place);
  const name = match?.[1] ?? place;
  return (findSymbol(symbols, name).address + Number(match?.[2] ?? 0)) >>> 0;
}

/** The one symbol of that name. @throws OctobarError `usage` */
export function findSymbol(symbols: SymbolTable, name: string): Symbol {
  const found = symbols.find(name);
  if (found.length === 0) {
    const near = nearest(name, symbols.allNames());
    throw new OctobarError('usage', `the image has no symbol ${JSON.stringify(name)}`, {
      hint: near ? `did you mean ${near}?` : 'octobar map ELF lists its symbols',
    });
  }
  // A global wins over locals of the same name; several locals are several places.
  const same = found.filter((symbol) => symbol.global === found[0].global);
  if (same.some((symbol) => symbol.address !== same[0].address)) {
    throw new OctobarError('usage', `${same.length} symbols are named ${JSON.stringify(name)}`, {
      hint: `give one of the addresses: ${same.map((s) => `0x${s.address.toString(16)}`).join(', ')}`,
    });
  }
  return found[0];
}
