/** How numbers are written for people. */

const prefixes: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'u'],
  [1e-9, 'n'],
  [1e-12, 'p'],
];

/** Three or four digits that count: 1234 as 1.23 k, 0.5 as 500 m. */
export function scaled(value: number, unit: string): string {
  if (value === 0) return unit === '' ? '0' : `0 ${unit}`;
  const [factor, prefix] =
    prefixes.find(([least]) => Math.abs(value) >= least * 0.9995) ?? prefixes[prefixes.length - 1];
  const digits = digitsOf(value / factor);
  const suffix = `${prefix}${unit}`;
  return suffix === '' ? digits : `${digits} ${suffix}`;
}

/** Three significant digits, without an exponent. */
export function digitsOf(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 100 || Number.isInteger(value)) return String(Math.round(value));
  if (magnitude < 0.1) return String(Number(value.toPrecision(2)));
  return magnitude >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export const joules = (picojoules: number): string => scaled(picojoules * 1e-12, 'J');
export const watts = (milliwatts: number): string => scaled(milliwatts * 1e-3, 'W');
export const seconds = (cycles: number, clockHz: number): string => scaled(cycles / clockHz, 's');

/** 1234567 as 1,234,567. */
export const grouped = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (100 * part) / whole;
  if (share === 0) return '0 %';
  if (share < 0.1) return '< 0.1 %';
  return share >= 99.95 || share >= 10
    ? `${share.toFixed(share >= 99.95 ? 0 : 1)} %`
    : `${share.toFixed(1)} %`;
}

/** Names of counters and causes without underscores. */
export const spoken = (name: string): string => name.replaceAll('_', ' ');

/** Round steps for an axis from 0 to `most`, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const raw = (to - from) / count;
  if (!(raw > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  const found: number[] = [];
  for (let value = Math.ceil(from / step) * step; value <= to; value += step) found.push(value);
  return found;
}
