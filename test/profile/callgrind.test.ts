import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCallgrind } from '../../src/profile/export/callgrind.js';
import { temporaryFolder } from '../cli/cli.js';
import { syntheticProfile } from './synthetic.js';
import { needs, runTool } from './tools.js';

const folder = temporaryFolder();
afterAll(folder.remove);

describe('callgrind, read by callgrind_annotate', () => {
  if (!needs('callgrind_annotate')) return;
  const path = folder.path('callgrind.out');
  let text = '';
  writeCallgrind(syntheticProfile, 'app.elf', { put: (part) => void (text += part) });
  writeFileSync(path, text);

  /** Rows of `cost (share) ... file:function` by their name: the costs in the order of the events. */
  const rows = (...options: string[]): Map<string, number[]> => {
    const found = new Map<string, number[]>();
    for (const line of runTool(
      'callgrind_annotate',
      '--auto=no',
      '--threshold=100',
      ...options,
      path,
    ).split('\n')) {
      const match = /^\s*((?:[\d,.]+ (?:\([ \d.]+%\))?\s+)+)(\*\s+)?(\S.*)$/.exec(line);
      if (!match) continue;
      const costs = [...match[1]!.matchAll(/([\d,]+) (?:\(|\s|$)/g)].map(([, cost]) =>
        Number(cost!.replaceAll(',', '')),
      );
      found.set(match[3]!.trim(), costs);
    }
    return found;
  };

  it('has the totals of the profile', () => {
    const [cycles, instructions, asleep] = rows().get('PROGRAM TOTALS')!;
    expect([cycles, instructions, asleep]).toEqual([300, 250, 800]);
  });

  it('splits the cost of a function by the file that its lines come from', () => {
    const own = rows();
    expect(
      own.get('firmware/apps/app.c:main []')?.[0] ?? own.get('firmware/apps/app.c:main')?.[0],
    ).toBe(60);
    expect(own.get('firmware/apps/app.c:work')?.[0]).toBe(150);
    // What the compiler inlined is cost of `work` on lines of the header.
    expect(own.get('firmware/runtime/helper.h:work')?.[0]).toBe(40);
  });

  it('gives callers what their callees took, and each hart its sum', () => {
    const inclusive = rows('--inclusive=yes');
    expect(inclusive.get('firmware/apps/app.c:main')?.[0]).toBe(200);
    expect(inclusive.get('(harts):(hart 0)')?.[0]).toBe(200);
    expect(inclusive.get('(harts):(hart 1)')?.[0]).toBe(100);
  });

  it('writes names of the guest that would be references or records as names', () => {
    expect(text).toContain('fn=_(1) </script><b>&"evil?\n');
    expect([...rows().keys()].some((name) => name.includes('_(1) </script>'))).toBe(true);
  });
});
