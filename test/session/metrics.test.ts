import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/session/metrics.js';

/** A guest with zero-terminated texts from address 0x100 on. */
const texts = new Map<number, number>();
const place = (address: number, text: string): number => {
  [...text, '\0'].forEach((c, i) => texts.set(address + i, c.charCodeAt(0)));
  return address;
};
const byte = (address: number): number => texts.get(address) ?? 0x41;

/** Arguments in a0 to a3. */
const call = (name: string, unit: string, value: number, decimals: number): number[] => [
  ...Array<number>(10).fill(0),
  place(0x100, name),
  place(0x200, unit),
  value,
  decimals,
];

describe('figures of the guest', () => {
  it('are signed fixed-point numbers; the last value of a name counts', () => {
    const metrics = new Metrics();
    metrics.record(0, call('loss', 'dB', -1250 >>> 0, 2), byte);
    metrics.record(3, call('rate', 'MAC/cycle', 7, 0), byte);
    metrics.record(1, call('rate', 'MAC/cycle', 1475, 2), byte);
    expect(metrics.list()).toEqual([
      { name: 'loss', value: -12.5, unit: 'dB' },
      { name: 'rate', value: 14.75, unit: 'MAC/cycle' },
    ]);
    const other = new Metrics();
    other.record(0, call('gone', 's', 1, 0), byte);
    other.restore(metrics.save());
    expect(other.list()).toEqual(metrics.list());
  });

  it.each([
    ['no name', '', 0, /the name ""/],
    ['a name for a terminal', '\u001b[2J', 0, /the name/],
    ['ten decimals', 'a', 10, /10 decimals/],
    ['negative decimals', 'a', -1 >>> 0, /4294967295 decimals/],
  ])('refuses %s', (_, name, decimals, reason) => {
    const registers = call(name, 'x', 1, decimals);
    expect(() => new Metrics().record(2, registers, byte)).toThrow(reason);
  });

  it('refuses a text without an end, and more names than it keeps', () => {
    const endless = [...call('a', 'x', 1, 0)];
    endless[10] = 0x1000;
    expect(() => new Metrics().record(0, endless, byte)).toThrow(/more than 64 bytes/);
    const metrics = new Metrics();
    for (let i = 0; i < 256; i++) metrics.record(0, call(`n${i}`, 'x', i, 0), byte);
    expect(() => metrics.record(0, call('one more', 'x', 0, 0), byte)).toThrow(/more than 256/);
    expect(() => metrics.record(0, call('n7', 'x', 0, 0), byte)).not.toThrow();
  });
});
