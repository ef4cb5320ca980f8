/** Peak throughput and efficiency of CAP-RAM from runs of firmware in the macro's own modes, and what moves them. */
import { accuracies } from './capram-accuracy.js';
import { wordsOfCapram } from './macro-modes.js';
import type { Entry, StudyOptions } from './entry.js';
import { runLayer, runStream } from './macro-app.js';
import type { MacroRun } from './macro-app.js';
import { compared, measured } from './row.js';
import type { Row } from './row.js';

const published = { gops: 573.4, topsPerWatt: 49.4 };
const tolerance = 0.01;
/** MAC cells of a column, and one-bit columns. */
const [rows, columns] = [64, 128];
const identities =
  'identity: capram.operation_ns is derived from 573.4 GOPS and energy.capram.conversion from 49.4 TOPS/W; that the ' +
  'firmware sustains them, ports and queues included, is what the run shows';

export const capram: Entry = {
  name: 'capram',
  title:
    'peak throughput and efficiency of the charge-domain SRAM macro, accuracy of trained networks, and what moves them',
  source:
    'Z. Chen et al., CAP-RAM, IEEE JSSC 56(6), 2021, arXiv 2107.02388: abstract (573.4 GOPS, 49.4 TOPS/W, MNIST 98.8 %, CIFAR-10 89.0 %)',
  preset: 'capram',
  full: 'accuracy over ten chips, weight bits, converter bits and mismatch; errors of a trained layer',
  parameters: ['capram.', 'energy.capram.'],
  rows: async (options) => [
    ...peak(options),
    ...(await accuracies(options)),
    ...widths(options),
    ...(options.full ? sensitivity(options) : []),
  ],
};

/** A stream of products with weights of so many bits, inputs of eight levels. */
function stream(width: number, products: number, ideal = false): MacroRun {
  return runStream(
    { preset: 'capram', set: { 'capram.ideal': ideal } },
    {
      rows,
      outputs: Math.floor(columns / width),
      products,
      inputMask: 7,
      weightBits: width,
      modes: wordsOfCapram({ width, levels: true }),
    },
  );
}

interface Rate {
  readonly gops: number;
  readonly topsPerWatt: number;
}

/** Steady state: the difference between a long and a short stream. Two operations a multiply-accumulate. */
function rate(width: number): Rate {
  const [short, long] = [stream(width, 100), stream(width, 400)];
  const difference = (of: (run: MacroRun) => number): number => of(long) - of(short);
  const operations = 2 * difference(({ stats }) => stats.engines['capram']['macs']);
  const cycles = difference(({ stats }) => stats.engines['capram']['busy_cycles']);
  const picojoules = difference((run) => run.picojoules('conversion'));
  return {
    gops: (operations * long.stats.clock_hz) / cycles / 1e9,
    topsPerWatt: operations / picojoules,
  };
}

function peak({ progress }: StudyOptions): Row[] {
  progress('streams of 100 and 400 products, 64 cells by 128 columns, one-bit weights');
  const { gops, topsPerWatt } = rate(1);
  progress('the same with ideal circuits, results compared');
  const exact = stream(1, 400, true).metrics;
  return [
    compared({
      figure: 'peak throughput, one-bit weights, eight input levels',
      published: published.gops,
      ours: gops,
      unit: 'GOPS',
      tolerance,
      basis: 'identity',
      note: identities,
    }),
    compared({
      figure: 'efficiency of the macro at that',
      published: published.topsPerWatt,
      ours: topsPerWatt,
      unit: 'TOPS/W',
      tolerance,
      basis: 'identity',
      note: 'the macro alone, as published: cluster, memories and port are not in it',
    }),
    measured({
      figure: 'wrong outputs of that stream with ideal circuits',
      ours: exact['outputs_differing'],
      unit: `of ${exact['outputs_compared']}`,
      basis: 'predicted',
      note: 'the program computes them again on a hart',
    }),
  ];
}

function widths({ progress }: StudyOptions): Row[] {
  return [2, 3, 4, 5, 6].flatMap((width): Row[] => {
    progress(`weights of ${width} bits`);
    const { gops, topsPerWatt } = rate(width);
    const note = `each weight takes ${width} columns`;
    return [
      measured({
        figure: `throughput, weights of ${width} bits`,
        ours: gops,
        unit: 'GOPS',
        basis: 'predicted',
        note,
      }),
      measured({
        figure: `efficiency, weights of ${width} bits`,
        ours: topsPerWatt,
        unit: 'TOPS/W',
        basis: 'predicted',
        note,
      }),
    ];
  });
}

/** A converter step of one level: the range covers what the layer puts on a column. */
const layerStep = wordsOfCapram({ step: 16 });

function sensitivity({ progress }: StudyOptions): Row[] {
  const error = (key: string, value: number, what: string): Row => {
    progress(`${what}: a trained layer`);
    const { metrics } = runLayer({ preset: 'capram', set: { [key]: value } }, layerStep);
    return measured({
      figure: `error over signal of a trained layer, ${what}`,
      ours: metrics['error_to_signal_power'],
      unit: 'power',
      basis: 'predicted',
      note: 'ADC_STEP of one (level x bit), 8-bit weights and inputs, mvm-layer.elf',
    });
  };
  return [
    ...[4, 5, 6, 7, 8].map((bits) => error('capram.adc_bits', bits, `converter of ${bits} bits`)),
    ...[0, 0.66, 2, 5].map((sigma) =>
      error('capram.cap_mismatch', sigma, `mismatch of ${sigma} %`),
    ),
  ];
}
