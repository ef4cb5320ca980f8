import { describe, expect, it } from 'vitest';
import { pricedParts } from '../../src/config/index.js';
import {
  countedBetween,
  energyOf,
  energyOfHart,
  energyOfRest,
  hartPrices,
  priceList,
} from '../../src/energy/index.js';
import type { CountedRun, HartCounts, Supply } from '../../src/energy/index.js';
import { openSession, pricesOf } from '../../src/session/index.js';
import type { Session, Stats } from '../../src/session/index.js';
import { prebuilt } from '../firmware/run-block.js';

const total: HartCounts = {
  instret: 4000,
  compressed: 1000,
  cycles_active: 5000,
  cycles_sleep: 3000,
  tcdm_reads: 300,
  tcdm_writes: 100,
  l2_reads: 7,
  l2_writes: 3,
  peripheral_accesses: 11,
  icache_misses: 10,
  icache_prefetches: 5,
  icache_shared_misses: 2,
};
const run: CountedRun = {
  cycles: 1000,
  total,
  tcdm: { port_reads: 150, port_writes: 50 },
  events: { delivered: 13 },
  dma: { transfers: 3, bytes_in: 100, bytes_out: 28 },
  engines: { ima: { dac_conversions: 256, cells_active: 65536, adc_conversions: 256 } },
};
const parts = pricedParts(['depthwise', 'ima']);
const prices: Record<string, number> = {
  'energy.cluster.hart_instruction': 10,
  'energy.cluster.hart_stall_cycle': 4,
  'energy.cluster.hart_sleep_cycle': 0.5,
  'energy.cluster.icache_fetch': 0.25,
  'energy.cluster.icache_shared_access': 12,
  'energy.cluster.icache_refill': 16,
  'energy.cluster.tcdm_read': 3,
  'energy.cluster.tcdm_write': 2,
  'energy.cluster.tcdm_interconnect': 1.5,
  'energy.cluster.peripheral_access': 5,
  'energy.cluster.event_delivery': 0.5,
  'energy.cluster.l2_byte': 2,
  'energy.cluster.l2_dma_byte': 1,
  'energy.cluster.dma_transfer': 40,
  'energy.cluster.dma_byte': 0.25,
  'energy.cluster.clock_tree': 8,
  'energy.cluster.leakage': 2,
  'energy.ima.cell': 0.125,
  'energy.ima.adc_conversion': 20,
  'energy.ima.accumulation': 0.5,
};
const supply: Supply = {
  voltage: 0.8,
  nominal: 0.8,
  node: 22,
  clock_hz: 500e6,
  nominal_clock_hz: 500e6,
};
const listAt = (change: Partial<Supply> = {}) =>
  priceList(parts, (key, { status }) => ({ value: prices[key] ?? 0, status }), {
    ...supply,
    ...change,
  });
const componentsAt = (change: Partial<Supply>) => energyOf(run, listAt(change)).components;

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

