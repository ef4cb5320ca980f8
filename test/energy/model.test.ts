import { describe, expect, it } from 'vitest';
import { pricedParts } from '../../src/config/index.js';
import { energyOf } from '../../src/energy/index.js';
import type { CountedRun } from '../../src/energy/index.js';
import { openSession } from '../../src/session/index.js';
import { prebuilt } from '../firmware/run-block.js';

const run: CountedRun = {
  cycles: 1000,
  clock_hz: 500e6,
  total: { instret: 4000, cycles_active: 5000, cycles_sleep: 3000 },
  icache: { private_misses: 10, shared_misses: 2 },
  tcdm: { accesses: 600 },
  dma: { bytes_in: 100, bytes_out: 28 },
  engines: { ima: { dac_conversions: 256, cells_active: 65536, adc_conversions: 256 } },
};
const parts = pricedParts(['depthwise', 'ima']);
const prices: Record<string, number> = {
  'energy.cluster.hart_instruction': 10,
  'energy.cluster.hart_stall_cycle': 4,
  'energy.cluster.hart_sleep_cycle': 0.5,
  'energy.cluster.tcdm_bank_access': 3,
  'energy.cluster.leakage': 2,
  'energy.ima.cell': 0.1,
};
const valueOf = (key: string): number => prices[key] ?? 0;
const atNominal = { voltage: 0.8, nominal: 0.8 };

describe('energy of a run', () => {
  it('is the sum of prices times events', () => {
    const report = energyOf(run, parts, valueOf, atNominal);
    // Harts: 4000 x 10 + (5000 - 4000) x 4 + 3000 x 0.5; leakage: 2 mW over 2 us.
    expect(report.components).toMatchObject({
      harts: 45_500,
      TCDM: 1800,
      leakage: 4000,
      IMA: 6553.6,
    });
    expect(report.total_pj).toBeCloseTo(57_853.6, 6);
    expect(report.mean_mw).toBeCloseTo(57_853.6 / 2000, 9);
  });

  it('goes with the square of the supply, leakage in proportion', () => {
    const report = energyOf(run, parts, valueOf, { voltage: 0.4, nominal: 0.8 });
    expect(report.components).toMatchObject({ harts: 45_500 / 4, leakage: 2000 });
  });

  it('adds up for every preset and application, to the last bit', () => {
    for (const preset of ['garofalo2022', 'capram', 'osahcim', 'yoloc', 'fpirm'])
      for (const name of ['hello', 'mvm-layer']) {
        const session = openSession({ preset });
        session.load({ name: `${name}.elf`, bytes: prebuilt(name) });
        session.run();
        const { energy, cycles, clock_hz } = session.stats();
        const values = Object.values(energy.components);
        expect(values.reduce((a, b) => a + b, 0)).toBe(energy.total_pj);
        const rows = energy.rows.reduce((sum, row) => sum + row.picojoules, 0);
        expect(Math.abs(rows - energy.total_pj)).toBeLessThan(1e-9 * energy.total_pj);
        expect(energy.mean_mw).toBeCloseTo((energy.total_pj * clock_hz) / cycles / 1e9, 9);
        for (const row of energy.rows) {
          expect(row.events).toBeGreaterThanOrEqual(0);
          // Counters are doubles: far below the point where they stop counting by one.
          expect(row.events).toBeLessThan(Number.MAX_SAFE_INTEGER);
        }
        session.close();
      }
  });
});
