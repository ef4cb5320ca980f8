import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { LayersModelFiles } from '../../src/datasets/index.js';

/** What tfjs computes for one picture. */
export interface TfjsRun {
  readonly probabilities: Float32Array;
  /** Output of each of the 17 blocks, HWC. */
  readonly blocks: readonly Float32Array[];
}

const residualBlocks = [2, 4, 5, 7, 8, 9, 11, 12, 14, 15];

/** Keras name of the layer whose output is the output of a block. */
function outputLayer(block: number): string {
  if (block === 0) return 'expanded_conv_project_BN';
  return `block_${block}_${residualBlocks.includes(block) ? 'add' : 'project_BN'}`;
}

/** Runs the original, unfolded model in tfjs on the CPU. */
export async function runInTfjs(
  files: LayersModelFiles,
  pictures: readonly Float32Array[],
): Promise<TfjsRun[]> {
  await tf.setBackend('cpu');
  const description = files.description as unknown as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const loaded = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology: description.modelTopology,
      weightSpecs: description.weightsManifest.flatMap((group) => group.weights),
      weightData: files.weights.slice().buffer,
    }),
  );
  const outputs = Array.from(
    { length: 17 },
    (_, block) => loaded.getLayer(outputLayer(block)).output as SymbolicTensor,
  );
  const observed = model({
    inputs: loaded.inputs,
    outputs: [...outputs, loaded.outputs[0]!],
  });
  return pictures.map((picture) =>
    tf.tidy(() => {
      const input = tf.tensor4d(picture, [1, 224, 224, 3]);
      const results = observed.predict(input) as tf.Tensor[];
      const data = results.map((result) => result.dataSync() as Float32Array);
      return { probabilities: data[17]!, blocks: data.slice(0, 17) };
    }),
  );
}
