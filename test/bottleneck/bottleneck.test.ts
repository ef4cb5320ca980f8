import { TensorCheck } from '../../src/bottleneck/compare.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatBottlenecks, isExact, mappings, runBottleneck } from '../../src/bottleneck/index.js';
import type { BottleneckResult } from '../../src/bottleneck/index.js';

/** Block 7 as firmware on the machine, against the reference executor, which shares no code with either. */
const byMapping = new Map<string, BottleneckResult>();

beforeAll(async () => {
  for (const mapping of mappings) byMapping.set(mapping, await runBottleneck({ mapping }));
}, 300_000);

const result = (mapping: string): BottleneckResult => byMapping.get(mapping)!;

describe('block 7 with 8-bit weights', () => {
  it.each(mappings)('%s: every byte of every tensor is compared and equal', (mapping) => {
    const { tensors, bit_exact } = result(mapping);
    // expand and depth-wise 14 x 14 x 384, project and output 14 x 14 x 64, the output once more in L2
    expect(tensors.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['expand', 75264],
      ['depthwise', 75264],
      ['project', 12544],
      ['output', 12544],
      ['output in L2', 12544],
    ]);
    for (const tensor of tensors) {
      expect(tensor.compared).toBe(tensor.bytes);
      expect(isExact(tensor), tensor.name).toBe(true);
    }
    expect(bit_exact).toBe(true);
  });

  it('ima-dw beats all others, the hybrids beat software, and CORE-V beats scalar software', () => {
    const cycles = (mapping: string): number => result(mapping).cycles;
    expect(cycles('ima-dw')).toBeLessThan(cycles('ima-cores'));
    expect(cycles('ima-cores')).toBeLessThan(cycles('ima-only'));
    expect(cycles('ima-only')).toBeLessThan(cycles('best'));
    expect(cycles('best')).toBeLessThan(cycles('pulp-nn'));
    expect(cycles('pulp-nn')).toBeLessThan(cycles('cores'));
  });

  it('no slow baseline flatters the engines: pulp-nn keeps the rates of the published kernels', () => {
    const rate = (mapping: string, name: string): number => {
      const { macs, cycles } = result(mapping).layers.find((layer) => layer.name === name)!;
      return macs / cycles;
    };
    // A model that others fitted to PULP-NN gives 12.6 with 64 inputs and 17.0 with 384, when rows divide by the
    // harts; of 14 rows seven harts have two each.
    expect(rate('pulp-nn', 'expand')).toBeGreaterThan((12.6 * 7) / 8);
    expect(rate('pulp-nn', 'project')).toBeGreaterThan(0.97 * ((17 * 7) / 8));
    expect(rate('pulp-nn', 'depthwise')).toBeGreaterThan(4);
    expect(rate('best', 'expand')).toBeGreaterThan(14);
    expect(rate('best', 'project')).toBeGreaterThan(16);
    expect(rate('best', 'depthwise')).toBeGreaterThan(4.5);
  });

  it('adds the residual while the engine projects, all rows but the last', () => {
    const residual = (mapping: string): number =>
      result(mapping).layers.find(({ name }) => name === 'residual')!.cycles;
    expect(residual('ima-dw')).toBeLessThan(residual('best') / 5);
    const { layers, units } = result('ima-dw');
    expect(layers.map(({ products }) => products)).toEqual([588, 0, 392, 0]);
    // Three column tiles of the expansion, and each of the 14 rows of the projection.
    expect(units.engines['ima']!.jobs).toBe(17);
  });

  it('takes its energy between the same marks as its cycles', () => {
    for (const { mapping, cycles, counted, energy, stats } of byMapping.values()) {
      expect(counted.cycles, mapping).toBe(cycles);
      const parts = Object.values(energy.components).reduce((sum, part) => sum + part, 0);
      expect(energy.total_pj, mapping).toBe(parts);
      expect(energy.total_pj, mapping).toBeLessThan(stats.energy.total_pj);
      expect(energy.mean_mw, mapping).toBeCloseTo(energy.total_pj / (2 * cycles), 9);
    }
    const { energy } = result('ima-dw');
    expect(energy.total_pj).toBeLessThan(0.6 * result('ima-cores').energy.total_pj);
    expect(energy.components['IMA']).toBeGreaterThan(energy.total_pj / 2);
  });

  it('the scalar pointwise kernel reaches 1.9 MAC/cycle on 8 harts', () => {
    const expand = result('cores').layers.find(({ name }) => name === 'expand')!;
    expect(expand.macs).toBe(14 * 14 * 64 * 384);
    expect(expand.macs / expand.cycles).toBeGreaterThan(1.9);
  });

  it('layers make up the whole, and every layer is near its floating-point output', () => {
    for (const mapping of mappings) {
      const { layers, cycles, cosine } = result(mapping);
      const sum = layers.reduce((total, layer) => total + layer.cycles, 0);
      expect(sum).toBeLessThanOrEqual(cycles);
      expect(sum).toBeGreaterThan(0.99 * cycles);
      expect(cosine).toBeGreaterThan(0.99);
    }
  });

  it('prints a table that says which ratios were published', () => {
    const text = formatBottlenecks([...byMapping.values()]);
    expect(text).toContain('bit-exact');
    expect(text).toMatch(/11\.5x the speed and 9\.5x less energy over tuned software/);
    expect(text).not.toContain('NO');
    expect(formatBottlenecks([result('ima-cores')])).not.toContain('11.5x');
  });
});

