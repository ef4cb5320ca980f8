import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf } from '../datasets/cache.js';
import {
  classNames,
  loadMovenet,
  loadNsfwjsMid,
  loadNsfwjsMobileNet,
  loadObjectronDetector,
  type Progress,
} from '../datasets/index.js';
import type { FloatGraph } from './graph/float-graph.js';
import { importDetector } from './import/detector.js';
import { modelError } from './import/errors.js';
import type { ModelOptions } from './model-options.js';
import { list, record, text } from './import/literal.js';
import { importOnnx } from './import/onnx.js';
import type { ImportOptions } from './import/operators.js';
import { importGraphModel } from './import/tfjs-graph.js';
import { importLayersModel } from './import/tfjs-layers.js';
import { importTflite } from './import/tflite.js';
import type { Literal } from '../datasets/script-literal.js';

/** A trained network that can be had by name. */
export interface KnownModel {
  readonly name: string;
  readonly title: string;
  /** Package and licence. */
  readonly source: string;
  load(progress: Progress): Promise<FloatGraph>;
}

const movenetEnd =
  'StatefulPartitionedCall/center_net_mobile_net_v2fpn_feature_extractor/model_1/model/out_relu/Relu6';

/** Downloaded on first use, with checksums (src/datasets). */
export const knownModels: readonly KnownModel[] = [
  {
    name: 'mobilenet-v2',
    title: 'MobileNetV2 1.0 at 224x224, five classes of content',
    source: 'npm nsfwjs 4.4.0 mobilenet_v2, MIT',
    load: async (progress) =>
      importLayersModel(await loadNsfwjsMobileNet(progress), 'mobilenet-v2', {
        labels: classNames,
      }),
  },
  {
    name: 'mobilenet-v2-1.4',
    title: 'MobileNetV2 1.4 at 224x224, five classes of content',
    source: 'npm nsfwjs 4.4.0 mobilenet_v2_mid, MIT',
    load: async (progress) =>
      importGraphModel(await loadNsfwjsMid(progress), 'mobilenet-v2-1.4', { labels: classNames }),
  },
  {
    name: 'ssd-mobilenet-v2',
    title: 'SSD MobileNetV2 1.0 at 300x300, 23 kinds of objects',
    source: 'npm @mediapipe/objectron 0.4.1675468480, Apache-2.0',
    load: async (progress) => {
      const { model, labels } = await loadObjectronDetector(progress);
      return importDetector(model, 'ssd-mobilenet-v2', labels);
    },
  },
  {
    name: 'movenet-backbone',
    title: 'backbone of MoveNet Lightning: MobileNetV2 1.0 at 192x192, features only',
    source: 'npm @vladmandic/human 3.3.6 movenet-lightning, Apache-2.0',
    load: async (progress) =>
      importGraphModel(await loadMovenet(progress), 'movenet-backbone', {
        range: [0, 255],
        outputs: [movenetEnd],
      }),
  },
];

/** No model that fits the platform has a larger file. */
const largestFile = 1 << 28;

/**
 * A network by its name in `knownModels`, or from a file: `model.json` of tfjs with its weight
 * files beside it, `.tflite`, or `.onnx`.
 *
 * @throws OctobarError `file` when it cannot be read or downloaded, `image` when it is malformed or
 * holds what is not supported, `usage` for anything else.
 */
export async function loadModel(
  nameOrPath: string,
  options: ModelOptions = {},
  progress: Progress = () => {},
): Promise<FloatGraph> {
  const known = knownModels.find(({ name }) => name === nameOrPath);
  if (known !== undefined) {
    if (Object.keys(options).length > 0) {
      throw new OctobarError('usage', `the known model ${nameOrPath} has its outputs and labels`, {
        hint: '--output, --labels, --range and --detector are for model files',
      });
    }
    return known.load(progress);
  }
  return importFile(nameOrPath, options);
}

function importFile(nameOrPath: string, options: ModelOptions): FloatGraph {
  const name = basename(nameOrPath).replace(/\.\w+$/, '');
  if (options.detector === true) return importDetectorFile(nameOrPath, name, options);
  if (nameOrPath.endsWith('.tflite')) return importTflite(readModel(nameOrPath), name, options);
  if (nameOrPath.endsWith('.onnx')) return importOnnx(readModel(nameOrPath), name, options);
  if (nameOrPath.endsWith('.json')) return loadTfjs(nameOrPath, name, options);
  throw new OctobarError('usage', `there is no model "${nameOrPath}"`, {
    hint: `give a .json, .tflite or .onnx file, or one of ${knownModels.map((m) => m.name).join(', ')}`,
  });
}

function importDetectorFile(path: string, name: string, options: ModelOptions): FloatGraph {
  const { labels, outputs } = options;
  if (!path.endsWith('.tflite') || labels === undefined || outputs !== undefined) {
    throw new OctobarError('usage', 'a detector is a .tflite file with --labels and no --output', {
      hint: 'the first label is the background',
    });
  }
  return importDetector(readModel(path), name, labels, options.range);
}

function readModel(path: string): Uint8Array {
  try {
    if (statSync(path).size > largestFile) throw new Error(`it has more than ${largestFile} bytes`);
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new OctobarError('file', `cannot read the model ${path}: ${messageOf(cause)}`);
  }
}

function loadTfjs(path: string, name: string, options: ImportOptions): FloatGraph {
  let description: Literal;
  try {
    description = JSON.parse(Buffer.from(readModel(path)).toString('utf8')) as Literal;
  } catch (cause) {
    if (cause instanceof OctobarError) throw cause;
    throw modelError(`${path} is not JSON: ${messageOf(cause)}`);
  }
  const root = record(description, 'the description');
  const shards = list(root['weightsManifest'], 'weightsManifest').flatMap((group) =>
    list(record(group, 'a weight group')['paths'], 'paths').map((item) => text(item, 'a path')),
  );
  const weights = shards.map((shard) => {
    // A description must not lead to files outside its folder.
    if (basename(shard) !== shard || shard === '..') throw modelError(`weight file "${shard}"`);
    return readModel(join(dirname(path), shard));
  });
  const files = { description, weights: new Uint8Array(Buffer.concat(weights)) };
  const topology = record(root['modelTopology'], 'modelTopology');
  return topology['node'] === undefined
    ? importLayersModel(files, name, options)
    : importGraphModel(files, name, options);
}
