/** What one thread does for `octobar accuracy`. */
import type { ErrorCode, ErrorContext } from '../../emulator/sim/error.js';
import { FastNetwork } from '../deploy/fast/network.js';
import { pictureValues, runFloat } from '../deploy/float/executor.js';
import type { FloatGraph } from '../deploy/graph/float-graph.js';
import type { NetworkPlan } from '../deploy/graph/network-plan.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import { decodePlan } from '../deploy/graph/plan-file.js';
import { cosine } from '../deploy/quantise/statistics.js';
import type { Codes } from '../deploy/reference/layers.js';
import { centred, featureLayer } from '../deploy/report/deviation.js';
import { openArrays, type SessionOptions } from '../session/index.js';
import { ChipNetwork } from './chip-network.js';
import { labelledPictures } from './labelled-pictures.js';
import { scheduleFor } from './write-deployment.js';

export interface ShareOptions {
  /** See encodePlan. */
  readonly plan: Uint8Array;
  readonly session: SessionOptions;
  /** Seeds of the chips; undefined: arrays as they should be, of which all are alike. */
  readonly seeds: readonly number[] | undefined;
  readonly images: string;
  /** Every how many-th picture is taken at all. */
  readonly every: number;
  /** Of those, this thread starts with `first` and goes on by `step`. */
  readonly first: number;
  readonly step: number;
  readonly graph?: FloatGraph;
}

/** A picture on one chip. */
export interface ChipAnswer {
  readonly answer: number;
  /** Of the centred logits to those of the trained network. */
  readonly cosine?: number;
  /** Of the features in front of the classifier. */
  readonly features?: number;
}

export interface ShareResult {
  /** Of the picture in its folder. */
  readonly index: number;
  /** In the order of the seeds. */
  readonly chips: readonly ChipAnswer[];
  readonly floatAnswer?: number;
}

/** What a thread sends: its results, or the parts of the OctobarError that stopped it. */
export type ShareAnswer =
  | { readonly results: readonly ShareResult[] }
  | { readonly code: ErrorCode; readonly reason: string; readonly context: ErrorContext };

/** A network that computes one picture after the other on each of its chips. */
export interface Executor {
  readonly chips: number;
  /** @param picture numbers the run: other pictures see other read noise */
  run(chip: number, input: Codes, picture: number): void;
  tensor: FastNetwork['tensor'];
}

/** @param seeds see ShareOptions */
export function executorOf(
  plan: NetworkPlan,
  session: SessionOptions,
  seeds: readonly number[] | undefined,
): Executor {
  if (seeds === undefined) {
    const fast = new FastNetwork(plan);
    return {
      chips: 1,
      run: (_, input) => void fast.run(input),
      tensor: (name) => fast.tensor(name),
    };
  }
  const network = new ChipNetwork(scheduleFor({ plan }, session));
  const chips = seeds.map((seed) => openArrays({ ...session, seed }));
  for (const chip of chips) network.program(chip);
  return {
    chips: chips.length,
    run: (chip, input, picture) => void network.run(chips[chip]!, input, picture),
    tensor: (name) => network.tensor(name),
  };
}

/** @param onPicture called after each picture */
export function accuracyShare(options: ShareOptions, onPicture: () => void): ShareResult[] {
  const { images, every, first, step, graph, session, seeds } = options;
  const plan = decodePlan(options.plan, 'the plan');
  const network = executorOf(plan, session, seeds);
  const pictures = labelledPictures(images, plan);
  const [output] = plan.outputs as [string];
  const features = featureLayer(plan);
  const results: ShareResult[] = [];
  for (let index = first * every; index < pictures.count; index += step * every) {
    const pixels = pictures.pixels(index);
    const codes = quantisePicture(plan.input, pixels);
    const real =
      graph === undefined ? undefined : runFloat(graph, pictureValues(graph.input, pixels));
    const realLogits = real === undefined ? undefined : centred(real.get(output)!);
    const chips: ChipAnswer[] = [];
    for (let chip = 0; chip < network.chips; chip += 1) {
      network.run(chip, codes, index);
      const logits = network.tensor(output);
      const answer = largestAt(logits);
      if (real === undefined || realLogits === undefined) chips.push({ answer });
      else
        chips.push({
          answer,
          cosine: cosine(centred(logits), realLogits),
          features: cosine(network.tensor(features), real.get(features)!),
        });
    }
    const floatAnswer = real === undefined ? {} : { floatAnswer: largestAt(real.get(output)!) };
    results.push({ index, chips, ...floatAnswer });
    onPicture();
  }
  return results;
}

/** Of equal ones the first. */
function largestAt(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}
