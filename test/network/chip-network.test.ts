/** Networks on the arrays of a chip without cycles: the bytes of the firmware, noise included. */
import { describe, expect, it } from 'vitest';
import { ChipNetwork, runNetwork, scheduleFor } from '../../src/network/index.js';
import { openArrays } from '../../src/session/index.js';
import { executeNetwork } from '../../src/deploy/reference/network.js';
import { toyNetwork, type ToyBuilder, type ToyOptions } from './toy-network.js';

const options: ToyOptions = { seed: 7, side: 24, cellsPerWeight: 1, rows: 32, estimate: true };
const noisy = { 'ima.rows': 32, 'ima.cols': 32, 'ima.arrays': 64, 'ima.read_noise': 3 };

const devices = {
  'ima.program_noise': 3,
  'ima.drift_seconds': 1e6,
  'ima.stuck_low': 0.5,
  'ima.ir_drop': 2,
};

interface Machine {
  readonly set?: Record<string, number | boolean | string>;
  readonly seed?: number;
  readonly run?: number;
}

function session({ set = {}, seed = 3, run = 0 }: Machine) {
  return { preset: 'garofalo2022-net', set: { ...noisy, ...set, 'ima.run': run }, seed };
}

const bytesOf = (codes: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }) =>
  new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);

/** All tensors of a picture on a chip. */
function chip(toy: ToyBuilder, machine: Machine): Map<string, Uint8Array> {
  const plan = toy.plan();
  const network = new ChipNetwork(scheduleFor({ plan }, session(machine)));
  const arrays = openArrays(session(machine));
  network.program(arrays);
  const input = Uint8Array.from(toy.picture);
  // A picture before it must leave no trace.
  network.run(arrays, input.toReversed(), 9);
  network.run(arrays, input, machine.run ?? 0);
  return new Map(plan.layers.map(({ name }) => [name, bytesOf(network.tensor(name))]));
}

const differing = (a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>) =>
  [...a].filter(([name, bytes]) => Buffer.compare(bytes, b.get(name)!) !== 0).length;

describe('a network on a noisy chip', () => {
  it.each([
    ['in one piece', {}, {}],
    ['in stripes', { side: 48 }, { set: { harts: 3, 'tcdm.size': 32_768 } }],
    ['with harts and crossbars at once', { side: 64 }, { set: { 'tcdm.size': 65_536 } }],
    ['with 8-bit weights in two columns', { cellsPerWeight: 2 }, {}],
    [
      'with weights that are programmed again',
      { cellsPerWeight: 2, side: 24 },
      { set: { 'ima.arrays': 6 } },
    ],
    ['with plain arithmetic', {}, { set: { 'hwpe.arithmetic': 'reference' } }],
    ['in another run', {}, { run: 5 }],
    ['with devices that err, drift, stick and lose voltage', {}, { set: devices }],
    [
      'with such devices that are programmed again',
      {},
      // So bad that what other weights left on an array shows in the correction of its loss.
      { set: { ...devices, 'ima.arrays': 3, 'ima.program_noise': 30, 'ima.stuck_low': 5 } },
    ],
    ['with ideal converters', { ideal: true }, { set: { 'ima.ideal': true } }],
  ] as const)('computes the bytes of the firmware %s', (_, shape, machine: Machine) => {
    const toy = toyNetwork({ ...options, ...shape });
    const tensors = chip(toy, machine);
    const firmware = runNetwork(toy.plan(), {
      ...session(machine),
      input: Uint8Array.from(toy.picture),
      reference: (name) => tensors.get(name),
    });
    expect(firmware.bit_exact).toBe(true);
  });

  it('is the integer reference without noise', () => {
    const toy = toyNetwork(options);
    const exact = executeNetwork(toy.plan(), Uint8Array.from(toy.picture));
    const tensors = chip(toy, { set: { 'ima.read_noise': 0 } });
    expect([...tensors].map(([name, bytes]) => [name, bytes])).toEqual(
      [...tensors.keys()].map((name) => [name, bytesOf(exact.get(name)!)]),
    );
  });

  it('differs from chip to chip and from run to run, and never else', () => {
    const toy = toyNetwork(options);
    const first = chip(toy, {});
    expect(differing(first, chip(toy, {}))).toBe(0);
    expect(differing(first, chip(toy, { seed: 4 }))).toBeGreaterThan(4);
    expect(differing(first, chip(toy, { run: 1 }))).toBeGreaterThan(4);
  });
});
