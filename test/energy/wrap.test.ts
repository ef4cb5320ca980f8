/** No counter can wrap: each goes on counting by one far beyond 32 bits, and energy goes on adding up. */
import { describe, expect, it } from 'vitest';
import { HART_SHIFT } from '../../emulator/hart/slot.js';
import { numberOffset, stallOffset } from '../../emulator/hart/state.js';
import type { NumberField } from '../../emulator/hart/state.js';
import { eventsOf } from '../../src/energy/index.js';
import { openSession, pricesOf } from '../../src/session/index.js';
import { prebuilt } from '../firmware/run-block.js';

const raise = 2 ** 40;
const harts = 8;

interface Parts {
  harts: { state: { numbers: Float64Array } };
  crossbar: { counters: number[] };
  events: { delivered: number };
  dma: { counts: number[] };
  icache: Record<'misses' | 'sharedMisses' | 'prefetches', Float64Array>;
  [engine: string]: unknown;
}

/** Hart counters, so that what follows from them grows by one `raise` each. */
const hartRaises: Partial<Record<NumberField, number>> = {
  // Three raises before: one asleep, one in stalls (below), one of instructions.
  startedAt: -3,
  sleep: 1,
  // Bytes walked: half of these instructions are short ones.
  walked: 2,
  loads: 3,
  outerLoads: 2,
  l2Loads: 1,
  stores: 3,
  outerStores: 2,
  l2Stores: 1,
};

function raiseCounters(parts: Parts): void {
  for (let hart = 0; hart < harts; hart++) {
    const { numbers } = parts.harts.state;
    const at = hart << HART_SHIFT;
    for (const [field, times] of Object.entries(hartRaises))
      numbers[at + numberOffset(field as NumberField)] += times * raise;
    numbers[at + stallOffset('branch')] += raise;
  }
  for (const name of ['misses', 'sharedMisses', 'prefetches'] as const)
    parts.icache[name] = parts.icache[name].map((count) => count + raise);
  // Behind the stall counter: words read and written by ports.
  parts.crossbar.counters[1]! += raise;
  parts.crossbar.counters[2]! += raise;
  parts.events.delivered += raise;
  // Transfers, bytes in and out, words.
  for (let i = 0; i < 4; i++) parts.dma.counts[i]! += raise;
  for (const engine of ['ima', 'depthwise']) raiseEngine(parts[engine] as object);
}

const frame = ['jobs', 'busy', 'cellsProgrammed', 'rowsProgrammed', 'wordsReadBack'];

/** Counters of the frame by name, and everything under `streamer` and `counts`. */
function raiseEngine(node: object, counting = false): void {
  const record = node as Record<string, unknown>;
  for (const [key, value] of Object.entries(record)) {
    if (typeof value === 'number') {
      if (counting || frame.includes(key)) record[key] = value + raise;
    } else if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)) {
      raiseEngine(value, key === 'counts' || key === 'streamer');
    }
  }
}

/** Events by price at the end of a run that was stopped in the middle, and changed there. */
function eventsAfter(change: (parts: Parts) => void): Map<string, number> {
  const open = () => {
    const session = openSession({ preset: 'garofalo2022' });
    session.load({ name: 'ima-job.elf', bytes: prebuilt('ima-job') });
    return session;
  };
  const first = open();
  first.runUntil(4000);
  const saved = first.save() as { machine: { parts: Parts } };
  first.close();
  change(saved.machine.parts);
  const session = open();
  session.restore(saved);
  session.run();
  const stats = session.stats();
  const list = pricesOf(session.configuration);
  session.close();
  for (const row of stats.energy.rows) expect(row.picojoules, row.price).toBe(row.pj * row.events);
  return new Map(list.rows.map(({ key, price }) => [key, eventsOf(price, stats)]));
}

describe('counters', () => {
  it('of every price count on by one beyond 2^40', () => {
    const plain = eventsAfter(() => undefined);
    const raised = eventsAfter(raiseCounters);
    // Time itself cannot be moved; it is a double like the rest.
    const timed = ['energy.cluster.clock_tree', 'energy.cluster.leakage'];
    for (const [key, events] of raised) {
      const more = events - plain.get(key)!;
      expect(Number.isSafeInteger(events), key).toBe(true);
      expect(more % raise, key).toBe(0);
      if (timed.includes(key)) expect(more, key).toBe(0);
      else expect(more, key).toBeGreaterThanOrEqual(raise);
    }
    expect(raised.get('energy.cluster.hart_instruction')! - harts * raise).toBe(
      plain.get('energy.cluster.hart_instruction'),
    );
  });
});
