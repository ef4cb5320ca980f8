/** `octobar macro`: what an in-memory computing macro does to products, and what it takes. */
import type { Command } from 'commander';
import type { MacroReport } from '../macro/index.js';
import { parseCount, sessionOptions, usage, withMachineOptions } from './options.js';
import type { MachineOptions } from './options.js';
import { formatTable } from './table.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface MacroCommandOptions extends MachineOptions {
  products: string;
  inputs: string;
  json?: string | true;
  out?: string;
  template?: true;
}

export function addMacro(program: Command, terminal: Terminal): void {
  const command = program
    .command('macro')
    .summary('characterise an in-memory computing macro')
    .description(
      'Sends random products through an array of the ima engine with its devices and converters, and prints ' +
        'error, SNR, effective bits and clipping, of all circuits together and of each alone, then time, energy ' +
        'by circuit and area. A macro of your own is one JSON file: --set ima.macro=@mine.json.',
    )
    .option('--products <n>', 'products to measure', '200')
    .option(
      '--inputs <kind>',
      'uniform (signed bytes) or activations (unsigned, half zeros)',
      'uniform',
    )
    .option('--json [file]', 'as JSON, into a file or instead of the tables')
    .option('--out <file>', 'write the histogram of codes as a picture (SVG)')
    .option(
      '--template',
      'print a JSON file of a macro to edit, with the parameters of the machine',
    );
  withMachineOptions(command).action((options: MacroCommandOptions) => execute(options, terminal));
}

async function execute(options: MacroCommandOptions, terminal: Terminal): Promise<void> {
  const { characterise, histogramPicture, macroTemplate } = await import('../macro/index.js');
  const session = sessionOptions(options);
  if (options.template) {
    terminal.out(`${JSON.stringify(macroTemplate(session), null, 2)}\n`);
    return;
  }
  const { inputs } = options;
  if (inputs !== 'uniform' && inputs !== 'activations')
    throw usage(`--inputs ${inputs} does not exist`, 'there are uniform and activations');
  const products = parseCount('--products', options.products);
  if (products < 1 || products > 100_000)
    throw usage(`--products ${products} is out of range`, 'from 1 to 100,000');
  const report = characterise({ session, products, inputs });
  const lines = `${JSON.stringify(report, null, 2)}\n`;
  if (typeof options.json === 'string') writeText(options.json, lines);
  if (options.out !== undefined) writeText(options.out, histogramPicture(report));
  terminal.out(options.json === true ? lines : format(report));
}

const percent = (value: number): string => `${value.toFixed(3)} %`;
const orNone = (value: number | null, unit: string): string =>
  value === null ? 'exact' : `${value.toFixed(2)}${unit}`;

function format(report: MacroReport): string {
  const { geometry, cost, error } = report;
  const { rows, cols, dac_bits, adc_bits } = geometry;
  const name = [report.preset, ...report.macros].join(' with ');
  const figures = [{ name: 'all together', ...error }, ...report.circuits].map((row) => [
    row.name,
    percent(row.sigma_percent),
    percent(row.mean_percent),
    orNone(row.snr_db, ' dB'),
    orNone(row.effective_bits, ''),
    percent(row.clipped_percent),
  ]);
  const shares = cost.shares.map(({ price, pj, percent: share }) => [
    price,
    pj.toFixed(1),
    `${share.toFixed(1)} %`,
  ]);
  return [
    `${name}: ${rows} x ${cols}, inputs of ${dac_bits} bits, converters of ${adc_bits}, seed ${report.seed}`,
    `${report.workload.products} products of ${report.workload.inputs} inputs; errors in percent of the full scale, a sum of ${report.full_scale}`,
    '',
    formatTable(['circuit', 'sigma', 'mean', 'SNR', 'effective bits', 'clipped'], figures),
    `array ${cost.array_ns} ns, product to product ${cost.product_ns} ns: ${cost.gops.toFixed(1)} GOPS, ` +
      `${(cost.pj / 1000).toFixed(2)} nJ, ${cost.tops_per_watt.toFixed(2)} TOPS/W, ` +
      `${cost.mm2.toFixed(3)} mm2, ${cost.tops_per_mm2.toFixed(2)} TOPS/mm2`,
    '',
    formatTable(['price', 'pJ a product', 'share'], shares),
    ...(report.parameters.length === 0
      ? []
      : [
          formatTable(
            ['parameter', 'value', 'status', 'source'],
            report.parameters.map(({ key, value, unit, status, source }) => [
              key,
              `${String(value)} ${unit}`.trim(),
              status,
              source,
            ]),
          ),
        ]),
  ].join('\n');
}
