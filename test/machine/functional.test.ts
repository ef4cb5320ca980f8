import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import { runBottleneck } from '../../src/bottleneck/index.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure, openSession } from '../../src/session/index.js';
import { cli } from '../cli/cli.js';
import { compare } from '../lockstep/compare.js';
import { batchOf } from '../lockstep/image.js';
import { machineSettings, runOnMachine } from '../lockstep/machine.js';
import { fileURLToPath } from 'node:url';

/** `timing.mode = functional`: the same results, one cycle an instruction. */
const set = { 'timing.mode': 'functional' };

const prebuilt = (name: string): string =>
  fileURLToPath(new URL(`../../firmware/prebuilt/${name}.elf`, import.meta.url));

function runWords(words: readonly number[], settings = {}): MachineApi {
  const machine = composeMachine(configure({ harts: 1, set: { ...set, ...settings } }));
  machine.write(0x1c000000, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(0x1c000000);
  return machine;
}

describe('functional timing', () => {
  it('ends as the exact machine does: registers and memory of random programs', () => {
    const image = batchOf(11, 0, 60);
    for (const setting of machineSettings) {
      const { target } = setting;
      const exact = runOnMachine(image, setting);
      const functional = runOnMachine(image, setting, undefined, set);
      expect(functional.fault).toBeUndefined();
      const [a, b] = [exact, functional].map((outcome) => ({ target, outcome }));
      expect(compare(image, a, b), setting.name).toEqual([]);
    }
  });

  it('takes one cycle for each instruction of a hart that waits for nobody', () => {
    const machine = runWords(
      [
        0x10000437, // lui s0, 0x10000
        0x1c0004b7, // lui s1, 0x1c000
        0x00700293, // li t0, 7
        0x02549333, // mulh t1, s1, t0
        0x0254c3b3, // div t2, s1, t0
        0x00042303, // lw t1, 0(s0)
        0x00130393, // addi t2, t1, 1: uses what was just loaded
        0x00142303, // lw t1, 1(s0): misaligned
        0x0004a303, // lw t1, 0(s1): L2
        0x00702023, // sw: replaced below by a store to the TCDM
        0x34029073, // csrrw mscratch, t0
        0x0ff0000f, // fence
        0x00000463, // beq zero, zero, +8: taken
        0x00000013,
        0x00000317, // auipc t1, 0
        0x00c300e7, // jalr ra, 12(t1): needs what was just computed
        0x00000013,
        0x0000006f, // j .
      ].map((word) => (word === 0x00702023 ? 0x00742023 : word)),
    );
    machine.runUntil(1000);
    const [hart] = machine.stats().harts;
    expect(hart.cycles_active).toBe(1000);
    expect(hart.instret).toBe(1000);
    expect(Object.values(hart.stalls).every((cycles) => cycles === 0)).toBe(true);
  });

  it('knows no contention: eight harts that load one word never wait', () => {
    const machine = composeMachine(configure({ harts: 8, set }));
    // lui s0, 0x10000; 1: lw t0, 0(s0); addi t1, t1, 1; j 1b
    const words = [0x10000437, 0x00042283, 0x00130313, 0xff9ff06f];
    machine.write(0x1c000000, new Uint8Array(Uint32Array.from(words).buffer));
    machine.start(0x1c000000);
    machine.runUntil(3001);
    const { harts, tcdm } = machine.stats();
    expect(tcdm.conflicts).toBe(0);
    expect(harts.map((hart) => hart.loads)).toEqual(Array.from({ length: 8 }, () => 1000));
  });

  it.each(['cores', 'ima-cores', 'ima-only', 'ima-dw'] as const)(
    'computes every byte of the bottleneck, mapping %s',
    async (mapping) => {
      const result = await runBottleneck({ mapping, set });
      expect(result.bit_exact).toBe(true);
    },
    60_000,
  );

  it.each(['hello', 'barrier', 'dma', 'ima-job', 'own-engine', 'runtime-test'])(
    'runs %s to the same end',
    (name) => {
      const [exact, functional] = [{}, set].map((settings) => {
        const preset = name === 'own-engine' ? 'tutorial' : undefined;
        const session = openSession({ set: settings, ...(preset === undefined ? {} : { preset }) });
        session.load({ name: `${name}.elf`, bytes: readFileSync(prebuilt(name)) });
        const result = session.run();
        return { exit: result, stats: session.stats() };
      });
      expect(functional.exit).toEqual(exact.exit);
      expect(functional.stats.timing).toBe('functional');
      expect(functional.stats.cycles).toBeLessThan(exact.stats.cycles);
    },
  );

  it('is named in the output', async () => {
    const file = prebuilt('hello');
    const { err } = await cli('run', file, '--set', 'timing.mode=functional');
    expect(err).toMatch(/FUNCTIONAL timing: one cycle an instruction, cycles are no times/);
    expect((await cli('run', file)).err).not.toMatch(/FUNCTIONAL/);
  });
});
