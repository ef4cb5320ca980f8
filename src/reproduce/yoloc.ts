/**
 * ROM against SRAM on one fixed die. Analytic: layer tables, a capacity and prices; no firmware ran these networks.
 * A small network with residual branches does run, see `yoloc-branch.ts`.
 */
import { configure } from '../session/index.js';
import type { Entry } from './entry.js';
import { branchRows } from './yoloc-branch.js';
import { hasBranch, networks, sizeOf } from './layer-tables.js';
import type { ConvLayer, NetworkSize } from './layer-tables.js';
import { compared, incomparable, measured } from './row.js';
import type { Row } from './row.js';

/** Channels of a layer over those of its branch; recalled. */
const ratio = 4;
const weightBits = 8;
/** Recalled density of the ROM macro. */
const romMbPerMm2 = 5;
/** An SRAM macro for 8-bit weights in 28 nm, as MNSIM 2.0 quotes it, and the recalled ROM macro. */
const topsPerWatt = { published: 27.38, recalled: 11.5 };
const bounds = { dram: [4, 70], density: [0.5, 1.1], latency: 8 } as const;
const published = { yolo: 14.8, resnet18: 4.8, tinyYolo: 10 };
const analytic = 'analytic: layer table, no firmware ran it';

export const yoloc: Entry = {
  name: 'yoloc',
  title:
    'energy of a ROM macro with residual branches over an SRAM macro on the same die (analytic), and branches trained to a new task',
  source:
    'Y. Chen et al., YOLoC, DAC 2022, arXiv 2206.00379: abstract (14.8x for YOLO, 4.8x for ResNet-18, less than 8 % latency)',
  full: 'the gains over SRAM capacity around the fitted one',
  preset: 'yoloc',
  parameters: ['yoloc.'],
  rows: async (options) => {
    options.progress('layer tables');
    return [...study(options.full), ...(await branchRows(options))];
  },
};

export interface Die {
  /** Bits that an SRAM macro of the size of the die holds. */
  readonly capacity: number;
  /** DRAM energy of a bit over the energy of a multiply-accumulate. */
  readonly dramPerMac: number;
}

/** SRAM reloads what does not fit, once an image; ROM holds all and computes the branches besides. */
export function gainOf(size: NetworkSize, { capacity, dramPerMac }: Die): number {
  const reloaded = Math.max(0, weightBits * size.weights - capacity);
  return (size.macs + dramPerMac * reloaded) / (size.macs + size.branchMacs);
}

/** The die on which two networks have these gains; both must reload something. */
export function fitDie(a: NetworkSize, gainA: number, b: NetworkSize, gainB: number): Die {
  const cost = (size: NetworkSize, gain: number): number =>
    gain * (size.macs + size.branchMacs) - size.macs;
  const dramPerMac = (cost(a, gainA) - cost(b, gainB)) / (weightBits * (a.weights - b.weights));
  return { capacity: weightBits * a.weights - cost(a, gainA) / dramPerMac, dramPerMac };
}

/** SRAM density at which the die that holds the first network in ROM, branches in SRAM, has this capacity. */
export function densityOf(size: NetworkSize, { capacity }: Die): number {
  const rom = weightBits * (size.weights + size.fixedWeights);
  return ((capacity - weightBits * size.branchWeights) * romMbPerMm2) / rom;
}

/** Published operations are two a multiply-accumulate. */
const macPj = (tops: number): number => 2 / tops;

function study(full: boolean): Row[] {
  const sizes = {
    yolo: sizeOf(networks.yolo, ratio),
    tinyYolo: sizeOf(networks.tinyYolo, ratio),
    resnet18: sizeOf(networks.resnet18, ratio),
    vgg8: sizeOf(networks.vgg8, ratio),
  };
  const die = fitDie(sizes.yolo, published.yolo, sizes.resnet18, published.resnet18);
  return [
    ...gains(sizes, die),
    ...dieRows(sizes.yolo, die),
    ...latencies(),
    ...(full ? sweep(sizes, die) : []),
  ];
}

type Sizes = Record<keyof typeof networks, NetworkSize>;

