/**
 * One bottleneck of MobileNetV2 in four mappings. The published ratios are against cores with SIMD
 * extensions, the cores here are scalar; so they stand beside ours, and are not judged.
 */
import { OctobarError } from '../../emulator/sim/error.js';
import { mappings, runBottleneck } from '../bottleneck/index.js';
import type { BottleneckResult } from '../bottleneck/index.js';
import type { Entry, StudyOptions } from './entry.js';
import { garofalo } from './entry.js';
import { incomparable, measured } from './row.js';
import type { Row } from './row.js';

type Mapping = BottleneckResult['mapping'];
type Weights = BottleneckResult['weights'];
type ByMapping = Readonly<Record<Mapping, BottleneckResult>>;

const block = 7;
/** Blocks of `--full`: 28x28x32, 14x14x96 and 7x7x160. */
const others = [4, 11, 14] as const;

const publishedOverCores = 11.5;
const publishedOverHybrid = 2.6;

export const garofaloBottleneck: Entry = {
  name: 'garofalo-bottleneck',
  title: 'a bottleneck of MobileNetV2: cores, both hybrids, and both engines',
  source: `${garofalo}; the dimensions of its block are not known, ours is block ${block}, 14x14x64 with 384 hidden channels`,
  full: `blocks ${others.join(', ')} with 8-bit weights (fetches the weights of the network once)`,
  parameters: ['ima.', 'depthwise.', 'hwpe.', 'tcdm.', 'event.', 'clock_hz', 'harts'],
  async rows(options) {
    const rows: Row[] = [];
    for (const weights of [8, 4] as const) {
      const results = await runMappings(block, weights, options);
      rows.push(...ratios(results, weights), ...mappingRows(results, weights));
      rows.push(...layerRows(results, weights));
    }
    if (options.full) for (const other of others) rows.push(...(await otherBlock(other, options)));
    return rows;
  },
};

async function runMappings(
  number: number,
  weights: Weights,
  { progress }: StudyOptions,
): Promise<ByMapping> {
  const results: [Mapping, BottleneckResult][] = [];
  for (const mapping of mappings) {
    const result = await runBottleneck({ mapping, block: number, weights, progress });
    if (!result.bit_exact) {
      throw new OctobarError(
        'mismatch',
        `block ${number}, ${mapping}: results differ from the reference`,
        {
          hint: `octobar bottleneck --block ${number} --mapping ${mapping} --weights ${weights} shows where`,
        },
      );
    }
    results.push([mapping, result]);
  }
  return Object.fromEntries(results) as ByMapping;
}

const ratio = (results: ByMapping, slow: Mapping, fast: Mapping): number =>
  results[slow].cycles / results[fast].cycles;

function ratios(results: ByMapping, weights: Weights): Row[] {
  const fast = results['ima-dw'];
  const needed = fast.macs / (publishedOverCores * fast.cycles);
  const figure = (text: string): string => `${weights}-bit weights: ${text}`;
  return [
    incomparable({
      figure: figure('ima-dw over scalar cores'),
      published: publishedOverCores,
      ours: ratio(results, 'cores', 'ima-dw'),
      unit: 'x',
      basis: 'predicted',
      note:
        'not judged: published against cores with SIMD extensions, which this version has not. ' +
        `Ours compute ${results.cores.mac_per_cycle.toFixed(2)} MAC/cycle; ${publishedOverCores}x of this ima-dw would be ` +
        `cores with ${needed.toFixed(1)}`,
    }),
    incomparable({
      figure: figure('ima-dw over ima-cores'),
      published: publishedOverHybrid,
      ours: ratio(results, 'ima-cores', 'ima-dw'),
      unit: 'x',
      basis: 'predicted',
      note:
        'not judged: the cores of the published hybrid compute its depth-wise layer with SIMD extensions; ' +
        `ours take ${percent(layerOf(results['ima-cores'], 'depthwise').cycles, results['ima-cores'].cycles)} of the cycles for it`,
    }),
    measured({
      figure: figure('ima-dw over ima-only'),
      ours: ratio(results, 'ima-only', 'ima-dw'),
      unit: 'x',
      basis: 'predicted',
      note: `depth-wise layer block-diagonal on ${results['ima-only'].arrays} arrays`,
    }),
  ];
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** Cycles of each mapping, and what its units did meanwhile. */
function mappingRows(results: ByMapping, weights: Weights): Row[] {
  return mappings.map((mapping) => {
    const { cycles, units, mac_per_cycle } = results[mapping];
    const engines = Object.entries(units.engines)
      .filter(([, { jobs }]) => jobs > 0)
      .map(([name, { busy_cycles }]) => `, ${name} busy ${percent(busy_cycles, cycles)}`);
    return measured({
      figure: `${weights}-bit weights: ${mapping}`,
      ours: cycles,
      unit: 'cycle',
      basis: 'predicted',
      note:
        `${mac_per_cycle.toFixed(2)} MAC/cycle, harts awake ${percent(units.harts_active, 1)}` +
        `${engines.join('')}; every byte equals the reference`,
    });
  });
}

function layerOf(result: BottleneckResult, name: string): BottleneckResult['layers'][number] {
  return result.layers.find((layer) => layer.name === name)!;
}

/** How the ratio over the cores comes about, layer by layer; no model, only marks of the two runs. */
function layerRows(results: ByMapping, weights: Weights): Row[] {
  const { cores } = results;
  const fast = results['ima-dw'];
  return cores.layers.map(({ name, cycles, macs }) => {
    const ours = layerOf(fast, name);
    const speed = (n: number): string => (macs === 0 ? '' : `, ${(macs / n).toFixed(2)} MAC/cycle`);
    return measured({
      figure: `${weights}-bit weights:   ${name}, ima-dw over scalar cores`,
      ours: cycles / ours.cycles,
      unit: 'x',
      basis: 'predicted',
      note:
        `cores ${cycles} cycles (${percent(cycles, cores.cycles)}${speed(cycles)}), ` +
        `ima-dw ${ours.cycles} (${percent(ours.cycles, fast.cycles)}${speed(ours.cycles)})`,
    });
  });
}

async function otherBlock(number: number, options: StudyOptions): Promise<Row[]> {
  const results = await runMappings(number, 8, options);
  const over = (slow: Mapping): Row =>
    measured({
      figure: `8-bit weights, block ${number}: ima-dw over ${slow === 'cores' ? 'scalar cores' : slow}`,
      ours: ratio(results, slow, 'ima-dw'),
      unit: 'x',
      basis: 'predicted',
      note: `${results[slow].cycles} and ${results['ima-dw'].cycles} cycles`,
    });
  return [over('cores'), over('ima-cores'), over('ima-only')];
}
