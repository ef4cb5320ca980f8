import { functionalNote } from '../session/index.js';
import { isExact } from './compare.js';
import type { BottleneckResult } from './run.js';

type Mapping = BottleneckResult['mapping'];

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');
const fixed = (value: number, digits: number): string => value.toFixed(digits);

type Column = readonly [title: string, value: (result: BottleneckResult) => string];

/** The table of mappings: cycles per layer, rate, ratio to the first row, agreement. */
export function formatBottlenecks(results: readonly BottleneckResult[]): string {
  const over = (baseline: Mapping): Column => [
    `vs ${baseline}`,
    (r) => {
      const slow = results.find(({ mapping }) => mapping === baseline);
      return slow ? `${fixed(slow.cycles / r.cycles, 2)}x` : '-';
    },
  ];
  const layer = (result: BottleneckResult, name: string): string => {
    const found = result.layers.find((entry) => entry.name === name);
    return found ? grouped(found.cycles) : '-';
  };
  const columns: Column[] = [
    ['mapping', (r) => r.mapping],
    ['cycles', (r) => grouped(r.cycles)],
    ['ms', (r) => fixed(r.seconds * 1e3, 3)],
    ['MAC/cycle', (r) => fixed(r.mac_per_cycle, 2)],
    ['expand', (r) => layer(r, 'expand')],
    ['depth-wise', (r) => layer(r, 'depthwise')],
    ['project', (r) => layer(r, 'project')],
    ['residual', (r) => layer(r, 'residual')],
    over('cores'),
    over('pulp-nn'),
    over('best'),
    ['bit-exact', (r) => (r.bit_exact ? 'yes' : 'NO')],
    ['cosine', (r) => fixed(r.cosine, 4)],
    ['arrays', (r) => String(r.arrays)],
    ['programming', (r) => grouped(r.programming_cycles)],
  ];
  const rows = [
    columns.map(([title]) => title),
    ...results.map((r) => columns.map(([, v]) => v(r))),
  ];
  return `${heading(results[0])}\n\n${table(rows)}\n${units(results)}\n${differences(results)}${notes(results)}`;
}

function heading(first: BottleneckResult): string {
  const bytes = first.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const converters = first.ideal ? 'IDEAL converters' : `${first.adc_bits}-bit converters`;
  const functional = first.stats.timing === 'functional' ? `\n${functionalNote}` : '';
  const block =
    typeof first.block === 'number'
      ? `MobileNetV2 block ${first.block}`
      : `Synthetic block ${first.block}`;
  return (
    `${block}, ${first.weights}-bit pointwise weights, ${converters}, ` +
    `preset ${first.preset}, picture ${first.picture}\n` +
    `${grouped(first.macs)} multiply-accumulates; ${grouped(bytes)} bytes of tensors compared in each mapping${functional}`
  );
}

function units(results: readonly BottleneckResult[]): string {
  const rows = results.map((r) => [
    r.mapping,
    `${fixed(r.units.harts_active * 100, 1)} %`,
    grouped(r.units.hart_instructions),
    ...Object.values(r.units.engines).flatMap((engine) => [
      grouped(engine.jobs),
      `${fixed((engine.busy_cycles / r.cycles) * 100, 1)} %`,
    ]),
    grouped(r.units.tcdm_accesses),
    grouped(r.units.tcdm_conflicts),
    grouped(r.units.dma_bytes),
    fixed(r.energy.total_pj / 1e6, 2),
    fixed(r.energy.mean_mw, 1),
  ]);
  const engines = Object.keys(results[0].units.engines).flatMap((name) => [
    `${name} jobs`,
    `${name} busy`,
  ]);
  const titles = [
    'what each unit did',
    'harts awake',
    'instructions',
    ...engines,
    'TCDM accesses',
    'conflicts',
    'DMA bytes',
    'uJ',
    'mW',
  ];
  return table([titles, ...rows]);
}

function differences(results: readonly BottleneckResult[]): string {
  const lines = results.flatMap((result) =>
    result.tensors
      .filter((tensor) => !isExact(tensor))
      .map((tensor) => {
        const at = tensor.first
          ? `; first at row ${tensor.first.row}, column ${tensor.first.column}, channel ${tensor.first.channel}: expected ${tensor.first.expected}, got ${tensor.first.got}`
          : '';
        return `${result.mapping}: ${tensor.name} differs in ${grouped(tensor.wrong_bytes)} of ${grouped(tensor.compared)} bytes, ${tensor.missing_rows} rows missing${at}`;
      }),
  );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The ratios that were published, and what ours are of. */
function notes(results: readonly BottleneckResult[]): string {
  const fastest = results.find(({ mapping }) => mapping === 'ima-dw');
  if (fastest === undefined) return '';
  const over = (of: (result: BottleneckResult) => number): string =>
    (['cores', 'pulp-nn', 'best', 'ima-cores', 'ima-only'] as const)
      .flatMap((name) => {
        const other = results.find(({ mapping }) => mapping === name);
        return other === undefined ? [] : [`${fixed(of(other) / of(fastest), 2)}x over ${name}`];
      })
      .join(', ');
  if (results.length === 1) return '';
  return (
    `\nima-dw is faster: ${over(({ cycles }) => cycles)},\n` +
    `and takes less energy: ${over(({ energy }) => energy.total_pj)}.\n` +
    'Published for a bottleneck of unknown size: 11.5x the speed and 9.5x less energy over tuned software on cores with\n' +
    'SIMD extensions, which pulp-nn and best stand for (cores is scalar software), and 2.6x and 2.8x over cores + IMA,\n' +
    'which is ima-cores. `octobar reproduce garofalo-bottleneck` and `garofalo-energy` put them side by side.\n'
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return `${rows.map((row) => line(row).trimEnd()).join('\n')}\n`;
}
