import { describe, expect, it } from 'vitest';
import { Coverage, formatCoverage } from './coverage.js';
import { runLockstep } from './lockstep.js';
import { qemuHint, qemuVersion } from './qemu.js';

describe('random RV32IMC programs end as on QEMU', () => {
  it('2,000 programs: every register, the memory and the code', async (context) => {
    const version = qemuVersion();
    if (version === undefined) {
      const message = `qemu-system-riscv32 is missing: ${qemuHint}`;
      if (process.env['OCTOBAR_ALLOW_MISSING'] !== '1') expect.fail(message);
      context.skip(`NOT RUN: ${message}`);
    }
    const coverage = new Coverage();
    const started = performance.now();
    const result = await runLockstep({ programs: 2000, seed: 2022, coverage });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stderr.write(
      `${result.compared} programs, ${coverage.instructions} instructions, ${seconds} s, ${version}\n` +
        `${formatCoverage(coverage)}\n`,
    );
    expect(result.report).toBe('');
    expect(result.compared).toBe(2000);
    expect(coverage.missing()).toEqual([]);
  });
});
