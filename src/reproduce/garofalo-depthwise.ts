/** Throughput of the depth-wise engine, and where its cycles go. */
import type { Entry, StudyOptions } from './entry.js';
import { garofalo } from './entry.js';
import { compared, measured } from './row.js';
import type { Row } from './row.js';
import { timeWork } from './stream-app.js';
import type { Layer, Timed } from './stream-app.js';

const published = 29.7;
const drain = 'depthwise.row_drain_cycles';
/** Products a cycle of the datapath, and bytes a beat of the port. */
const multipliers = 36;
const beat = 16;

const layer = (side: number, channels: number, stride: 1 | 2 = 1): Layer => ({
  height: side,
  width: side,
  channels,
  stride,
});

const main = layer(14, 384);
/** Narrow, wide, and stride 2; none of them set the fitted parameter. */
const checks = [layer(7, 960), layer(112, 32), layer(28, 192, 2), layer(14, 576, 2)];

/**
 * The depth-wise layers of MobileNetV2 1.0 at 224x224, and how often each occurs. One that exceeds
 * the TCDM is cut into slices of 32 channels: the engine works through groups of 16 one by one.
 */
const network: readonly { readonly layer: Layer; readonly times: number }[] = [
  { layer: layer(112, 32), times: 1 },
  { layer: layer(112, 32, 2), times: 3 },
  { layer: layer(56, 144), times: 1 },
  { layer: layer(56, 144, 2), times: 1 },
  { layer: layer(28, 192), times: 2 },
  { layer: layer(28, 192, 2), times: 1 },
  { layer: layer(14, 384), times: 4 },
  { layer: layer(14, 576), times: 2 },
  { layer: layer(14, 576, 2), times: 1 },
  { layer: layer(7, 960), times: 3 },
];

export const garofaloDepthwise: Entry = {
  name: 'garofalo-depthwise',
  title: 'sustained throughput of the depth-wise engine',
  source: `${garofalo}; the 29.7 MAC/cycle is recalled with low to medium confidence, the sister engine of DARKSIDE (arXiv 2303.17954) reaches up to 30`,
  full: 'all depth-wise layers of MobileNetV2',
  parameters: ['depthwise.', 'hwpe.', 'clock_hz'],
  async rows(options) {
    options.progress(`${describe(main)}, then without the drain of its rows`);
    const study = dissect(main);
    return [
      ...mainRows(study),
      ...checks.map((check) => checkRow(check, options)),
      ...(options.full ? [wholeNetwork(options)] : []),
    ];
  },
};

const describe = ({ height, width, channels, stride }: Layer): string =>
  `${height}x${width}x${channels}, stride ${stride}`;

const rate = ({ engine }: Timed): number => engine['macs'] / engine['busy_cycles'];

function timeLayer(work: Layer, drainCycles?: number): Timed {
  const set = drainCycles === undefined ? {} : { [drain]: drainCycles };
  const bytes = work.height * work.width * work.channels * (1 + 1 / work.stride ** 2);
  // Room for program, stacks and tables; only then the published TCDM is enlarged.
  const large = bytes > 400_000 ? { 'tcdm.size': 2 ** 20 } : {};
  return timeWork({ layers: [work] }, { ...set, ...large }).layers[0];
}

interface Study {
  readonly timed: Timed;
  readonly cycles: number;
  /** Cycles in which the datapath works. */
  readonly products: number;
  /** Beats of weights and tables, before each group of channels. */
  readonly tables: number;
  /** What a run without the drain saves. */
  readonly drain: number;
  /** First columns and last store of each row, and waiting for the port in between. */
  readonly edges: number;
}

function dissect(work: Layer): Study {
  const timed = timeLayer(work);
  const cycles = timed.engine['busy_cycles'];
  const products = timed.engine['macs'] / multipliers;
  const tables = timed.engine['bytes_weights'] / beat;
  const drained = cycles - timeLayer(work, 0).engine['busy_cycles'];
  return {
    timed,
    cycles,
    products,
    tables,
    drain: drained,
    edges: cycles - products - tables - drained,
  };
}

function mainRows(study: Study): Row[] {
  const share = (figure: string, cycles: number, note: string): Row =>
    measured({
      figure: `  of its ${study.cycles} cycles: ${figure}`,
      ours: cycles,
      unit: 'cycle',
      basis: 'fitted',
      note: `${((100 * cycles) / study.cycles).toFixed(1)} %; ${note}`,
    });
  return [
    compared({
      figure: describe(main),
      published,
      ours: rate(study.timed),
      unit: 'MAC/cycle',
      tolerance: 0.02,
      basis: 'fitted',
      note: `${drain} was set by this figure and rounded to whole cycles; engine from start to event`,
    }),
    measured({
      figure: 'the same as the program sees it',
      ours: study.timed.engine['macs'] / study.timed.cycles,
      unit: 'MAC/cycle',
      basis: 'fitted',
      note: 'from before the first register is written until the hart is awake again',
    }),
    share('products', study.products, `counter macs / ${multipliers}`),
    share('weights and tables', study.tables, `counter bytes_weights / ${beat}`),
    share('drain of rows', study.drain, `difference to a run with ${drain} = 0`),
    share('edges of rows', study.edges, 'the rest: first columns of a row, its last store'),
  ];
}

function checkRow(work: Layer, { progress }: StudyOptions): Row {
  progress(describe(work));
  const study = dissect(work);
  const percent = (cycles: number): string => `${((100 * cycles) / study.cycles).toFixed(1)} %`;
  return measured({
    figure: `check: ${describe(work)}`,
    ours: rate(study.timed),
    unit: 'MAC/cycle',
    basis: 'predicted',
    note:
      `products ${percent(study.products)}, tables ${percent(study.tables)}, drain ${percent(study.drain)}, ` +
      `${work.stride === 2 ? 'port and edges' : 'edges'} ${percent(study.edges)}`,
  });
}

function wholeNetwork({ progress }: StudyOptions): Row {
  let macs = 0;
  let cycles = 0;
  for (const { layer: work, times } of network) {
    progress(`${describe(work)}, ${times} times`);
    const { engine } = timeLayer(work);
    macs += times * engine['macs'];
    cycles += times * engine['busy_cycles'];
  }
  return measured({
    figure: 'all depth-wise layers of MobileNetV2',
    ours: macs / cycles,
    unit: 'MAC/cycle',
    basis: 'predicted',
    note:
      `${(macs / 1e6).toFixed(2)} MMAC in ${(cycles / 5e5).toFixed(3)} ms at 500 MHz, without tiling and transfers; ` +
      `${published} throughout would be ${(macs / published / 5e5).toFixed(3)} ms`,
  });
}
