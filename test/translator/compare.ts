import type { State } from './machines.js';

/** The first thing in which two states differ, for people; undefined when they are equal. */
export function firstDifference(expected: State, got: State): string | undefined {
  const { memory: a, ...restA } = expected;
  const { memory: b, ...restB } = got;
  const plain = isEqual(restA, restB) ? undefined : differenceOf('', restA, restB);
  if (plain !== undefined) return plain;
  for (const [i, [base, bytes]] of a.entries()) {
    if (Buffer.compare(bytes, b[i][1]) === 0) continue;
    const at = bytes.findIndex((byte, k) => byte !== b[i][1][k]);
    return `memory 0x${(base + at).toString(16)}: ${show(bytes[at])}, got ${show(b[i][1][at])}`;
  }
  return undefined;
}

/** Plain data, with the same keys and values. The quick answer of `differenceOf`. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [from, to] = [a as Record<string, unknown>, b as Record<string, unknown>];
  let count = 0;
  for (const key in from) {
    if (!isEqual(from[key], to[key]) || !(key in to)) return false;
    count++;
  }
  for (const _ in to) count--;
  return count === 0;
}

function differenceOf(path: string, a: unknown, b: unknown): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return `${path.slice(1)}: ${show(a)}, got ${show(b)}`;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const name = path.endsWith('registers') ? `x${key}` : key;
    const found = differenceOf(
      `${path}.${name}`,
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

const show = (value: unknown): string =>
  typeof value === 'number' ? `${value} (0x${(value >>> 0).toString(16)})` : JSON.stringify(value);
