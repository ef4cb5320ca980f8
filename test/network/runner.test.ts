/** Whole networks on the prebuilt runner: every byte of every tensor against independent integers. */
import { describe, expect, it } from 'vitest';
import { executeNetwork } from '../../src/deploy/reference/network.js';
import { runNetwork, type NetworkRun, type RunNetworkOptions } from '../../src/network/index.js';
import { bytesOf, oracle } from './oracle.js';
import { mobilenetShape, toyNetwork, ToyBuilder, window3, type ToyOptions } from './toy-network.js';

const small = { 'ima.rows': 32, 'ima.cols': 32, 'ima.arrays': 64 } as const;

/** The oracle is slow; networks that run on several machines are computed once. */
const known = new WeakMap<ToyBuilder, ReturnType<typeof oracle>>();

function run(
  toy: ToyBuilder,
  options: Partial<RunNetworkOptions> = {},
  outputs?: string[],
): NetworkRun {
  const plan = toy.plan(outputs);
  const tensors = known.get(toy) ?? oracle(plan, toy.picture);
  known.set(toy, tensors);
  return runNetwork(plan, {
    preset: 'garofalo2022-net',
    ...options,
    set: { ...small, ...options.set },
    input: Uint8Array.from(toy.picture),
    reference: (name) => bytesOf(tensors.get(name)!, toy.size(name)),
  });
}

const options: ToyOptions = { seed: 7, side: 24, cellsPerWeight: 1, rows: 32 };

/** A TCDM that holds the network in stripes only. */
const smallCluster = { set: { harts: 3, 'tcdm.size': 32_768 } };

const stripes = ({ schedule }: NetworkRun): number[] =>
  schedule.groups.map((group) => group.stripes.length);

describe('a network with every kind of layer', () => {
  it.each([
    ['4-bit weights', {}, {}],
    ['8-bit weights in two columns', { cellsPerWeight: 2 }, {}],
    ['ideal converters', { ideal: true }, { set: { 'ima.ideal': true } }],
    ['an odd size', { side: 25 }, {}],
    ['transfers that take no time', {}, { preset: 'garofalo2022-paper' }],
    ['scalar kernels', {}, { kernels: 'scalar' }],
    ['sums of 32 bits in the first layer', { narrow: true }, {}],
    ['the same on scalar kernels', { narrow: true, side: 25 }, { kernels: 'scalar' }],
    ['three harts', {}, { set: { harts: 3 } }],
    ['one unit after the other', {}, { sequential: true }],
  ] as const)('is bit-exact with %s', (_, toy, machine) => {
    const result = run(toyNetwork({ ...options, ...toy }), machine);
    expect(result.bit_exact).toBe(true);
    expect(result.layers.every(({ report }) => report!.compared >= report!.bytes)).toBe(true);
  });

  it('is bit-exact in stripes with halo rows when the TCDM is small', () => {
    const result = run(toyNetwork({ ...options, side: 48 }), smallCluster);
    expect(result.bit_exact).toBe(true);
    expect(Math.max(...stripes(result))).toBeGreaterThan(2);
    expect(result.layers.some(({ tally }) => tally.moves > 0)).toBe(true);
  });

  it('takes the kernel for three channels where sums stay within 32 bits, also in stripes', () => {
    const wide = run(toyNetwork({ ...options, side: 48 }), smallCluster);
    const narrow = run(toyNetwork({ ...options, side: 48, narrow: true }), smallCluster);
    expect(wide.schedule.operations[0]).toBe('convolution');
    expect(narrow.schedule.operations[0]).toBe('convolution_rgb');
    expect(narrow.bit_exact).toBe(true);
    expect(Math.max(...stripes(narrow))).toBeGreaterThan(2);
    const first = ({ layers }: NetworkRun): number => layers[0]!.tally.cycles;
    expect(first(narrow)).toBeLessThan(first(wide));
  });

  it('lets harts and crossbars work on neighbouring stripes at once', () => {
    const toy = toyNetwork({ ...options, side: 64 });
    const machine = { set: { 'tcdm.size': 65_536 } };
    const both = run(toy, machine);
    const one = run(toy, { ...machine, sequential: true });
    expect(both.bit_exact).toBe(true);
    expect(one.bit_exact).toBe(true);
    expect(both.cycles).toBeLessThan(one.cycles);
    expect(both.layers.map(({ tally }) => tally.jobs)).toEqual(
      one.layers.map(({ tally }) => tally.jobs),
    );
  });

  it('programs weights again when there are few arrays, and shows what that costs', () => {
    const toy = toyNetwork({ ...options, cellsPerWeight: 2 });
    const all = run(toy);
    const few = run(toy, { set: { 'ima.arrays': 6 } });
    expect(few.bit_exact).toBe(true);
    expect(all.schedule.arrays!.reprogrammedRows).toBe(0);
    const rows = few.schedule.arrays!.reprogrammedRows;
    const cost = few.layers.reduce((sum, { tally }) => sum + tally.programming, 0);
    // A row takes 3,250 ns, 1,625 cycles at 500 MHz.
    expect(rows).toBeGreaterThan(0);
    expect(cost).toBeGreaterThan(1625 * rows);
    expect(cost).toBeLessThan(2000 * rows);
    expect(few.cycles - all.cycles).toBeGreaterThan(0.9 * cost);
  });

  it('does everything on the harts where the machine has no depth-wise engine', () => {
    const preset = {
      schema: 'octobar-preset/1',
      name: 'without',
      meaning: 'no depth-wise engine',
      source: 'test',
      engines: [null, 'ima'],
      set: { 'l2.size': 8_388_608 },
    } as const;
    const result = run(toyNetwork(options), { preset });
    expect(result.bit_exact).toBe(true);
    expect(result.layers.map(({ unit }) => unit)).not.toContain('depthwise');
  });

  it('accounts for every cycle and, to the last bit, for all energy', () => {
    const result = run(toyNetwork(options));
    const sum = result.layers.reduce(
      (total, { tally }) => total + tally.cycles + tally.dma + tally.moves + tally.programming,
      0,
    );
    expect(sum).toBe(result.cycles);
    const energy = result.layers.reduce((total, { tally }) => total + tally.energy, 0);
    expect(energy).toBe(result.after.energy.total_pj - result.before.energy.total_pj);
    for (const { name, unit, tally } of result.layers)
      if (unit === 'ima') expect(tally.energy / tally.jobs, name).toBeGreaterThan(1000);
  });

  it('names layer and bytes when not even one row fits', () => {
    const attempt = (): NetworkRun => run(toyNetwork(options), { set: { 'tcdm.size': 32_768 } });
    expect(attempt).toThrow(
      /layer layer\d+ needs \d+ bytes of TCDM even in the smallest stripes .* \d+ are free/,
    );
  });

  it('finds a wrong byte', () => {
    const toy = toyNetwork(options);
    const plan = toy.plan();
    const tensors = oracle(plan, toy.picture);
    const wrong = plan.layers[4]!.name;
    const result = runNetwork(plan, {
      preset: 'garofalo2022-net',
      set: small,
      input: Uint8Array.from(toy.picture),
      reference: (name) => {
        const bytes = bytesOf(tensors.get(name)!, toy.size(name));
        if (name === wrong) bytes[100]! ^= 1;
        return bytes;
      },
    });
    expect(result.bit_exact).toBe(false);
    const bad = result.layers.filter(({ report }) => report!.wrong_bytes > 0);
    expect(bad.map(({ name }) => name)).toEqual([wrong]);
    expect(bad[0]!.report!.wrong_bytes).toBe(1);
  });
});

