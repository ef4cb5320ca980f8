/** One picture through a deployed network: the run on the cluster, the reference, the trained network. */
import { readPicture, type Picture, type Progress } from '../datasets/index.js';
import type { FloatGraph } from '../deploy/graph/float-graph.js';
import { pictureValues, runFloat, type FloatTensors } from '../deploy/float/executor.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import type { NetworkPlan } from '../deploy/graph/network-plan.js';
import { loadModel } from '../deploy/models.js';
import { cosine } from '../deploy/quantise/statistics.js';
import { detect, rank, realValues, type Detection, type Ranked } from '../deploy/tail/index.js';
import { OctobarError } from '../../emulator/sim/error.js';
import { configure, type SessionOptions } from '../session/index.js';
import { checkArrays, fitPicture, type Deployment } from './deployment.js';
import { bytesOf, referenceRun, type ReferenceRun } from './reference.js';
import { runNetwork, type NetworkRun, type RunNetworkOptions } from './run.js';

export interface InferOptions {
  readonly session: SessionOptions;
  readonly deployment: Deployment;
  /** Path of a PNG or JPEG, or a picture. */
  readonly image: string | Picture;
  /** Also run the trained network in floating point. */
  readonly float: boolean;
  readonly program?: NonNullable<RunNetworkOptions['program']>;
  readonly progress?: Progress;
  readonly onLayer?: NonNullable<RunNetworkOptions['progress']>;
  readonly watcher?: NonNullable<RunNetworkOptions['watcher']>;
}

export interface Answer {
  /** Classes, the most likely first; empty for detectors and features. */
  readonly classes: readonly Ranked[];
  readonly detections: readonly Detection[];
}

export interface Inference {
  readonly deployment: Deployment;
  readonly run: NetworkRun;
  /** Whether the bytes were compared with those of a noisy chip, see ReferenceRun. */
  readonly chip: boolean;
  readonly picture: Picture;
  readonly answer: Answer;
  /** What the trained network says; undefined when it was not run. */
  readonly float: Answer | undefined;
  /** By layer: cosine of the real values to the trained network's. */
  readonly cosines: ReadonlyMap<string, number>;
}

export async function infer(options: InferOptions): Promise<Inference> {
  const { deployment, progress = () => undefined } = options;
  const { plan } = deployment;
  checkArrays(deployment, configure(options.session));
  const picture = typeof options.image === 'string' ? readPicture(options.image) : options.image;
  const rgb = fitPicture(picture, plan);
  const input = quantisePicture(plan.input, rgb);
  progress('computing the integer reference');
  const reference = referenceRun(plan, input, options.session);
  const float = options.float ? await trained(deployment, rgb, progress) : undefined;
  progress(`running on the cluster`);
  const run = runNetwork(plan, {
    ...options.session,
    ...(options.program === undefined ? {} : { program: options.program }),
    input,
    reference: (layer) => bytesOf(reference.tensor(layer)),
    ...(options.watcher === undefined ? {} : { watcher: options.watcher }),
    ...(options.onLayer === undefined ? {} : { progress: options.onLayer }),
  });
  const outputs = plan.outputs.map((name) => realOutput(plan, name, run.outputs.get(name)!));
  return {
    deployment,
    run,
    chip: reference.chip,
    picture,
    answer: answerOf(plan.tail, outputs),
    float:
      float === undefined
        ? undefined
        : answerOf(
            plan.tail,
            plan.outputs.map((name) => float.get(name)!),
          ),
    cosines: float === undefined ? new Map() : cosinesOf(plan, reference, float),
  };
}

async function trained(
  { info, plan }: Deployment,
  rgb: Uint8Array,
  progress: Progress,
): Promise<FloatTensors> {
  let graph: FloatGraph;
  try {
    graph = await loadModel(info.model, info.import, progress);
  } catch (cause) {
    if (!(cause instanceof OctobarError)) throw cause;
    throw cause.with({ hint: 'the model is needed for the comparison; --no-float leaves it out' });
  }
  progress(`running ${plan.name} in floating point`);
  return runFloat(graph, pictureValues(graph.input, rgb));
}

/** Real values of an output from its bytes. */
function realOutput(plan: NetworkPlan, name: string, bytes: Uint8Array): Float64Array {
  const tensor = plan.layers.find((layer) => layer.name === name)!.output;
  const { buffer, byteOffset, byteLength } = bytes;
  switch (tensor.kind) {
    case 'int32':
      return realValues(tensor, new Int32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
    case 'int8':
      return realValues(tensor, new Int8Array(buffer, byteOffset, byteLength));
    case 'uint8':
      return realValues(tensor, bytes);
  }
}

function answerOf(tail: NetworkPlan['tail'], outputs: readonly ArrayLike<number>[]): Answer {
  switch (tail.kind) {
    case 'classifier':
      return { classes: rank(outputs[0]!, tail.labels), detections: [] };
    case 'detector':
      return { classes: [], detections: detect(tail, outputs) };
    case 'features':
      return { classes: [], detections: [] };
  }
}

function cosinesOf(
  plan: NetworkPlan,
  reference: ReferenceRun,
  float: FloatTensors,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name } of plan.layers) {
    const real = float.get(name);
    // Cosine does not depend on the scale of the codes.
    if (real !== undefined) found.set(name, cosine(reference.tensor(name), real));
  }
  return found;
}
