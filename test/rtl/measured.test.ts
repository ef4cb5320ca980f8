import { describe, expect, it } from 'vitest';
import { type Measured, readMeasured, runMeasured } from './measured.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import { findPreset } from '../../src/session/presets.js';

/**
 * Random programs that ran on the RTL of core, TCDM interconnect and event unit (fixtures/rtl): every
 * instruction of every hart leaves decode in the very cycle in which it did there, and the memory is the
 * same at the end.
 */
const measured = readMeasured();
const groupOf = ({ name, harts, banks }: Measured): string =>
  `${name.split('-')[0]}, ${harts} harts, ${banks} banks`;
const groups = [...new Set(measured.map(({ entry }) => groupOf(entry)))];

describe('random programs take the cycles that the RTL took', () => {
  it.each(groups)('%s', (group) => {
    const members = measured.filter(({ entry }) => groupOf(entry) === group);
    for (const { entry, program } of members) {
      const machine = composeMachine(
        configure({
          preset: { ...findPreset('garofalo2022'), engines: [] },
          harts: entry.harts,
          // The RTL has CORE-V; so have the programs without its instructions the CSRs of the loops
          isa: 'rv32imc_xcv',
          // Loads from the code memory were answered in the next cycle, like all others
          set: { 'l2.latency': 1, 'icache.ideal': true, 'tcdm.banks': entry.banks },
        }),
      );
      const { cycles, traces, memory } = runMeasured(machine, program);
      expect({ name: entry.name, cycles, traces, memory }).toEqual({
        name: entry.name,
        cycles: entry.cycles,
        traces: entry.traces,
        memory: entry.memory,
      });
    }
  });

  it('are many, of every kind', () => {
    const retired = measured.flatMap(({ entry }) => entry.traces).map((trace) => trace.retired);
    expect(measured.length).toBeGreaterThan(100);
    expect(retired.reduce((a, b) => a + b, 0)).toBeGreaterThan(100_000);
    expect(new Set(measured.map(({ entry }) => entry.banks))).toEqual(new Set([16, 32]));
  });
});
