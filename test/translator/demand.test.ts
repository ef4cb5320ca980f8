import { describe, expect, it } from 'vitest';
import { Demand } from '../../emulator/translator/demand.js';

const place = (line: number, offset = 0): { pc: number; completes: boolean } => ({
  pc: 0x1c000000 + 64 * line + offset,
  completes: false,
});

describe('the demand for translations', () => {
  it('waits until a line was wanted three times', () => {
    const demand = new Demand(false);
    expect(demand.add(place(0), 0)).toBe(false);
    expect(demand.add(place(0, 4), 0)).toBe(false);
    expect(demand.add(place(0), 0)).toBe(true);
    expect(demand.take()).toEqual([place(0), place(0, 4)]);
    expect(demand.take()).toEqual([]);
  });

  it('waits longer the more modules there are, unless many lines are hot', () => {
    const demand = new Demand(false);
    for (let n = 0; n < 2 + 40; n++) expect(demand.add(place(0), 10)).toBe(false);
    expect(demand.add(place(1), 10)).toBe(true);
    demand.clear();
    let due = 0;
    for (let n = 0; n < 3; n++)
      for (let line = 0; line < 40; line++) if (demand.add(place(line), 100)) due++;
    expect(due).toBe(9);
    expect(demand.take()).toHaveLength(40);
  });

  it('gives the hottest places where there may be few', () => {
    const demand = new Demand(false);
    for (const [line, times] of [3, 9, 4].entries())
      for (let n = 0; n < times; n++) demand.add(place(line), 0);
    expect(demand.take(2)).toEqual([place(1), place(2)]);
    expect(demand.take()).toEqual([]);
  });

  it('asks for more where hot code was too much, until code changes', () => {
    const demand = new Demand(false);
    const wantsUntilDue = (): number => {
      for (let n = 1; ; n++) if (demand.add(place(0), 0)) return n;
    };
    demand.narrow(true);
    expect(demand.add(place(1), 0)).toBe(false);
    expect(wantsUntilDue()).toBe(6);
    // Of a line that was wanted once in six times nothing is taken.
    expect(demand.take()).toEqual([place(0)]);
    for (let n = 0; n < 9; n++) demand.narrow(true);
    expect(wantsUntilDue()).toBe(96);
    demand.narrow(false);
    expect(wantsUntilDue()).toBe(3);
  });

  it('does not wait for tests', () => {
    expect(new Demand(true).add(place(0), 99)).toBe(true);
  });
});
