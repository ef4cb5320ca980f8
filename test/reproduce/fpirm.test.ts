/** What `reproduce fpirm` concludes from counts; the runs of the network have tests of their own. */
import { expect, it, vi } from 'vitest';
import { alexNet, forwardMacs, trainingMacs, vgg16 } from '../../src/reproduce/fpirm-networks.js';
import { reproduce } from '../../src/reproduce/index.js';

const run = {
  engine: {
    float_operations: 4e6,
    busy_cycles: 2e6,
    compute_cycles: 1e6,
    read_wires: 1e6,
    write_wires: 1e6,
    shift_wires: 1e6,
    transverse_read_wires: 1e6,
    transverse_write_wires: 1e6,
  },
};
vi.mock('../../src/lenet/index.js', () => ({ train: () => run, infer: () => run }));

it('knows the published sizes of the networks', () => {
  // 724 M and 15.47 G multiply-accumulates.
  expect(forwardMacs(alexNet) / 1e6).toBeCloseTo(724.4, 0);
  expect(forwardMacs(vgg16) / 1e9).toBeCloseTo(15.47, 2);
  const first = 55 * 55 * 11 * 11 * 3 * 96;
  expect(trainingMacs(alexNet)).toBe(3 * forwardMacs(alexNet) - first);
});

it('judges the three claims by arithmetic on counted primitives', async () => {
  const { rows, preset, parameters } = await reproduce('fpirm');
  expect(preset).toBe('fpirm');
  expect(parameters.some(({ key }) => key === 'fpirm.tiles')).toBe(true);
  expect(parameters.some(({ key }) => key === 'energy.fpirm.transverse_read')).toBe(true);
  const row = (part: string) => {
    const found = rows.find(({ figure }) => figure.includes(part));
    if (!found) throw new Error(part);
    return found;
  };
  // 8 x 17 + 15 x 21 cycles; 64 lanes x (8 x 0.505635618 + 21 x 0.1) pJ.
  expect(row('8-bit addition of 5, command').ours).toBe(451);
  expect(row('energy of a row').ours).toBeCloseTo(64 * (8 * 0.505635618 + 2.1), 6);
  const cycles = row('FP32 multiply-add: micro-operation').ours;
  const peak = row('1.18x throughput, micro-operation');
  expect(peak.ours).toBeCloseTo((32768 * 16) / (1.25 * cycles), 6);
  expect(peak.published).toBeCloseTo(55.448, 3);
  expect(peak.met).toBe(true);
  expect(row('tiles needed').ours).toBe(Math.ceil(55.4482 / (16 / (1.25 * cycles))));
  expect(row('1.18x throughput, command').met).toBe(false);
  const energy = row('FP32 multiply-add: energy of a lane').ours;
  expect(row('0.73x energy: FP32').ours).toBeCloseTo(2000 / energy, 6);
  expect(row('together').ours).toBeCloseTo((6.09 * energy) / 2000, 6);
  for (const claim of ['0.73x energy: FP32', '2x efficiency', 'together'])
    expect(row(claim).met).toBe(false);
  // 4 M operations in 4 ms at 500 MHz.
  const lenet = rows.filter(({ figure }) => figure.startsWith('LeNet'));
  expect(lenet).toHaveLength(20);
  for (const { ours, met, note } of lenet) {
    expect(ours).toBeCloseTo(1, 9);
    expect(met).toBe(null);
    expect(note).toContain(`${(4000 / 1.905635618).toFixed(3)} GFLOPS/W`);
  }
  expect(rows.filter(({ figure }) => figure.startsWith('analytic:'))).toHaveLength(12);
});