describe('energy of a run', () => {
  it('is the sum of prices times events', () => {
    const report = energyOf(run, listAt());
    expect(report.components).toEqual({
      // 4000 x 10 + (5000 - 4000) x 4 + 3000 x 0.5
      harts: 45_500,
      // 7000 halfwords, 15 lines to private caches, 2 to the shared one
      'instruction cache': 7000 * 0.25 + 15 * 12 + 2 * 16,
      TCDM: 450 * 3 + 150 * 2,
      interconnect: 600 * 1.5 + 11 * 5,
      'event unit': 6.5,
      // Ten words of harts and two lines; the DMA
      L2: (10 * 4 + 2 * 16) * 2 + 128,
      DMA: 3 * 40 + 128 * 0.25,
      'clock tree': 8000,
      // 2 mW over 2 us
      leakage: 4000,
      IMA: 65_536 * 0.125 + 256 * 20 + 256 * 0.5,
      'depth-wise engine': 0,
    });
    expect(report.total_pj).toBe(sum(Object.values(report.components)));
    expect(report.mean_mw).toBe(report.total_pj / 2000);
  });

  it('goes with the square of the supply, leakage in proportion', () => {
    expect(componentsAt({ voltage: 0.4 })).toMatchObject({ harts: 45_500 / 4, leakage: 2000 });
  });

  it('pays static power for as long as the run takes: half the clock, twice the leakage', () => {
    expect(componentsAt({ clock_hz: 250e6 })).toMatchObject({ harts: 45_500, leakage: 8000 });
  });

  it('moves digital prices with the node, analog ones and leakage not', () => {
    // Stillmaker and Baas at 0.8 V: 0.6930 at 45 nm, 0.1532 and 0.4569 at 20 and 32, linear between.
    const at22 = 0.1532 + (2 / 12) * (0.45694 - 0.1532);
    const wide = componentsAt({ node: 45 });
    expect(wide['harts']! / 45_500).toBeCloseTo(0.69302 / at22, 2);
    expect(wide['harts']! / 45_500).toBeGreaterThan(3.39);
    expect(wide['leakage']).toBe(4000);
    // All but the accumulation is analog.
    expect(wide['IMA']! - (65_536 * 0.125 + 256 * 20)).toBeCloseTo((128 * 0.69302) / at22, 0);
  });

  it('tells the clock that the circuits reach at their supply', () => {
    expect(energyOf(run, listAt({ voltage: 0.6 })).attainable_hz).toBeCloseTo(375e6, 3);
  });

  it('is linear in the counts of a hart', () => {
    const list = listAt();
    const unit = hartPrices(list);
    const linear = sum(
      (Object.keys(unit) as (keyof HartCounts)[]).map((name) => unit[name] * total[name]),
    );
    expect(linear).toBe(energyOfHart(total, list));
    expect(linear + sum(Object.values(energyOfRest(run, list)))).toBe(energyOf(run, list).total_pj);
  });
});

/** Applications and machines that use every unit. */
const runs = [
  ...['garofalo2022', 'capram', 'osahcim', 'yoloc', 'fpirm'].flatMap((preset) =>
    ['hello', 'mvm-layer'].map((name) => ({ preset, name })),
  ),
  { preset: 'garofalo2022', name: 'dma' },
  { preset: 'garofalo2022-paper', name: 'dma' },
];

function finish(session: Session): Stats {
  session.run();
  const stats = session.stats();
  session.close();
  return stats;
}

describe('of every preset and application', () => {
  it.each(runs)('$name on $preset adds up to the last bit, however it is cut', (of) => {
    const session = openSession({ preset: of.preset });
    session.load({ name: `${of.name}.elf`, bytes: prebuilt(of.name) });
    const list = pricesOf(session.configuration);
    session.runUntil(4000);
    const early = session.stats();
    const late = finish(session);

    const { energy } = late;
    expect(energy.total_pj).toBeGreaterThan(0);
    expect(sum(Object.values(energy.components))).toBe(energy.total_pj);
    expect(sum(energy.rows.map((row) => row.picojoules))).toBe(energy.total_pj);
    for (const row of energy.rows) {
      expect(Number.isSafeInteger(row.events), row.price).toBe(true);
      expect(row.events, row.price).toBeGreaterThanOrEqual(0);
    }
    expect(sum(energy.rows.toReversed().map((row) => row.pj * row.events))).toBe(energy.total_pj);
    const harts = late.harts.map((hart) => energyOfHart(hart, list));
    expect(sum(harts) + sum(Object.values(energyOfRest(late, list)))).toBe(energy.total_pj);
    const rest = energyOf(countedBetween(early, late), list);
    expect(early.energy.total_pj + rest.total_pj).toBe(energy.total_pj);
    expect(energy.mean_mw).toBeCloseTo((energy.total_pj * late.clock_hz) / late.cycles / 1e9, 9);
  });
});