describe('other settings', () => {
  it('a block of another size has seeded weights, and its network is near', async () => {
    const block = '8x6x16x48';
    for (const mapping of mappings) {
      const made = await runBottleneck({ mapping, block, weights: 4 });
      expect(made.bit_exact, mapping).toBe(true);
      expect(made.block).toBe(block);
      expect(made.cosine).toBeGreaterThan(0.9);
      if (mapping === 'ima-dw') {
        expect(formatBottlenecks([made])).toMatch(/^Synthetic block 8x6x16x48,/);
        const again = await runBottleneck({ mapping, block, weights: 4 });
        expect(again.cycles).toBe(made.cycles);
      }
    }
  });

  it.each(['0x8x16x32', '8x8x6x32', '8x8x16x24', '65x8x16x32', '8x8x16x2000'])(
    'refuses the size %s',
    async (block) => {
      await expect(runBottleneck({ mapping: 'cores', block })).rejects.toMatchObject({
        code: 'usage',
      });
    },
  );

  it('4-bit pointwise weights beside 8-bit depth-wise ones on the arrays', async () => {
    const four = await runBottleneck({ mapping: 'ima-only', weights: 4 });
    expect(four.bit_exact).toBe(true);
  });

  it('4-bit weights on one column each', async () => {
    const four = await runBottleneck({ mapping: 'ima-dw', weights: 4 });
    expect(four.bit_exact).toBe(true);
    expect(four.cycles).toBeLessThan(result('ima-dw').cycles);
    expect(four.cosine).toBeLessThan(result('ima-dw').cosine);
  });

  it('ideal converters: the engines give the bytes of the harts, in the cycles of real converters', async () => {
    const ideal = await runBottleneck({ mapping: 'ima-dw', set: { 'ima.ideal': true } });
    const harts = await runBottleneck({ mapping: 'cores', set: { 'ima.ideal': true } });
    expect(ideal.bit_exact).toBe(true);
    expect(harts.bit_exact).toBe(true);
    expect(ideal.cosine).toBe(harts.cosine);
    expect(ideal.layers).toEqual(result('ima-dw').layers);
  });

  it('a quarter of the TCDM: the application cuts the block into stripes of rows', async () => {
    const small = await runBottleneck({ mapping: 'ima-dw', set: { 'tcdm.size': 128 * 1024 } });
    expect(small.bit_exact).toBe(true);
    expect(small.stripes).toBeGreaterThan(1);
    // Rows that two stripes need are kept, not computed twice.
    for (const tensor of small.tensors) expect(tensor.compared, tensor.name).toBe(tensor.bytes);
  });

  it('coarser converters: still bit-exact, further from the network, and named in the heading', async () => {
    const coarse = await runBottleneck({ mapping: 'ima-dw', set: { 'ima.adc_bits': 6 } });
    expect(coarse.bit_exact).toBe(true);
    expect(coarse.cosine).toBeLessThan(result('ima-dw').cosine);
    expect(formatBottlenecks([coarse])).toContain('6-bit converters');
  });

  it('a machine whose cells are smaller, and one with fewer banks, still compute the same bytes', async () => {
    const set = { 'ima.rows': 128, 'ima.cols': 64, 'ima.arrays': 64, 'tcdm.banks': 16 };
    const small = await runBottleneck({ mapping: 'ima-dw', weights: 4, set });
    expect(small.bit_exact).toBe(true);
  });
});

describe('the comparison itself', () => {
  const bytes = Uint8Array.from({ length: 12 }, (_, index) => index);
  const reference = { height: 2, width: 3, channels: 2, signed: true, bytes };

  it('counts rows that were never shown as a difference', () => {
    const check = new TensorCheck('t', reference);
    check.row(0, bytes.subarray(0, 6));
    expect(check.result()).toMatchObject({ compared: 6, missing_rows: 1, wrong_bytes: 0 });
    expect(isExact(check.result())).toBe(false);
  });

  it('names the first wrong byte', () => {
    const check = new TensorCheck('t', reference);
    check.row(0, bytes.subarray(0, 6));
    check.row(1, Uint8Array.of(6, 7, 8, 255, 10, 0));
    expect(check.result()).toMatchObject({
      missing_rows: 0,
      wrong_bytes: 2,
      first: { row: 1, column: 1, channel: 1, expected: 9, got: -1 },
    });
    expect(isExact(check.result())).toBe(false);
  });
});
