/** Training in racetrack memory against an FPGA: throughput and energy by tiles, both timing profiles. */
import { noPrimitives } from '../../accel/fpirm/dbc.js';
import { bf16, fp32 } from '../../accel/fpirm/float-format.js';
import { fpirmParameters } from '../../accel/fpirm/parameters.js';
import type { Entry, StudyOptions } from './entry.js';
import { alexNet, forwardMacs, trainingMacs, vgg16 } from './fpirm-networks.js';
import {
  integerOperation,
  memoryCycles,
  multiplyAdd,
  picojoules,
  tileGflops,
  timeLenet,
  without,
} from './fpirm-runs.js';
import type { Operation, Profile } from './fpirm-runs.js';
import { compared, incomparable, measured } from './row.js';
import type { Row } from './row.js';

/** EF-Train (arXiv 2202.10935). */
const fpga = { gflops: 46.99, gflopsPerWatt: 6.09 };
const claims = { throughput: 1.18, energy: 0.73, efficiency: 2 };
/** 32 banks of 64 sub-arrays of 16 tiles, one cluster that computes in each. */
const mostTiles = fpirmParameters.tiles.max;
const banks = 32;
const profiles: readonly Profile[] = ['micro-operation', 'command'];

const inferred =
  'EF-Train (arXiv 2202.10935), 46.99 GFLOPS and 6.09 GFLOPS/W, shares authors with FPIRM; that it is the baseline is inferred';

export const fpirm: Entry = {
  name: 'fpirm',
  title: 'training and inference in racetrack memory',
  source:
    'FPIRM, arXiv 2204.13788 (abstract: 2x efficiency, 27 % less energy, 18 % more throughput than an FPGA); PIRM, ' +
    `arXiv 2108.01202, and CORUSCANT for single operations (recalled); energies of SPIMulator; baseline: ${inferred}`,
  full: 'LeNet on three more tile counts',
  parameters: ['fpirm.', 'energy.fpirm.'],
  preset: 'fpirm',
  rows(options) {
    const [single, brain] = [fp32, bf16].map(multiplyAdd);
    return Promise.resolve([
      ...operationRows(),
      ...floatRows('FP32', single),
      ...floatRows('bfloat16', brain),
      ...claimRows(single),
      ...boundRows(single, brain),
      ...lenetRows(options),
      ...[alexNet, vgg16].flatMap((network) => networkRows(network, single)),
    ]);
  },
};

/** Operands in place, as the public simulator counts. */
const inPlace = ({ counts, lanes }: Operation): Operation => ({
  counts: without(counts, {
    ...noPrimitives(),
    transverseWrites: counts.transverseWrites,
    reads: counts.reads,
  }),
  lanes,
});

function operationRows(): Row[] {
  const add = integerOperation('add');
  const multiply = integerOperation('multiply');
  const cycles = (
    figure: string,
    published: number,
    op: Operation,
    profile: Profile,
    note: string,
  ) =>
    compared({
      figure,
      published,
      ours: memoryCycles(op.counts, profile),
      unit: 'memory cycle',
      basis: 'predicted',
      note,
    });
  return [
    cycles(
      '8-bit addition of 5, micro-operation',
      26,
      add,
      'micro-operation',
      'CORUSCANT; two a bit, ten to set up: ours loads seven rows and reads one',
    ),
    cycles(
      '8-bit multiplication, micro-operation',
      64,
      multiply,
      'micro-operation',
      'CORUSCANT; ours takes one reduction and one 16-bit addition, gated copies come for free on their way to the window',
    ),
    cycles(
      '8-bit addition of 5, command',
      451,
      inPlace(add),
      'command',
      'SPIMulator, operands in place: 8 transverse reads, 15 writes',
    ),
    measured({
      figure: '  the same with loading and read-out',
      ours: memoryCycles(add.counts, 'command'),
      unit: 'memory cycle',
      basis: 'predicted',
    }),
    cycles(
      '8-bit multiplication, command',
      1181,
      multiply,
      'command',
      'SPIMulator: 27 writes, 6 transverse writes, 15 reads, 11 transverse reads, 17 shifts; ours takes another way to the same product',
    ),
    compared({
      figure: '8-bit addition, energy of a row',
      published: 393,
      ours: picojoules(inPlace(add)),
      unit: 'pJ',
      tolerance: 0.01,
      basis: 'predicted',
      note: 'SPIMulator, operands in place; so its steps are paid for the wires they drive',
    }),
    incomparable({
      figure: '8-bit addition, energy of a lane',
      published: 22.14,
      ours: picojoules(add) / add.lanes,
      unit: 'pJ',
      basis: 'predicted',
      note: 'CORUSCANT, which prices a word of its own circuit, with other constants',
    }),
    incomparable({
      figure: '8-bit multiplication, energy of a lane',
      published: 57.39,
      ours: picojoules(multiply) / multiply.lanes,
      unit: 'pJ',
      basis: 'predicted',
      note: 'as above',
    }),
  ];
}

