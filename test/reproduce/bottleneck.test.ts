/** How the rows of the bottleneck follow from its runs; the runs have tests of their own. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BottleneckOptions, BottleneckResult } from '../../src/bottleneck/index.js';
import { reproduce } from '../../src/reproduce/index.js';

// The stand-in below is moved to the top of the file, and what it uses with it.
const stub = vi.hoisted(() => ({
  cycles: {
    cores: 40_000,
    'pulp-nn': 11_000,
    best: 9000,
    'ima-cores': 2500,
    'ima-only': 2000,
    'ima-dw': 1000,
  },
  exact: true,
  asked: [] as string[],
}));
const { asked } = stub;

vi.mock('../../src/bottleneck/index.js', () => ({
  mappings: Object.keys(stub.cycles),
  runBottleneck: ({ mapping, block, weights }: BottleneckOptions): Promise<BottleneckResult> => {
    stub.asked.push(`${block} ${weights} ${mapping}`);
    // Half of the weight bits, half of the products: the arrays are faster.
    const total = stub.cycles[mapping] * (weights === 4 && mapping === 'ima-dw' ? 0.8 : 1);
    const onArray = mapping.startsWith('ima');
    const result: Partial<BottleneckResult> = {
      mapping,
      cycles: total,
      macs: 46_000,
      mac_per_cycle: 46_000 / total,
      bit_exact: stub.exact,
      arrays: 4,
      layers: [
        { name: 'expand', cycles: total / 4, macs: 20_000, products: onArray ? 3 : 0 },
        { name: 'depthwise', cycles: total / 2, macs: 6000, products: 0 },
        { name: 'residual', cycles: total / 4, macs: 0, products: 0 },
      ],
      tensors: [
        { name: 'expand', bytes: 800, compared: 800, missing_rows: 0, wrong_bytes: 0 },
        { name: 'output', bytes: 100, compared: 100, missing_rows: 0, wrong_bytes: 0 },
      ],
      units: {
        harts_active: 0.125,
        hart_instructions: 0,
        tcdm_accesses: 0,
        tcdm_conflicts: 0,
        engines: {
          ima: { jobs: 2, busy_cycles: total / 2 },
          depthwise: { jobs: 0, busy_cycles: 0 },
        },
        dma_bytes: 0,
      },
    };
    return Promise.resolve(result as BottleneckResult);
  },
}));

afterEach(() => {
  stub.exact = true;
  asked.length = 0;
});

const sizes = ['14x14x64, hidden 384', '14x14x96, hidden 576', '16x16x128, hidden 640'];

describe('garofalo-bottleneck', () => {
  it('judges three ratios on three sizes at two widths, whatever they come out as', async () => {
    const { rows } = await reproduce('garofalo-bottleneck');
    const judged = rows.filter((row) => row.met !== null);
    expect(
      judged.map(({ figure, published, ours, met }) => [figure, published, ours, met]),
    ).toEqual(
      sizes.flatMap((size) => [
        [`${size}, 8-bit weights: ima-dw over pulp-nn`, 11.5, 11, true],
        [`${size}, 8-bit weights: ima-dw over best`, 11.5, 9, false],
        [`${size}, 8-bit weights: ima-dw over cores + IMA`, 2.6, 2.5, true],
        [`${size}, 4-bit weights: ima-dw over pulp-nn`, 11.5, 13.75, false],
        [`${size}, 4-bit weights: ima-dw over best`, 11.5, 11.25, true],
        [`${size}, 4-bit weights: ima-dw over cores + IMA`, 2.6, 3.125, false],
      ]),
    );
    for (const { basis } of judged) expect(basis).toBe('predicted');
  });

  it('says in cycles what a ratio lacks', async () => {
    const { rows } = await reproduce('garofalo-bottleneck');
    const note = (figure: string) =>
      rows.find((row) => row.figure === `${sizes[0]}, 8-bit weights: ${figure}`)!.note;
    // 3 products of 68.4 and 6000 / 29.7 are 205.2 + 202.02 cycles; 11.5 times 1000 are 500 more than 11000, of
    // which 800 outputs on 8 harts at two cycles are 200.
    expect(note('ima-dw over pulp-nn')).toBe(
      '11,000 to 1,000 cycles. Engines at their published rates and nothing else would take 407 and give 27.0x; ' +
        '11.5x of ours would be software of 11,500 cycles, 500 more than this one (of which a requantisation of 9 ' +
        'instead of 7 cycles an output would be 200)',
    );
    expect(note('ima-dw over best')).toContain('2,500 more than this one');
    // Hybrid: 1250 of 2500 cycles are depth-wise; 2600 leave 1350 for it; that of pulp-nn takes 5500.
    expect(note('ima-dw over cores + IMA')).toBe(
      'its depth-wise layer on the harts takes 1,250 of 2,500 cycles (4.80 MAC/cycle, our best kernel); 2.6x would ' +
        'be one of 1,350 (4.44 MAC/cycle). With that of pulp-nn (1.09) the ratio would be 6.75x',
    );
  });

  it('shows cycles and units of each mapping, and each layer by itself', async () => {
    const { rows } = await reproduce('garofalo-bottleneck');
    const at = (figure: string) => rows.find((row) => row.figure === `${sizes[0]}: ${figure}`)!;
    expect(at('ima-dw').ours).toBe(1000);
    expect(at('ima-dw').note).toBe(
      '46.00 MAC/cycle, harts awake 12.5 %, ima busy 50.0 %; every byte equals the reference',
    );
    expect(at('  expand, ima-dw over pulp-nn')).toMatchObject({
      ours: 11,
      note:
        'pulp-nn 2,750 cycles (7.27 MAC/cycle), best 2,250 cycles (8.89 MAC/cycle), ima-dw 250 cycles ' +
        '(80.00 MAC/cycle): 3 products at 68.4 are 205 cycles, 45 beside',
    });
    expect(at('  depthwise, ima-dw over pulp-nn').note).toContain(
      '29.7 MAC/cycle would be 202 cycles, 298 beside',
    );
    expect(at('  residual, ima-dw over pulp-nn').note).toMatch(/^pulp-nn 2,750 cycles, best/);
  });

  it('runs three sizes, scalar software on the first only, and three more blocks in full', async () => {
    await reproduce('garofalo-bottleneck');
    expect(asked.filter((run) => run.endsWith(' cores'))).toEqual(['7 8 cores']);
    expect(asked).toHaveLength(6 + 5 + 5 + 3 * 3);
    expect(new Set(asked.map((run) => run.split(' ')[0]))).toEqual(
      new Set(['7', '14x14x96x576', '16x16x128x640']),
    );
    asked.length = 0;
    const { rows } = await reproduce('garofalo-bottleneck', { full: true });
    expect(new Set(asked.map((run) => run.split(' ')[0]))).toEqual(
      new Set(['7', '14x14x96x576', '16x16x128x640', '4', '11', '14']),
    );
    expect(rows.at(-1)!.figure).toBe('block 14: ima-dw over ima-only');
  });

  it('gives no figure for wrong results', async () => {
    stub.exact = false;
    await expect(reproduce('garofalo-bottleneck')).rejects.toMatchObject({ code: 'mismatch' });
  });
});
