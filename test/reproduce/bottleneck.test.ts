/** How the rows of the bottleneck follow from its runs; the runs have tests of their own. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BottleneckOptions, BottleneckResult } from '../../src/bottleneck/index.js';
import { reproduce } from '../../src/reproduce/index.js';

// The stand-in below is moved to the top of the file, and what it uses with it.
const stub = vi.hoisted(() => ({
  cycles: { cores: 12_000, 'ima-cores': 3000, 'ima-only': 2000, 'ima-dw': 1000 },
  exact: true,
  asked: [] as string[],
}));
const { asked } = stub;

vi.mock('../../src/bottleneck/index.js', () => ({
  mappings: Object.keys(stub.cycles),
  runBottleneck: ({ mapping, block, weights }: BottleneckOptions): Promise<BottleneckResult> => {
    stub.asked.push(`${block} ${weights} ${mapping}`);
    const total = stub.cycles[mapping];
    const result: Partial<BottleneckResult> = {
      mapping,
      cycles: total,
      macs: 46_000,
      mac_per_cycle: 46_000 / total,
      bit_exact: stub.exact,
      arrays: 4,
      layers: [
        { name: 'depthwise', cycles: total / 4, macs: 500 },
        { name: 'residual', cycles: total / 2, macs: 0 },
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

describe('garofalo-bottleneck', () => {
  it('puts the published ratios beside ours and judges neither', async () => {
    const { rows } = await reproduce('garofalo-bottleneck');
    const published = rows.filter((row) => row.published !== null);
    expect(published.map((row) => [row.figure, row.published, row.ours, row.met])).toEqual([
      ['8-bit weights: ima-dw over scalar cores', 11.5, 12, null],
      ['8-bit weights: ima-dw over ima-cores', 2.6, 3, null],
      ['4-bit weights: ima-dw over scalar cores', 11.5, 12, null],
      ['4-bit weights: ima-dw over ima-cores', 2.6, 3, null],
    ]);
    for (const { note } of published) expect(note).toMatch(/^not judged: .*SIMD/);
    // 46000 MAC in 11.5 times 1000 cycles.
    expect(published[0].note).toMatch(/would be cores with 4\.0$/);
    expect(published[1].note).toContain('ours take 25.0 % of the cycles for it');
  });

  it('shows cycles and units of each mapping, and each layer by itself', async () => {
    const { rows } = await reproduce('garofalo-bottleneck');
    const at = (figure: string) => rows.find((row) => row.figure === `8-bit weights: ${figure}`)!;
    expect(at('ima-dw').ours).toBe(1000);
    expect(at('ima-dw').note).toBe(
      '46.00 MAC/cycle, harts awake 12.5 %, ima busy 50.0 %; every byte equals the reference',
    );
    expect(at('ima-dw over ima-only').ours).toBe(2);
    expect(at('  depthwise, ima-dw over scalar cores')).toMatchObject({
      ours: 12,
      note: 'cores 3000 cycles (25.0 %, 0.17 MAC/cycle), ima-dw 250 (25.0 %, 2.00 MAC/cycle)',
    });
    expect(at('  residual, ima-dw over scalar cores').note).toBe(
      'cores 6000 cycles (50.0 %), ima-dw 500 (50.0 %)',
    );
  });

  it('runs block 7 at both widths, and three more blocks in full', async () => {
    await reproduce('garofalo-bottleneck');
    expect(asked).toHaveLength(8);
    expect(asked.every((run) => run.startsWith('7 '))).toBe(true);
    asked.length = 0;
    const { rows } = await reproduce('garofalo-bottleneck', { full: true });
    expect(
      new Set(asked.slice(8).map((run) => run.slice(0, -run.split(' ')[2].length - 1))),
    ).toEqual(new Set(['4 8', '11 8', '14 8']));
    expect(rows.at(-1)!.figure).toBe('8-bit weights, block 14: ima-dw over ima-only');
  });

  it('gives no figure for wrong results', async () => {
    stub.exact = false;
    await expect(reproduce('garofalo-bottleneck')).rejects.toMatchObject({ code: 'mismatch' });
  });
});