function floatRows(name: string, op: Operation): Row[] {
  const row = (figure: string, ours: number, unit: string, note = ''): Row =>
    measured({ figure: `${name} multiply-add: ${figure}`, ours, unit, basis: 'predicted', note });
  const { counts, lanes } = op;
  return [
    row(
      'primitives',
      counts.reads +
        counts.writes +
        counts.shifts +
        counts.transverseReads +
        counts.transverseWrites,
      '',
      `${lanes} lanes at once; counted domain by domain`,
    ),
    ...profiles.map((profile) => row(profile, memoryCycles(counts, profile), 'memory cycle')),
    row('energy of a lane', picojoules(op) / lanes, 'pJ', `paid for driven wires; ${share(op)}`),
    row(
      'the same, all wires paid',
      picojoules(op, true) / lanes,
      'pJ',
      'if each primitive drove the whole row',
    ),
  ];
}

/** How much of the energy pushes operands into the window. */
function share({ counts, lanes }: Operation): string {
  const loads = { counts: { ...noPrimitives(), transverseWrites: counts.transverseWrites }, lanes };
  return `${((100 * picojoules(loads)) / picojoules({ counts, lanes })).toFixed(0)} % of it are transverse writes that load windows of seven rows`;
}

const perWatt = (op: Operation, all = false): number => (2 * op.lanes * 1000) / picojoules(op, all);

/** A claim of the form "at least". */
function atLeast(figure: string, published: number, ours: number, unit: string, note: string): Row {
  const met = ours >= published;
  return { figure, published, ours, unit, tolerance: null, met, basis: 'predicted', note };
}

/** Peak of all tiles, then what one has to ask of it. */
function claimRows(single: Operation): Row[] {
  const wanted = claims.throughput * fpga.gflops;
  const rows = profiles.flatMap((profile) => {
    const tile = tileGflops(single, profile);
    const needed = Math.ceil(wanted / tile);
    return [
      atLeast(
        `1.18x throughput, ${profile}: FP32 peak of ${mostTiles} tiles`,
        wanted,
        mostTiles * tile,
        'GFLOPS',
        `${needed} tiles are needed, ${mostTiles} exist (recalled); ${inferred}; a peak: lanes always full, no operand waits`,
      ),
      measured({
        figure: '  tiles needed',
        ours: needed,
        unit: 'tile',
        basis: 'predicted',
        note: needed <= mostTiles ? '' : 'more than the published organisation has: not met',
      }),
    ];
  });
  const energy = 1 / claims.energy;
  return [
    ...rows,
    atLeast(
      '0.73x energy: FP32',
      fpga.gflopsPerWatt * energy,
      perWatt(single),
      'GFLOPS/W',
      `independent of tiles and profile, racetracks alone; ${gap(fpga.gflopsPerWatt * energy, perWatt(single))}`,
    ),
    atLeast(
      '  the same, all wires paid',
      fpga.gflopsPerWatt * energy,
      perWatt(single, true),
      'GFLOPS/W',
      gap(fpga.gflopsPerWatt * energy, perWatt(single, true)),
    ),
    atLeast(
      '2x efficiency: FP32',
      fpga.gflopsPerWatt * claims.efficiency,
      perWatt(single),
      'GFLOPS/W',
      'the three claims cannot be one run: 1.18x and 0.73x give 1.37x per joule, 1.62x as throughput over energy',
    ),
    {
      figure: '1.18x and 0.73x together: energy relative to the FPGA at the tiles of 1.18x',
      published: claims.energy,
      ours: fpga.gflopsPerWatt / perWatt(single),
      unit: '',
      tolerance: null,
      met: fpga.gflopsPerWatt / perWatt(single) <= claims.energy,
      basis: 'predicted',
      note: 'the energy of an operation does not depend on tiles or profile, so no number of tiles changes it',
    },
  ];
}

const gap = (wanted: number, ours: number): string =>
  ours >= wanted ? 'met' : `short by ${(wanted / ours).toFixed(1)}x`;

