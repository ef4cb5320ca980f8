/** Where the cycles of a bottleneck go, and what they are to the rates that were published. Arithmetic on runs only. */
import type { BottleneckResult, LayerResult } from '../bottleneck/index.js';

/** One product of a full array, from 958 GOPS at 500 MHz; the hand-over of the engine is fitted to it. */
export const cyclesPerProduct = 68.4;
/** Multiply-accumulates a cycle of the depth-wise engine, recalled from the paper; its drain is fitted to it. */
export const depthwiseRate = 29.7;
/** Arithmetic that a published kernel spends on an output, compiled; ours takes 7. */
const requantisation = { published: 9, ours: 7 };

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

const difference = (cycles: number, floor: number): string =>
  cycles < floor
    ? `ours are ${grouped(floor - cycles)} fewer`
    : `${grouped(cycles - floor)} beside`;

export function layerOf(result: BottleneckResult, name: string): LayerResult {
  const found = result.layers.find((layer) => layer.name === name);
  return found ?? { name, cycles: 0, macs: 0, products: 0 };
}

/** Cycles that the engines would take at the published rates, with nothing between and beside their jobs. */
export function engineFloor(fast: BottleneckResult): number {
  const products = fast.layers.reduce((sum, { products: count }) => sum + count, 0);
  return products * cyclesPerProduct + layerOf(fast, 'depthwise').macs / depthwiseRate;
}

/** A layer of `ima-dw` beside the published rate of its engine. */
export function engineNote({ name, cycles, macs, products }: LayerResult): string {
  if (products > 0) {
    const floor = products * cyclesPerProduct;
    return `${grouped(products)} products at ${cyclesPerProduct} are ${grouped(floor)} cycles, ${difference(cycles, floor)}`;
  }
  if (name === 'depthwise') {
    const floor = macs / depthwiseRate;
    return `${depthwiseRate} MAC/cycle would be ${grouped(floor)} cycles, ${difference(cycles, floor)}`;
  }
  return 'the last row; the others are added while the engine computes';
}

/** A layer on harts: cycles and rate. */
export function hartNote({ cycles, macs }: LayerResult): string {
  return `${grouped(cycles)} cycles${macs === 0 ? '' : ` (${(macs / cycles).toFixed(2)} MAC/cycle)`}`;
}

/** What the ratio over software lacks to the published one, in cycles. */
export function softwareGap(
  software: BottleneckResult,
  fast: BottleneckResult,
  published: number,
): string {
  const floor = engineFloor(fast);
  const outputs = outputsOf(software);
  const compiled = ((requantisation.published - requantisation.ours) * outputs) / 8;
  const wanted = published * fast.cycles;
  const lack = wanted - software.cycles;
  return (
    `${grouped(software.cycles)} to ${grouped(fast.cycles)} cycles. Engines at their published rates and nothing else ` +
    `would take ${grouped(floor)} and give ${(software.cycles / floor).toFixed(1)}x; ${published}x of ours would be software of ` +
    `${grouped(wanted)} cycles, ${grouped(Math.abs(lack))} ${lack > 0 ? 'more' : 'fewer'} than this one ` +
    `(of which a requantisation of ${requantisation.published} instead of ${requantisation.ours} cycles an output would be ${grouped(compiled)})`
  );
}

/** What the ratio over cores + IMA lacks to the published one. */
export function hybridGap(
  hybrid: BottleneckResult,
  fast: BottleneckResult,
  pulpnn: BottleneckResult,
  published: number,
): string {
  const { cycles, macs } = layerOf(hybrid, 'depthwise');
  const rest = hybrid.cycles - cycles;
  const wanted = published * fast.cycles - rest;
  const slower = rest + layerOf(pulpnn, 'depthwise').cycles;
  return (
    `its depth-wise layer on the harts takes ${grouped(cycles)} of ${grouped(hybrid.cycles)} cycles ` +
    `(${(macs / cycles).toFixed(2)} MAC/cycle, our best kernel); ${published}x would be one of ${grouped(wanted)} ` +
    `(${(macs / wanted).toFixed(2)} MAC/cycle). With that of pulp-nn (${(macs / layerOf(pulpnn, 'depthwise').cycles).toFixed(2)}) ` +
    `the ratio would be ${(slower / fast.cycles).toFixed(2)}x`
  );
}

/** Requantised bytes of the three convolutions. */
function outputsOf(result: BottleneckResult): number {
  return result.tensors
    .filter(({ name }) => name === 'expand' || name === 'depthwise' || name === 'project')
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
