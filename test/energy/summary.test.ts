import { describe, expect, it } from 'vitest';
import { cli } from '../cli/cli.js';

const hello = 'firmware/prebuilt/hello.elf';
const remark = /at 0.5 V the circuits reach 313 MHz only/;

describe('the summary of a run', () => {
  it('remarks upon a clock that the circuits do not reach at their supply', async () => {
    const low = await cli('run', hello, '--set', 'energy.voltage=0.5');
    expect(low.err).toMatch(remark);
    const slow = await cli('run', hello, '--set', 'energy.voltage=0.5', '--set', 'clock_hz=300M');
    expect(slow.err).not.toMatch(/the circuits reach/);
    expect((await cli('run', hello)).err).not.toMatch(/the circuits reach/);
  });
});
