/** What one thread does for `octobar accuracy`. */
import { FastNetwork } from '../deploy/fast/network.js';
import { pictureValues, runFloat } from '../deploy/float/executor.js';
import type { FloatGraph } from '../deploy/graph/float-graph.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import { decodePlan } from '../deploy/graph/plan-file.js';
import { cosine } from '../deploy/quantise/statistics.js';
import { centred } from '../deploy/report/deviation.js';
import { labelledPictures } from './labelled-pictures.js';

export interface ShareOptions {
  /** See encodePlan. */
  readonly plan: Uint8Array;
  readonly images: string;
  /** Every how many-th picture is taken at all. */
  readonly every: number;
  /** Of those, this thread starts with `first` and goes on by `step`. */
  readonly first: number;
  readonly step: number;
  readonly graph?: FloatGraph;
}

export interface ShareResult {
  /** Of the picture in its folder. */
  readonly index: number;
  readonly answer: number;
  readonly floatAnswer?: number;
  /** Of the centred logits to those of the trained network. */
  readonly cosine?: number;
}

export function accuracyShare(options: ShareOptions): ShareResult[] {
  const { images, every, first, step, graph } = options;
  const plan = decodePlan(options.plan, 'the plan');
  const network = new FastNetwork(plan);
  const pictures = labelledPictures(images, plan);
  const results: ShareResult[] = [];
  for (let index = first * every; index < pictures.count; index += step * every) {
    const pixels = pictures.pixels(index);
    const [logits] = network.run(quantisePicture(plan.input, pixels));
    const answer = largestAt(logits!);
    if (graph === undefined) {
      results.push({ index, answer });
      continue;
    }
    const real = runFloat(graph, pictureValues(graph.input, pixels)).get(graph.outputs[0]!)!;
    results.push({
      index,
      answer,
      floatAnswer: largestAt(real),
      cosine: cosine(centred(logits!), centred(real)),
    });
  }
  return results;
}

/** Of equal ones the first. */
function largestAt(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}