function boundRows(single: Operation, brain: Operation): Row[] {
  const wanted = claims.throughput * fpga.gflops;
  const row = (figure: string, ours: number, unit: string, note: string): Row =>
    measured({ figure, ours, unit, basis: 'predicted', note });
  const fpgaWatt = fpga.gflops / fpga.gflopsPerWatt;
  return [
    row(
      'power at 1.18x throughput, FP32',
      wanted / perWatt(single),
      'W',
      `the FPGA takes ${fpgaWatt.toFixed(2)} W (derived)`,
    ),
    row(
      `power of ${mostTiles} tiles, FP32, micro-operation`,
      (mostTiles * tileGflops(single, 'micro-operation')) / perWatt(single),
      'W',
      'power bounds the tiles long before their number does',
    ),
    row(
      'FP32 throughput at the power of the FPGA',
      fpgaWatt * perWatt(single),
      'GFLOPS',
      `${Math.floor((fpgaWatt * perWatt(single)) / tileGflops(single, 'micro-operation'))} tiles at work; ${gap(fpga.gflops * claims.throughput, fpgaWatt * perWatt(single))}`,
    ),
    row(
      'tiles that one command a memory cycle can keep busy, micro-operation',
      1,
      'tile',
      `each micro-operation is a cycle: more tiles need commands to many at once; ${banks} with a command bus for each bank. All other rows assume that all tiles obey one command (assumed)`,
    ),
    row(
      '  FP32 throughput without such commands',
      banks * tileGflops(single, 'micro-operation'),
      'GFLOPS',
      `a command bus for each of ${banks} banks; not met`,
    ),
    row(
      'bfloat16 peak at the tiles of 1.18x in FP32',
      Math.ceil(wanted / tileGflops(single, 'micro-operation')) *
        tileGflops(brain, 'micro-operation'),
      'GFLOPS',
      'another format than the FPGA computes: not compared',
    ),
    row(
      'bfloat16 efficiency',
      perWatt(brain),
      'GFLOPS/W',
      `${gap(fpga.gflopsPerWatt / claims.energy, perWatt(brain))} if it were compared`,
    ),
    row(
      'transverse write that would do, FP32',
      affordableWrite(single),
      'pJ',
      'energy of a wire at which 0.73x is met, all else as published; negative: none',
    ),
  ];
}

/** Price of a transverse write at which an FP32 multiply-add takes 0.73 of the energy of the FPGA. */
function affordableWrite(single: Operation): number {
  const { counts } = single;
  const rest = picojoules({ ...single, counts: { ...counts, transverseWrites: 0 } });
  const allowed = (2 * single.lanes * 1000 * claims.energy) / fpga.gflopsPerWatt;
  return (allowed - rest) / (counts.transverseWrites * 512);
}

function lenetRows({ full, progress }: StudyOptions): Row[] {
  const tiles = [16, 256, 1024, 8192, mostTiles];
  const chosen = full ? [...tiles, 64, 2048, 16384].toSorted((a, b) => a - b) : tiles;
  return (['training', 'inference'] as const).flatMap((work) =>
    profiles.flatMap((profile) =>
      chosen.map((count) => {
        progress(`LeNet ${work}, ${count} tiles, ${profile}`);
        const run = timeLenet(work, count, profile);
        const gflops = run.operations / run.busy / 1e9;
        const computing = run.operations / run.computing / 1e9;
        const efficiency = run.operations / run.joule / 1e9;
        const figure = `LeNet ${work}, ${count} tiles, ${profile}`;
        return incomparable({
          figure,
          published: work === 'training' ? fpga.gflops * claims.throughput : fpga.gflops,
          ours: gflops,
          unit: 'GFLOPS',
          basis: 'predicted',
          note: `${computing.toFixed(2)} GFLOPS while it computes, the rest streams operands over a port of 128 bits; ${efficiency.toFixed(3)} GFLOPS/W of the racetracks; a batch of 8, another network than the FPGA's`,
        });
      }),
    ),
  );
}

function networkRows(network: typeof alexNet, single: Operation): Row[] {
  const efficiency = perWatt(single);
  return (['training', 'inference'] as const).flatMap((work) => {
    const gflop = (2 * (work === 'training' ? trainingMacs(network) : forwardMacs(network))) / 1e9;
    return [
      ...profiles.map((profile) =>
        measured({
          figure: `analytic: ${network.name} ${work}, ${mostTiles} tiles, ${profile}`,
          ours: (mostTiles * tileGflops(single, profile)) / gflop,
          unit: 'picture/s',
          basis: 'predicted',
          note: `${gflop.toFixed(2)} GFLOP a picture (${network.source}) at the peak of all tiles; the FPGA's ${fpga.gflops} GFLOPS would be ${(fpga.gflops / gflop).toFixed(2)}`,
        }),
      ),
      measured({
        figure: `analytic: ${network.name} ${work}, energy`,
        ours: gflop / efficiency,
        unit: 'J/picture',
        basis: 'predicted',
        note: `FP32; the FPGA's 6.09 GFLOPS/W would be ${(gflop / fpga.gflopsPerWatt).toFixed(3)}`,
      }),
    ];
  });
}
