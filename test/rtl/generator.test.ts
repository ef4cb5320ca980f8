import { describe, expect, it } from 'vitest';
import { type Kind, makeProgram, type Program } from './program.js';
import type { MachineApi } from '../../emulator/api.js';
import { rows } from '../../emulator/isa/table.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import { findPreset } from '../../src/session/presets.js';

/** The programs that are compared with the RTL end, and between them execute every instruction. */
const machineFor = (program: Program): MachineApi => {
  const machine = composeMachine(
    configure({
      preset: { ...findPreset('garofalo2022'), engines: [] },
      harts: program.harts,
      isa: 'rv32imc_xcv',
      set: { 'l2.latency': 1, 'icache.ideal': true, 'tcdm.banks': 16 },
    }),
  );
  for (const { address, bytes } of program.segments) machine.write(address, bytes);
  return machine;
};

describe('random programs for the RTL', () => {
  const executed = new Set<string>();

  function run(kind: Kind, seed: number, count: number): void {
    for (let n = 0; n < count; n++) {
      const program = makeProgram(seed, n, kind);
      const machine = machineFor(program);
      const seen = new Set<number>();
      machine.trace((_, pc) => {
        if (seen.has(pc)) return;
        seen.add(pc);
        executed.add(machine.disassemble(pc).text.split(/\s/)[0]!);
      });
      machine.start(program.entry);
      expect(machine.runUntil(100_000), `${kind} ${n}`).toMatchObject({ reason: 'exit', code: 0 });
    }
  }

  it('are the same whenever they are made', () => {
    for (const kind of ['base', 'xcv', 'cluster'] as const) {
      expect(makeProgram(5, 1, kind)).toEqual(makeProgram(5, 1, kind));
      expect(makeProgram(5, 1, kind)).not.toEqual(makeProgram(5, 2, kind));
    }
  });

  it('end, for one hart and for several', () => {
    run('base', 90, 20);
    run('cluster', 92, 8);
  });

  it('execute every instruction, a few hundred programs between them', () => {
    // wfi would sleep until an interrupt that nobody sends here
    const missing = (): string[] =>
      rows.map((row) => row.name).filter((name) => !executed.has(name) && name !== 'wfi');
    for (let seed = 91; missing().length > 0 && seed < 111; seed++) run('xcv', seed, 20);
    expect(missing()).toEqual([]);
  });
});
