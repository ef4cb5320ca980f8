/** `octobar calibrate`: the fit of the energy model, and what hangs on what is assumed. */
import type { Command } from 'commander';
import { OctobarError } from '../../emulator/sim/error.js';
import type { Answers, Calibration, Swing } from '../reproduce/index.js';
import { formatTable } from './table.js';
import type { Cell } from './table.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface CalibrateCommandOptions {
  json?: string | true;
  full?: true;
  counts?: string;
}

export function addCalibrate(program: Command, terminal: Terminal): void {
  program
    .command('calibrate')
    .summary('fit the free energy prices to published totals')
    .description(
      'Makes the runs behind three published energies, solves them for the three prices that the literature leaves ' +
        'free, and prints fit, what is left over, and how far each answer moves when an assumed price goes to the ' +
        'ends of its range. The counters of MobileNetV2 are committed ones; --full runs it again.',
    )
    .option('--json [file]', 'as JSON, into a file or instead of the tables')
    .option('--full', 'run MobileNetV2 too, and compare its counters with the committed ones')
    .option('--counts <file>', 'with --full: write the counters of all runs, compare none')
    .action((options: CalibrateCommandOptions) => execute(options, terminal));
}

async function execute(options: CalibrateCommandOptions, terminal: Terminal): Promise<void> {
  const { json, full = false, counts } = options;
  if (counts !== undefined && !full) {
    throw new OctobarError('usage', '--counts writes a fresh run of the network', {
      hint: `octobar calibrate --full --counts ${counts}`,
    });
  }
  const { calibrate, countsText, gather } = await import('../reproduce/index.js');
  const progress = (text: string): void => terminal.err(`octobar: ${text}\n`);
  const runs = await gather({ full, progress }, counts !== undefined);
  if (counts !== undefined) writeText(counts, countsText(runs));
  const calibration = calibrate(runs, full);
  const document = `${JSON.stringify(calibration, null, 2)}\n`;
  if (typeof json === 'string') writeText(json, document);
  terminal.out(json === true ? document : formatCalibration(calibration));
}

export function formatCalibration(calibration: Calibration): string {
  const { fitted, residuals, answers, converters, leverage, preset, full } = calibration;
  const network = full ? 'MobileNetV2 was run again' : 'counters of MobileNetV2 as committed';
  return [
    `energy of ${preset}, ${network}\n\nfree prices, as many as constraints\n`,
    formatTable(
      ['price', 'unit', 'solution', 'in the table', 'may be', 'inside'],
      fitted.map(({ key, unit, solution, table, range, inside }) => [
        key,
        unit,
        digits(solution),
        table,
        `${range[0]} to ${range[1]}`,
        inside ? 'yes' : 'NO',
      ]),
    ),
    '\nconstraints\n',
    formatTable(
      ['published total', 'published', 'ours', 'unit', 'left over', 'with the solution'],
      residuals.map(({ name, published, ours, unit, relative, solved }) => [
        name,
        digits(published),
        digits(ours),
        unit,
        percent(relative),
        percent(solved),
      ]),
    ),
    '\nwhat the solution becomes when a published figure is 1 % larger\n',
    formatTable(
      ['figure', ...fitted.map(({ key }) => short(key))],
      leverage.map(({ name, values }) => [name, ...fitted.map(({ key }) => digits(values[key]!))]),
    ),
    '\nchecks outside the fit (octobar reproduce garofalo-energy explains them)\n',
    formatTable(
      ['figure', 'published', 'ours', 'unit'],
      [
        ...outside.map(({ name, published, unit, of }) => [
          name,
          published,
          digits(of(answers)),
          unit,
        ]),
        ['share of converters, analog', span(converters), digits(100 * converters.ours), '%'],
      ],
    ),
    '\nan assumed price at the ends of its range, fitted prices as they are: answers in per cent\n',
    heldTable(calibration),
    '\nthe same, constraints met again: fitted prices, and what the checks become\n',
    refittedTable(calibration),
  ].join('');
}

const outside = [
  {
    name: 'cores + IMA over both engines',
    published: 2.8,
    unit: 'x',
    of: (a: Answers) => a.hybridGain,
  },
  {
    name: 'software at 0.6 V',
    published: 50,
    unit: 'pJ/cycle',
    of: (a: Answers) => a.lowVoltagePj,
  },
  {
    name: 'analog part of a full product',
    published: 12.5,
    unit: 'nJ',
    of: (a: Answers) => a.analogNj,
  },
] as const;

const moving: readonly (readonly [title: string, of: (answers: Answers) => number])[] = [
  ['full job', (a) => a.fullJobNj],
  ['network', (a) => a.networkUj],
  ['power ratio', (a) => a.ratio],
  ['over cores + IMA', (a) => a.hybridGain],
  ['0.6 V', (a) => a.lowVoltagePj],
  ['analog', (a) => a.analogNj],
];

function heldTable({ sensitivity, answers }: Calibration): string {
  const both = ({ low, high }: Swing, of: (answers: Answers) => number): Cell =>
    `${percent(of(low.held) / of(answers) - 1)} ${percent(of(high.held) / of(answers) - 1)}`;
  return formatTable(
    ['price', 'value', 'range', ...moving.map(([title]) => title)],
    sensitivity.map((swing) => [
      short(swing.key),
      swing.value,
      `${swing.low.value}..${swing.high.value}`,
      ...moving.map(([, of]) => both(swing, of)),
    ]),
  );
}

function refittedTable({ sensitivity, fitted }: Calibration): string {
  return formatTable(
    ['price', 'range', ...fitted.map(({ key }) => short(key)), ...outside.map(({ name }) => name)],
    sensitivity.map((swing) => {
      const ends = [swing.low.refitted, swing.high.refitted];
      const both = (of: (end: (typeof ends)[number]) => number): Cell =>
        ends.map((end) => digits(of(end), 3)).join('..');
      return [
        short(swing.key),
        `${swing.low.value}..${swing.high.value}`,
        ...fitted.map(({ key }) => both(({ values }) => values[key]!)),
        ...outside.map(({ of }) => both((end) => of(end.answers))),
      ];
    }),
  );
}

const span = ({ low, high }: Calibration['converters']): string =>
  `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;

const short = (key: string): string => key.replace(/^energy\.(cluster\.)?/, '');
const digits = (value: number, count = 4): number => Number(value.toPrecision(count));
/** With its sign, in per cent; what rounds to nothing has none. */
function percent(share: number): string {
  const rounded = (100 * share).toFixed(1);
  if (Number(rounded) === 0) return '0.0';
  return share < 0 ? rounded : `+${rounded}`;
}