describe('branches and large windows, as detectors have them', () => {
  it('is bit-exact when several layers read a tensor and several leave the network', () => {
    const toy = new ToyBuilder({ ...options, side: 40 });
    toy.convolution(16, 'uint8', { window: window3(2, 40), unit: 'harts' });
    toy.convolution(64, 'uint8');
    const feature = toy.last;
    toy.convolution(20, 'int8');
    const first = toy.last;
    toy.convolution(32, 'uint8', { from: feature });
    toy.convolution(72, 'uint8', { window: window3(2, 20), unit: 'harts' });
    const second = toy.last;
    toy.convolution(12, 'int8', { unit: 'harts' });
    const third = toy.last;
    toy.convolution(24, 'uint8', { from: second });
    toy.convolution(8, 'int8');
    const outputs = [first, third, toy.last];
    const result = run(toy, {}, outputs);
    expect(result.bit_exact).toBe(true);
    expect([...result.outputs.keys()]).toEqual(outputs);
  });
});

describe('the shape of MobileNetV2 1.0 at 224x224, random weights', () => {
  it('is bit-exact on 34 arrays in 50,617 jobs', { timeout: 120_000 }, () => {
    const net = mobilenetShape({ seed: 3, side: 224, cellsPerWeight: 1, rows: 256 });
    const plan = net.plan();
    const input = Uint8Array.from(net.picture);
    const reference = executeNetwork(plan, input);
    const result = runNetwork(plan, {
      preset: 'garofalo2022-net',
      input,
      reference: (name) => new Uint8Array(reference.get(name)!.buffer),
    });
    expect(plan.layers).toHaveLength(66);
    expect(result.bit_exact).toBe(true);
    expect(result.schedule.arrays).toMatchObject({ arrays: 34, shared: 0 });
    expect(result.layers.reduce((sum, { tally }) => sum + tally.jobs, 0)).toBe(50_617);
  });
});
