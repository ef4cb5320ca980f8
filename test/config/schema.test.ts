import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import type { ParameterTable } from '../../emulator/sim/parameters.js';
import { Schema, parseNumber, rangeOf } from '../../src/config/schema.js';

const row = { meaning: 'm', source: 's', status: 'assumed' } as const;
const table = {
  size: { ...row, value: 64, unit: 'byte', min: 16, max: 4096, powerOfTwo: true },
  cycles: { ...row, value: 3, unit: 'cycle', min: 0, max: 10 },
  time: { ...row, value: 1.5, unit: 'ns', min: 0.1, max: 100, fractional: true },
  mode: { ...row, value: 'fair', choices: ['fair', 'round-robin'] },
  ideal: { ...row, value: false },
} as const satisfies ParameterTable;

const schema = new Schema([
  { prefix: '', title: 'Top', table: { harts: table.cycles } },
  { prefix: 'p', title: 'Part', table },
]);

function failure(action: () => unknown): OctobarError {
  try {
    action();
  } catch (error) {
    if (error instanceof OctobarError) return error;
  }
  throw new Error('no OctobarError');
}

it('keys are the prefix and the name, and the name alone without a prefix', () => {
  expect(schema.keys()).toEqual(['harts', 'p.size', 'p.cycles', 'p.time', 'p.mode', 'p.ideal']);
});

describe('numbers as people write them', () => {
  it.each([
    ['32', false, 32],
    ['0x20', false, 32],
    ['1e3', false, 1000],
    ['250M', false, 250e6],
    ['2.5k', false, 2500],
    ['512k', true, 512 * 1024],
    ['1M', true, 1 << 20],
    ['-4', false, -4],
  ])('%s (in bytes: %s) is %d', (text, binary, value) => {
    expect(parseNumber(text, binary)).toBe(value);
  });

  it.each(['', 'x', '0x', '1..2', '1 2', '12kk', 'Infinity', 'NaN', '1e', '--1'])(
    '%j is none',
    (text) => {
      expect(parseNumber(text, false)).toBeUndefined();
    },
  );
});

describe('values', () => {
  it.each([
    ['p.size', '2k', 2048],
    ['p.cycles', '10', 10],
    ['p.time', '0.25', 0.25],
    ['p.mode', 'round-robin', 'round-robin'],
    ['p.ideal', 'true', true],
    ['p.ideal', 'off', false],
  ])('%s = %s is legal', (key, text, value) => {
    expect(schema.parse(key, text)).toBe(value);
  });

  it.each([
    ['p.size', '48', /not a power of two/],
    ['p.size', '8', /out of range: 16 to 4096 byte/],
    ['p.size', 'many', /not a number/],
    ['p.cycles', '11', /out of range/],
    ['p.cycles', '2.5', /not a whole number/],
    ['p.cycles', '-1', /out of range/],
    ['p.mode', 'unfair', /not one of fair, round-robin/],
    ['p.ideal', '1', /neither true nor false/],
  ])('%s = %s is refused, with what is allowed', (key, text, message) => {
    const error = failure(() => schema.parse(key, text));
    expect(error.code).toBe('config');
    expect(error.message).toMatch(message);
    expect(error.context.hint).toContain(key);
  });

  it('of JSON must have the type itself', () => {
    expect(schema.check('p.size', 64)).toBe(64);
    for (const value of ['64', null, [64], {}, NaN, Infinity, true]) {
      expect(failure(() => schema.check('p.size', value)).code).toBe('config');
    }
  });
});

it('an unknown key comes with the nearest known one', () => {
  expect(failure(() => schema.row('p.sise')).context.hint).toBe('did you mean p.size?');
  expect(failure(() => schema.row('ideal')).context.hint).toBe('did you mean p.ideal?');
  expect(failure(() => schema.row('__proto__')).code).toBe('config');
});

it('ranges in words', () => {
  expect(rangeOf(table.size)).toBe('a power of two from 16 to 4096 byte');
  expect(rangeOf(table.mode)).toBe('fair | round-robin');
  expect(rangeOf(table.ideal)).toBe('true | false');
});
