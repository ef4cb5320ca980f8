/** The Chrome trace of a run by rules of its own: nesting, order of time, tracks without overlap. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from '../cli/cli.js';

const folder = temporaryFolder();
afterAll(folder.remove);

interface TraceEvent {
  ph: 'B' | 'E' | 'X' | 'C' | 'M';
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  name?: string;
  args?: Record<string, number | string>;
}

const load = (path: string): TraceEvent[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { traceEvents: TraceEvent[] }).traceEvents;

/** What is wrong with a trace; nothing: empty. */
function faults(events: readonly TraceEvent[]): string[] {
  const found: string[] = [];
  const stacks = new Map<string, string[]>();
  const last = new Map<string, number>();
  const busyUntil = new Map<string, number>();
  for (const event of events) {
    if (event.ph === 'M') continue;
    const track = `${event.pid}/${event.tid}/${event.ph === 'C' ? event.name : ''}`;
    if (!Number.isFinite(event.ts) || event.ts < 0) found.push(`${track}: time ${event.ts}`);
    if (event.ts < (last.get(track) ?? 0)) found.push(`${track}: goes back to ${event.ts}`);
    last.set(track, event.ts);
    const stack = stacks.get(track) ?? [];
    stacks.set(track, stack);
    if (event.ph === 'B') stack.push(event.name!);
    if (event.ph === 'E' && stack.pop() !== event.name) found.push(`${track}: ends ${event.name}`);
    if (event.ph === 'X') {
      if (!(event.dur! > 0)) found.push(`${track}: lasts ${event.dur}`);
      // Nanoseconds: sums of decimal fractions are not exact.
      const begin = Math.round(event.ts * 1000);
      if (begin < (busyUntil.get(track) ?? 0)) found.push(`${track}: overlaps at ${event.ts}`);
      busyUntil.set(track, begin + Math.round(event.dur! * 1000));
    }
  }
  for (const [track, stack] of stacks)
    if (stack.length > 0) found.push(`${track}: open ${stack.join()}`);
  return found;
}

describe('Chrome trace of a block on both engines', () => {
  const path = folder.path('trace.json');
  let events: TraceEvent[];
  beforeAll(async () => {
    await cli(
      'bottleneck',
      '--mapping',
      'ima-dw',
      '--block',
      '8x8x16x64',
      '--quiet',
      '--window',
      '0..10_000_000',
      '--export',
      `perfetto=${path}`,
    );
    events = load(path);
  }, 60_000);

  it('nests, and goes forward on every track', () => {
    expect(faults(events)).toEqual([]);
    expect(events.length).toBeGreaterThan(1000);
  });

  it('has a track for each hart, each engine and the DMA', () => {
    const names = events.flatMap(({ name, args }) =>
      name === 'thread_name' ? [String(args!['name'])] : [],
    );
    for (let hart = 0; hart < 8; hart++) expect(names).toContain(`hart ${hart}`);
    for (const unit of [/^ima/, /^depthwise/, /^dma/])
      expect(
        names.some((name) => unit.test(name)),
        String(unit),
      ).toBe(true);
    const [start] = events.filter(({ ph, tid, pid }) => ph === 'B' && pid === 1 && tid === 0);
    expect(start).toMatchObject({ name: '_start', ts: 0 });
    expect(events.some(({ name, ph }) => name === '[asleep]' && ph === 'B')).toBe(true);
  });

  it('is a valid file when it ends at the limit, and says so', async () => {
    const cut = folder.path('cut.json');
    const { err, status } = await cli(
      'run',
      'firmware/prebuilt/hello.elf',
      '-q',
      '--export',
      `perfetto=${cut}`,
      '--trace-limit',
      '20000',
    );
    expect(status).toBe(0);
    expect(err).toMatch(/perfetto reached --trace-limit 20000: \d+ records are missing/);
    expect(faults(load(cut))).toEqual([]);
    // What is open at the limit is still closed.
    expect(readFileSync(cut, 'utf8').length).toBeLessThan(30_000);
  });
});

it('the rules find what is wrong', () => {
  const event = (ph: TraceEvent['ph'], ts: number, name: string, dur?: number): TraceEvent => ({
    ph,
    ts,
    name,
    pid: 1,
    tid: 1,
    ...(dur === undefined ? {} : { dur }),
  });
  expect(faults([event('B', 1, 'a'), event('B', 2, 'b'), event('E', 3, 'a')])).not.toEqual([]);
  expect(faults([event('B', 2, 'a'), event('E', 1, 'a')])).not.toEqual([]);
  expect(faults([event('X', 1, 'a', 5), event('X', 3, 'b', 1)])).not.toEqual([]);
  expect(faults([event('B', 1, 'a')])).not.toEqual([]);
});