function gains(sizes: Sizes, die: Die): Row[] {
  const reloaded = (size: NetworkSize): string => {
    const part = Math.max(0, 1 - die.capacity / (weightBits * size.weights));
    return `${analytic}; ${(100 * part).toFixed(0)} % of its weights are reloaded an image`;
  };
  const figure = (name: string, size: NetworkSize) => ({
    figure: `energy gain, ${name}`,
    ours: gainOf(size, die),
    unit: 'x',
    note: reloaded(size),
  });
  return [
    compared({
      ...figure('YOLO (Darknet-19)', sizes.yolo),
      published: published.yolo,
      basis: 'fitted',
      tolerance: 0.01,
    }),
    compared({
      ...figure('ResNet-18', sizes.resnet18),
      published: published.resnet18,
      basis: 'fitted',
      tolerance: 0.01,
    }),
    incomparable({
      ...figure('Tiny-YOLO', sizes.tinyYolo),
      published: published.tinyYolo,
      basis: 'predicted',
      note: `${reloaded(sizes.tinyYolo)}; about 10x is recalled, not read`,
    }),
    measured({
      ...figure('VGG-8', sizes.vgg8),
      basis: 'predicted',
      note: `${reloaded(sizes.vgg8)}; two thirds of them are one layer at one position, so the variant decides`,
    }),
  ];
}

function dieRows(yolo: NetworkSize, die: Die): Row[] {
  const within = (value: number, [low, high]: readonly [number, number]): string =>
    value >= low && value <= high
      ? `inside ${low} to ${high}`
      : `OUTSIDE ${low} to ${high}, what is published for such memories`;
  const density = densityOf(yolo, die);
  const [chip, recalled] = [topsPerWatt.published, topsPerWatt.recalled].map(
    (tops) => die.dramPerMac * macPj(tops),
  );
  return [
    measured({
      figure: 'fitted: SRAM density of the die',
      ours: density,
      unit: 'Mbit/mm2',
      basis: 'fitted',
      note: `${within(density, bounds.density)}; the die holds YOLO in ROM at ${romMbPerMm2} Mbit/mm2 and its branches in SRAM`,
    }),
    measured({
      figure: 'capacity of the die in SRAM',
      ours: die.capacity / 1e6,
      unit: 'Mbit',
      basis: 'fitted',
      note: 'the same quantity: one die for all networks. A die for each would give ResNet-18 the larger gain',
    }),
    measured({
      figure: `fitted: DRAM energy, multiplying at ${topsPerWatt.published} TOPS/W`,
      ours: chip,
      unit: 'pJ/bit',
      basis: 'fitted',
      note: `${within(chip, bounds.dram)}; only its product with TOPS/W is determined; an SRAM macro for 8 bits in 28 nm, MNSIM 2.0`,
    }),
    measured({
      figure: `DRAM energy, multiplying at ${topsPerWatt.recalled} TOPS/W`,
      ours: recalled,
      unit: 'pJ/bit',
      basis: 'fitted',
      note: `${within(recalled, bounds.dram)}; with the recalled efficiency of the ROM macro the pair of gains needs this much`,
    }),
  ];
}

/**
 * Operations of the macro for a picture: trunk and branch have arrays of their own, so a pixel takes both the same
 * time; the branch starts later by its line buffer, two stages and an addition.
 */
export function branchLatency(layers: readonly ConvLayer[]): number {
  let [trunk, late] = [0, 0];
  for (const layer of layers) {
    trunk += layer.side ** 2;
    if (hasBranch(layer)) late += ((layer.kernel - 1) / 2) * (layer.side + 1) + 2;
  }
  return late / trunk;
}

function latencies(): Row[] {
  const { provenance } = macro();
  return (['yolo', 'tinyYolo', 'resnet18', 'vgg8'] as const).map((name): Row => {
    const percent = 100 * branchLatency(networks[name]);
    return {
      figure: `latency of the branch, ${name}`,
      published: bounds.latency,
      ours: percent,
      unit: '%',
      tolerance: null,
      met: percent < bounds.latency,
      basis: 'predicted',
      note: `a bound, less than; ${analytic}; every layer in its own arrays, ${provenance}`,
    };
  });
}

/** Time of a pixel, from the parameters of the engine. */
function macro(): { provenance: string } {
  const configuration = configure({ preset: 'yoloc' });
  const value = (name: string): number => configuration.number(`yoloc.${name}`);
  const operations = 8 * Math.ceil(value('bit_columns') / value('converters'));
  const ns = operations * value('operation_ns');
  return { provenance: `a pixel takes ${operations} operations, ${ns.toFixed(0)} ns` };
}

function sweep(sizes: Sizes, die: Die): Row[] {
  return [0.5, 0.8, 1, 1.2, 1.5].flatMap((factor) =>
    (['yolo', 'resnet18', 'tinyYolo'] as const).map((name) =>
      measured({
        figure: `gain with ${factor} of the SRAM capacity, ${name}`,
        ours: gainOf(sizes[name], { ...die, capacity: factor * die.capacity }),
        unit: 'x',
        basis: 'fitted',
        note: analytic,
      }),
    ),
  );
}
