import { describe, expect, it } from 'vitest';
import { depthwiseParameters } from '../../accel/depthwise/parameters.js';
import { depthwiseLayers, depthwiseThroughput } from '../../accel/depthwise/throughput.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';

const config = defaultsOf(depthwiseParameters);

/** The one fitted number: cycles in which the datapath runs empty at the end of an output row. */
const drain = 4;

/**
 * Cycles of a layer at stride 1 and SAME padding over a 128-bit port, by counting: per group of 16
 * channels 9 + 4 + 8 beats of weights and tables; per row 2 columns of 3 pixels (2 in the first and
 * last row) before the first product, 4 cycles a pixel in which the next column and the last
 * result just fit the port, the drain, and the store of the last pixel. 2 cycles from
 * TRIGGER to start; the event comes in the last cycle, not after it.
 */
function closedForm(height: number, width: number, channels: number): number {
  const between = 4 * (width - 1);
  const group = 21 + (height - 2) * row(6, between) + 2 * row(4, between);
  return 2 + (channels / 16) * group - 1;
}

/** A row ends with 4 cycles of products, the drain and the store of its last pixel. */
const row = (fill: number, between: number): number => fill + between + 4 + drain + 1;

describe('throughput of the depth-wise engine', () => {
  it('sustains 29 to 30 MAC/cycle on 14x14x384, where 29.7 is remembered', () => {
    const { macsPerCycle, cycles } = depthwiseThroughput(config, depthwiseLayers[0]);
    expect(cycles).toBe(closedForm(14, 14, 384));
    expect(macsPerCycle).toBeGreaterThan(29);
    expect(macsPerCycle).toBeLessThan(30);
    expect(macsPerCycle.toFixed(2)).toBe('29.55');
  });

  it('follows the closed form at 7 and 112 pixels', () => {
    const checks = [
      [7, 960, '24.33'],
      [112, 32, '35.13'],
    ] as const;
    for (const [side, channels, rate] of checks) {
      const layer = { height: side, width: side, channels, stride: 1 as const };
      const { cycles, macsPerCycle } = depthwiseThroughput(config, layer);
      expect(cycles).toBe(closedForm(side, side, channels));
      expect(macsPerCycle.toFixed(2)).toBe(rate);
    }
  });

  it('is bound by its port at stride 2: six loads and a store for four cycles of products', () => {
    // 28x28 to 14x14: no padding above and left; column 28 and row 28 of the windows are padding.
    // Each row fills 3 columns and starts its 14 pixels at these distances.
    // Three rows of input: 6 loads outlast the 4 cycles, so the store gets in between: 7 each.
    // The last pixel needs one new column only, 3 loads, and follows after 4.
    const inner = row(9, 12 * 7 + 4);
    // Two rows of input: 4 loads fit the 4 cycles, the store goes first in the next pixel and a
    // second store interrupts its loads: 4 and 6 in turn.
    const edge = row(6, 6 * (4 + 6) + 4);
    const { cycles } = depthwiseThroughput(config, depthwiseLayers[3]);
    expect(cycles).toBe(2 + (192 / 16) * (21 + 13 * inner + edge) - 1);
  });

  it('reaches 36 MAC/cycle but for row ends and weights', () => {
    const layer = { height: 3, width: 4000, channels: 16, stride: 1 as const };
    expect(depthwiseThroughput(config, layer).macsPerCycle).toBeGreaterThan(35.8);
  });
});
