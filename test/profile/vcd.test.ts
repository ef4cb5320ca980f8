import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { BoundedSink } from '../../src/profile/export/sink.js';
import { gtkwaveView, VcdWriter } from '../../src/profile/export/vcd.js';
import { temporaryFolder } from '../cli/cli.js';
import { needs, runTool } from './tools.js';

const folder = temporaryFolder();
afterAll(folder.remove);

const layout = { clockHz: 500e6, harts: ['hart 0', 'hart 1'], units: ['ima', 'dma'], banks: 2 };

/** Hart 0 issues in cycles 10, 11, 14 and sleeps; the IMA works from 12 to 20; bank 1 refuses in 13. */
function dump(limit = Infinity): string {
  let text = '';
  const sink = new BoundedSink({ put: (part) => void (text += part) }, limit);
  const writer = new VcdWriter(layout, 'test $end', sink);
  writer.begin(5);
  writer.inFunction(0, 'main loop', 10);
  writer.instruction(0, 0x1c000080, 10);
  writer.instruction(0, 0x1c000084, 11);
  // Announced ahead of its time, as units do.
  writer.work('ima', 1, 12);
  writer.conflict(1, 2, 13);
  writer.instruction(0, 0x1c000086, 14);
  writer.sleep(0, 14);
  writer.work('ima', -1, 20);
  writer.instruction(0, 0x1c000088, 25);
  writer.finish(30);
  return text;
}

describe('VCD, read by the converters of GTKWave', () => {
  if (!needs('vcd2fst', 'fst2vcd')) return;
  const path = folder.path('run.vcd');
  writeFileSync(path, dump());
  runTool('vcd2fst', path, folder.path('run.fst'));
  const values = read(runTool('fst2vcd', folder.path('run.fst')));
  const at = (signal: string, cycle: number): string => values(signal, cycle * 2000);

  it('keeps state, function and pc of a hart', () => {
    expect([9, 10, 11, 12, 13, 14].map((cycle) => at('hart_0.state', cycle))).toEqual([
      'idle',
      'issue',
      'issue',
      'stall',
      'stall',
      'asleep',
    ]);
    expect(at('hart_0.state', 24)).toBe('asleep');
    expect(at('hart_0.state', 25)).toBe('issue');
    expect(at('hart_0.state', 26)).toBe('stall');
    expect(at('hart_0.function', 12)).toBe('main_loop');
    expect(parseInt(at('hart_0.pc', 13), 2)).toBe(0x1c000084);
    expect(parseInt(at('hart_0.pc', 25), 2)).toBe(0x1c000088);
    expect(at('hart_1.state', 25)).toBe('idle');
  });

  it('keeps the jobs of a unit and the conflicts of a bank', () => {
    expect([11, 12, 19, 20].map((cycle) => parseInt(at('ima.busy', cycle), 2))).toEqual([
      0, 1, 1, 0,
    ]);
    expect([12, 13, 29].map((cycle) => parseInt(at('tcdm.conflicts_1', cycle), 2))).toEqual([
      0, 2, 2,
    ]);
  });

  it('names only signals of the dump in the view', () => {
    const signals = gtkwaveView(layout, 'run.vcd')
      .split('\n')
      .filter((line) => line.startsWith('octobar.'))
      .map((line) => line.replace(/^octobar\./, '').replace(/\[.*/, ''));
    expect(signals).toHaveLength(2 * 3 + 2 + 2);
    for (const signal of signals) expect(() => values(signal, 0), signal).not.toThrow();
  });
});

describe('VCD with a limit', () => {
  it('ends at the limit with whole records, in the order of time', () => {
    const whole = dump();
    const cut = dump(whole.length - 40);
    expect(whole.startsWith(cut.slice(0, cut.lastIndexOf('#')))).toBe(true);
    const times = [...dump().matchAll(/^#(\d+)$/gm)].map(([, time]) => Number(time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });
});

/** Value of a signal at a time, out of a dump that another program wrote. */
function read(text: string): (signal: string, time: number) => string {
  const ids = new Map<string, string>();
  const scopes: string[] = [];
  const changes = new Map<string, [number, string][]>();
  let now = 0;
  for (const line of text.split('\n')) {
    const scope = /^\$scope module (\S+) \$end/.exec(line);
    const signal = /^\$var \S+ \d+ (\S+) (\S+)/.exec(line);
    const change = /^([bs])(\S*) (\S+)$/.exec(line);
    if (scope) scopes.push(scope[1]!);
    else if (line.startsWith('$upscope')) scopes.pop();
    else if (signal) ids.set([...scopes.slice(1), signal[2]].join('.'), signal[1]!);
    else if (line.startsWith('#')) now = Number(line.slice(1));
    else if (change) {
      const list = changes.get(change[3]!) ?? [];
      changes.set(change[3]!, list);
      list.push([now, change[2]!]);
    }
  }
  return (signal, time) => {
    const id = ids.get(signal);
    if (id === undefined) throw new Error(`no signal ${signal}`);
    const before = (changes.get(id) ?? []).filter(([at]) => at <= time);
    return before.at(-1)?.[1] ?? '';
  };
}
