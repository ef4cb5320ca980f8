/**
 * A bottleneck on both engines against tuned software and against cores + IMA. The dimensions of the published one
 * are not known, nor is its software; so three sizes and two baselines were fixed before any of them had run.
 */
import { OctobarError } from '../../emulator/sim/error.js';
import { mappings, runBottleneck } from '../bottleneck/index.js';
import type { BottleneckResult } from '../bottleneck/index.js';
import { engineNote, hartNote, hybridGap, layerOf, softwareGap } from './bottleneck-gap.js';
import type { Entry, StudyOptions } from './entry.js';
import { garofalo } from './entry.js';
import { compared, measured } from './row.js';
import type { Row } from './row.js';

type Mapping = BottleneckResult['mapping'];
type Weights = BottleneckResult['weights'];
type Block = BottleneckResult['block'];
type ByMapping = ReadonlyMap<Mapping, BottleneckResult>;

/** Block 7 of the network, and two sizes with synthetic weights: no cycle of the tuned kernels depends on data. */
const blocks = [
  { block: 7, size: '14x14x64, hidden 384' },
  { block: '14x14x96x576', size: '14x14x96, hidden 576' },
  { block: '16x16x128x640', size: '16x16x128, hidden 640' },
] as const;
/** Trained blocks of `--full`: 28x28x32, 14x14x96 and 7x7x160. */
const others = [4, 11, 14] as const;
/** All but scalar software, which takes as long as the rest together. */
const tuned = mappings.filter((mapping) => mapping !== 'cores');
const onArrays = mappings.filter((mapping) => mapping.startsWith('ima'));

const publishedOverCores = 11.5;
const publishedOverHybrid = 2.6;

export const garofaloBottleneck: Entry = {
  name: 'garofalo-bottleneck',
  title: 'a bottleneck of MobileNetV2: tuned software twice, cores + IMA, and both engines',
  source:
    `${garofalo}; dimensions and software of its bottleneck are not known. Ours were named in advance: block 7, ` +
    '14x14x64 with 384 hidden channels, and 14x14x96 (576) and 16x16x128 (640) with synthetic weights, the last of ' +
    'which is not in MobileNetV2; pulp-nn is the algorithm of the published kernels, best is the fastest that we have. The published arrays ' +
    'hold 4-bit weights; with 8-bit ones a weight takes two columns, and more products are needed',
  full: `trained blocks ${others.join(', ')} with 8-bit weights (fetches the weights of the network once)`,
  parameters: ['ima.', 'depthwise.', 'hwpe.', 'tcdm.', 'event.', 'clock_hz', 'harts'],
  async rows(options) {
    const rows: Row[] = [];
    for (const { block, size } of blocks) {
      const eight = await runMappings(block, 8, block === 7 ? mappings : tuned, options);
      // Software computes in bytes whatever the weights hold, so its runs serve both widths.
      const four = new Map([...eight, ...(await runMappings(block, 4, onArrays, options))]);
      rows.push(
        ...ratios(eight, `${size}, 8-bit weights`),
        ...ratios(four, `${size}, 4-bit weights`),
      );
      rows.push(...mappingRows(eight, size), ...layerRows(eight, size));
    }
    if (options.full) {
      for (const other of others) {
        const results = await runMappings(other, 8, tuned, options);
        rows.push(...ratios(results, `block ${other}`));
      }
    }
    return rows;
  },
};

async function runMappings(
  block: Block,
  weights: Weights,
  which: readonly Mapping[],
  { progress }: StudyOptions,
): Promise<ByMapping> {
  const results = new Map<Mapping, BottleneckResult>();
  for (const mapping of which) {
    const result = await runBottleneck({ mapping, block, weights, progress });
    if (!result.bit_exact) {
      throw new OctobarError(
        'mismatch',
        `block ${block}, ${mapping}: results differ from the reference`,
        {
          hint: `octobar bottleneck --block ${block} --mapping ${mapping} --weights ${weights} shows where`,
        },
      );
    }
    results.set(mapping, result);
  }
  return results;
}

function of(results: ByMapping, mapping: Mapping): BottleneckResult {
  const found = results.get(mapping);
  if (!found) throw new OctobarError('internal', `mapping ${mapping} was not run`);
  return found;
}

function ratios(results: ByMapping, size: string): Row[] {
  const fast = of(results, 'ima-dw');
  const over = (mapping: Mapping): number => of(results, mapping).cycles / fast.cycles;
  const software = (['pulp-nn', 'best'] as const).map((baseline) =>
    compared({
      figure: `${size}: ima-dw over ${baseline}`,
      published: publishedOverCores,
      ours: over(baseline),
      unit: 'x',
      basis: 'predicted',
      note: softwareGap(of(results, baseline), fast, publishedOverCores),
    }),
  );
  const hybrid = compared({
    figure: `${size}: ima-dw over cores + IMA`,
    published: publishedOverHybrid,
    ours: over('ima-cores'),
    unit: 'x',
    basis: 'predicted',
    note: hybridGap(of(results, 'ima-cores'), fast, of(results, 'pulp-nn'), publishedOverHybrid),
  });
  const unpublished = (mapping: Mapping, what: string, note: string): Row[] =>
    results.has(mapping)
      ? [
          measured({
            figure: `${size}: ima-dw over ${what}`,
            ours: over(mapping),
            unit: 'x',
            basis: 'predicted',
            note,
          }),
        ]
      : [];
  const arrays = of(results, 'ima-only').arrays;
  return [
    ...software,
    hybrid,
    ...unpublished('ima-only', 'ima-only', `depth-wise layer block-diagonal on ${arrays} arrays`),
    ...unpublished('cores', 'scalar cores', 'RV32IMC without extensions; no baseline of the paper'),
  ];
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** Cycles of each mapping, and what its units did meanwhile. */
function mappingRows(results: ByMapping, size: string): Row[] {
  return [...results].map(([mapping, { cycles, units, mac_per_cycle }]) => {
    const engines = Object.entries(units.engines)
      .filter(([, { jobs }]) => jobs > 0)
      .map(([name, { busy_cycles }]) => `, ${name} busy ${percent(busy_cycles, cycles)}`);
    return measured({
      figure: `${size}: ${mapping}`,
      ours: cycles,
      unit: 'cycle',
      basis: 'predicted',
      note:
        `${mac_per_cycle.toFixed(2)} MAC/cycle, harts awake ${percent(units.harts_active, 1)}` +
        `${engines.join('')}; every byte equals the reference`,
    });
  });
}

/** How the ratios come about, layer by layer; no model, only marks of the runs. */
function layerRows(results: ByMapping, size: string): Row[] {
  const fast = of(results, 'ima-dw');
  return fast.layers.map((layer) => {
    const [pulpnn, best] = (['pulp-nn', 'best'] as const).map((m) =>
      layerOf(of(results, m), layer.name),
    );
    return measured({
      figure: `${size}:   ${layer.name}, ima-dw over pulp-nn`,
      ours: pulpnn.cycles / layer.cycles,
      unit: 'x',
      basis: 'predicted',
      note: `pulp-nn ${hartNote(pulpnn)}, best ${hartNote(best)}, ima-dw ${hartNote(layer)}: ${engineNote(layer)}`,
    });
  });
}
