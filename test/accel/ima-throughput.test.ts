import { describe, expect, it } from 'vitest';
import { imaPortSweep, imaThroughput } from '../../accel/ima/throughput.js';
import { imaConfig } from './ima-bench.js';

/** Hand-over cycles between two products; the one fitted number. */
const handover = 3;
/** 130 ns in whole cycles, by hand: 32.5 and 65. */
const analog: Record<number, number> = { 250_000_000: 33, 500_000_000: 65 };

describe('a stream of full 256x256 products', () => {
  it('sustains the published 958 GOPS within 1 % at 128 bit and 500 MHz', () => {
    const { gops, cyclesPerProduct } = imaThroughput(imaConfig(), 500_000_000);
    expect(cyclesPerProduct).toBe(68);
    expect(Math.abs(gops / 958 - 1)).toBeLessThan(0.01);
  });

  it('rests on the hand-over alone: without it the array reaches its peak of 1008 GOPS', () => {
    const { gops } = imaThroughput(imaConfig({ handover_cycles: 0 }), 500_000_000);
    expect(gops).toBeCloseTo((2 * 256 * 256) / 130, 1);
  });

  it('follows the closed forms over port width, clock and overlap', () => {
    const lines = imaPortSweep(imaConfig()).map((point) => {
      // In and out move 512 bytes over one half-duplex port.
      const stream = (2 * 256 * 8) / point.portBits;
      const product = analog[point.clockHz] + handover;
      const cycles = point.pipelined ? Math.max(stream, product) : stream + product;
      expect(point.cyclesPerProduct).toBe(cycles);
      expect(point.gops).toBeCloseTo((2 * 256 * 256 * point.clockHz) / cycles / 1e9, 6);
      return [
        `${point.portBits}`.padStart(4),
        `${point.clockHz / 1e6} MHz`,
        point.pipelined ? 'pipelined ' : 'sequential',
        point.gops.toFixed(1).padStart(6),
        'GOPS',
      ].join(' ');
    });
    expect(lines).toHaveLength(20);
    expect(lines).toContain(' 128 500 MHz pipelined   963.8 GOPS');
  });

  it('has the shape of the published sweep: 128 bit is the narrowest port that is compute-bound at both clocks', () => {
    const sweep = imaPortSweep(imaConfig()).filter((point) => point.pipelined);
    const at = (bits: number, clockHz: number): number =>
      sweep.find((point) => point.portBits === bits && point.clockHz === clockHz)!.gops;
    for (const clock of [250_000_000, 500_000_000]) {
      expect(at(128, clock)).toBe(at(512, clock));
      expect(at(32, clock)).toBeLessThan(0.6 * at(128, clock));
    }
    expect(at(64, 250_000_000)).toBeLessThan(at(128, 250_000_000));
    expect(at(64, 500_000_000)).toBe(at(128, 500_000_000));
  });
});
