/**
 * Quantises a known network and prints how close it comes to the trained one on pictures that were
 * never used for calibration:
 *
 *   node dist/src/deploy/network-report.js [model] [8|4|naive8|naive4|auto] [--layers]
 */
import {
  loadCommittedPicture,
  networkPictureNames,
  squarePicture,
  type Progress,
} from '../datasets/index.js';
import { defaultArrays } from './array-geometry.js';
import type { NetworkPlan } from './graph/network-plan.js';
import { loadModel } from './models.js';
import { chooseWidths, widthsOf } from './quantise/network/choose-bits.js';
import { quantiseNetwork } from './quantise/network/quantise-network.js';
import { measureDeviation, type Deviation } from './report/deviation.js';
import { rank } from './tail/index.js';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const [model = 'mobilenet-v2', way = '8'] = words;
const progress: Progress = (message) => process.stderr.write(`${message}\n`);
const write = (line: string): void => void process.stdout.write(`${line}\n`);

const graph = await loadModel(model, {}, progress);
const picture = (name: string): Uint8Array =>
  squarePicture(loadCommittedPicture(name), graph.input.width).rgb;
const calibration = networkPictureNames('calibration').map(picture);
const options = {
  mapping: 'ima-dw',
  ideal: false,
  geometry: defaultArrays,
  progress: (i: number, n: number, name: string): void => {
    if (i % 10 === 0) progress(`layer ${i} of ${n} (${name})`);
  },
} as const;

function quantised(): NetworkPlan {
  if (way === 'auto') {
    const chosen = chooseWidths(graph, calibration, options, { extra: 0.25, arrays: 256 });
    write(`${chosen.arrays} arrays, ${chosen.arrays4} at 4 bit everywhere`);
    for (const { name, bits, error4, error8, rows, cols } of chosen.layers) {
      const errors = `error ${error4.toExponential(2)} at 4 bit, ${error8.toExponential(2)} at 8`;
      write(`  ${name.padEnd(24)} ${rows}x${cols} ${bits} bit, ${errors}`);
    }
    const bits = widthsOf(chosen);
    return quantiseNetwork(graph, calibration, { ...options, bits, method: 'best' }).plan;
  }
  const bits = way.endsWith('4') ? 4 : 8;
  const method = way.startsWith('naive') ? 'naive' : 'best';
  return quantiseNetwork(graph, calibration, { ...options, bits: () => bits, method }).plan;
}

function report({ layers, pictures }: Deviation): void {
  if (graph.tail.kind === 'classifier') {
    const { labels } = graph.tail;
    const best = (logits: Float64Array): string => rank(logits, labels)[0]!.label;
    for (const { name, centred, features, float, quantised: codes } of pictures) {
      const cosines = `${centred.toFixed(4)} ${features.toFixed(4)}`;
      write(`${name.padEnd(12)} ${cosines} ${best(float)} -> ${best(codes)}`);
    }
    const counts = new Map<string, { all: number; same: number }>();
    for (const { float, quantised: codes } of pictures) {
      const count = counts.get(best(float)) ?? { all: 0, same: 0 };
      counts.set(best(float), {
        all: count.all + 1,
        same: count.same + (best(float) === best(codes) ? 1 : 0),
      });
    }
    for (const [label, { all, same }] of counts) write(`${label}: ${same} of ${all} as in float`);
    const constant = Math.max(...[...counts.values()].map(({ all }) => all));
    const same = [...counts.values()].reduce((sum, count) => sum + count.same, 0);
    write(`top-1 as in float ${same} of ${pictures.length}, constant predictor ${constant}`);
  }
  const mean = (values: number[]): string =>
    (values.reduce((a, b) => a + b, 0) / values.length).toFixed(4);
  const least = Math.min(...pictures.map(({ centred }) => centred)).toFixed(4);
  const features = mean(pictures.map((p) => p.features));
  write(
    `${model} ${way}: centred ${mean(pictures.map((p) => p.centred))}, least ${least}, features ${features}`,
  );
  if (!process.argv.includes('--layers')) return;
  for (const layer of layers) {
    write(`| ${layer.name} | ${layer.mean.toFixed(4)} | ${layer.least.toFixed(4)} |`);
  }
}

report(
  measureDeviation(
    graph,
    quantised(),
    networkPictureNames('test').map((name) => ({ name, rgb: picture(name) })),
  ),
);
