import type { LayersModelFiles } from '../../datasets/nsfwjs.js';
import type { Bottleneck, Convolution, Dense, DepthwiseConvolution, MobileNet } from './graph.js';
import {
  badModel,
  list,
  readLayersModel,
  whole,
  type KerasLayer,
  type LayersModel,
  type Tensor,
} from './layers-model.js';

const blockCount = 17;

/**
 * MobileNetV2 from its tfjs LayersModel, batch normalisation folded into weights and biases.
 * Layers are followed along the wires of the model, so another topology is refused rather than
 * misread.
 *
 * @throws OctobarError `image` naming the layer that is missing or unlike MobileNetV2.
 */
export function importMobileNet(files: LayersModelFiles): MobileNet {
  const model = readLayersModel(files);
  const walk = new Walk(model);
  const input = walk.take('InputLayer');
  const shape = list(input.config['batch_input_shape'], 'batch_input_shape');
  const side = whole(shape[1], 'the input height');
  if (whole(shape[2], 'the input width') !== side || whole(shape[3], 'the input depth') !== 3) {
    throw badModel('the input is not a square RGB picture');
  }
  const stem = walk.convolution(3, 3, true);
  const blocks: Bottleneck[] = [];
  let channels = stem.outChannels;
  for (let number = 0; number < blockCount; number += 1) {
    const block = walk.bottleneck(number, channels);
    blocks.push(block);
    channels = block.project.outChannels;
  }
  const head = walk.convolution(1, channels, true);
  walk.take('AveragePooling2D', 'GlobalAveragePooling2D');
  const dense: Dense[] = [];
  for (let inputs = head.outChannels; !walk.atEnd();) {
    const layer = walk.dense(inputs);
    if (layer === undefined) continue;
    dense.push(layer);
    inputs = layer.outputs;
  }
  if (dense.at(-1)?.activation !== 'softmax') throw badModel('it does not end with a softmax');
  return { side, stem, blocks, head, dense };
}

/** Steps from layer to layer; where a residual branches off, along the convolutions. */
class Walk {
  private readonly model: LayersModel;
  private readonly followers = new Map<string, KerasLayer[]>();
  /** Last layer taken; its followers come next. */
  private last: string | undefined;
  private padded = false;

  constructor(model: LayersModel) {
    this.model = model;
    for (const layer of model.layers.values()) {
      for (const input of layer.inputs) {
        const known = this.followers.get(input) ?? [];
        known.push(layer);
        this.followers.set(input, known);
      }
    }
  }

  atEnd(): boolean {
    return this.next() === undefined;
  }

  take(...kinds: string[]): KerasLayer {
    const layer = this.next();
    if (layer === undefined || !kinds.includes(layer.kind)) {
      const found = layer === undefined ? 'its end' : `${layer.name} (${layer.kind})`;
      throw badModel(
        `after ${this.last ?? 'its start'}: expected ${kinds.join(' or ')}, found ${found}`,
      );
    }
    this.last = layer.name;
    return layer;
  }

  convolution(kernel: 1 | 3, inChannels: number, relu6: boolean): Convolution {
    this.skipPadding();
    const layer = this.take('Conv2D');
    const stride = this.strideOf(layer, kernel);
    const outChannels = whole(layer.config['filters'], `filters of ${layer.name}`);
    const raw = this.weight(layer, 'kernel', [kernel, kernel, inChannels, outChannels]);
    const { scale, bias } = this.normalisation(outChannels);
    const weights = Float32Array.from(raw.values, (w, i) => w * scale[i % outChannels]!);
    if (relu6) this.relu6();
    return { name: layer.name, kernel, stride, inChannels, outChannels, relu6, weights, bias };
  }

  bottleneck(number: number, inChannels: number): Bottleneck {
    const before = this.last;
    const expand =
      this.next()?.kind === 'Conv2D' ? this.convolution(1, inChannels, true) : undefined;
    const depthwise = this.depthwise(expand?.outChannels ?? inChannels);
    const project = this.convolution(1, depthwise.channels, false);
    const residual = this.next()?.kind === 'Add';
    if (residual) {
      const branch = this.last;
      const add = this.take('Add');
      if (
        add.inputs.length !== 2 ||
        !add.inputs.includes(before!) ||
        !add.inputs.includes(branch!)
      ) {
        throw badModel(`${add.name} does not add the input of its block`);
      }
      if (project.outChannels !== inChannels) throw badModel(`${add.name} adds unequal shapes`);
    }
    return {
      number,
      ...(expand === undefined ? {} : { expand }),
      depthwise,
      project,
      residual,
    };
  }

  /** The next dense layer, or undefined after a layer that does nothing to the values. */
  dense(inputs: number): Dense | undefined {
    const layer = this.take('Dense', 'Dropout', 'Reshape', 'Flatten');
    if (layer.kind !== 'Dense') return undefined;
    const outputs = whole(layer.config['units'], `units of ${layer.name}`);
    const activation = layer.config['activation'];
    if (activation !== 'relu' && activation !== 'softmax') {
      throw badModel(`${layer.name} has the activation ${String(activation)}`);
    }
    return {
      name: layer.name,
      inputs,
      outputs,
      activation,
      weights: Float32Array.from(this.weight(layer, 'kernel', [inputs, outputs]).values),
      bias: Float32Array.from(this.weight(layer, 'bias', [outputs]).values),
    };
  }

  private depthwise(channels: number): DepthwiseConvolution {
    this.skipPadding();
    const layer = this.take('DepthwiseConv2D');
    const stride = this.strideOf(layer, 3);
    const raw = this.weight(layer, 'depthwise_kernel', [3, 3, channels, 1]);
    const { scale, bias } = this.normalisation(channels);
    this.relu6();
    const weights = Float32Array.from(raw.values, (w, i) => w * scale[i % channels]!);
    return { name: layer.name, stride, channels, weights, bias };
  }

  private next(): KerasLayer | undefined {
    if (this.last === undefined) {
      return [...this.model.layers.values()].find((layer) => layer.inputs.length === 0);
    }
    const followers = this.followers.get(this.last) ?? [];
    // Where a skip leaves, the Add is the far end of it and the other follower is the way on.
    return followers.length > 1 ? followers.find((layer) => layer.kind !== 'Add') : followers[0];
  }

  private skipPadding(): void {
    this.padded = this.next()?.kind === 'ZeroPadding2D';
    if (!this.padded) return;
    const layer = this.take('ZeroPadding2D');
    if (list(layer.config['padding'], 'padding').join() !== '0,1,0,1') {
      throw badModel(`${layer.name} does not pad one row and column behind`);
    }
  }

  /** Padding behind plus `valid` at stride 2 on an even size is SAME, and a 1x1 kernel never pads. */
  private strideOf(layer: KerasLayer, kernel: number): 1 | 2 {
    const { name, config } = layer;
    const stride = whole(list(config['strides'], `strides of ${name}`)[0], `strides of ${name}`);
    const size = list(config['kernel_size'], `kernel_size of ${name}`).join();
    const sound =
      (stride === 1 || stride === 2) &&
      list(config['strides'], name).join() === `${stride},${stride}` &&
      size === `${kernel},${kernel}` &&
      (kernel === 1 || config['padding'] === (this.padded ? 'valid' : 'same')) &&
      this.padded === (stride === 2) &&
      config['use_bias'] === false &&
      config['activation'] === 'linear';
    if (!sound) throw badModel(`${name} is not a convolution as MobileNetV2 has it`);
    return stride as 1 | 2;
  }

  /** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, as a factor and a bias per channel. */
  private normalisation(channels: number): { scale: Float64Array; bias: Float32Array } {
    const layer = this.take('BatchNormalization');
    const epsilon = layer.config['epsilon'];
    if (typeof epsilon !== 'number' || !(epsilon > 0))
      throw badModel(`${layer.name} has no epsilon`);
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
      (part) => this.weight(layer, part, [channels]).values,
    );
    const scale = variance!.map((v, c) => gamma![c]! / Math.sqrt(v + epsilon));
    if (!scale.every(Number.isFinite)) throw badModel(`${layer.name} has a negative variance`);
    return { scale, bias: Float32Array.from(scale, (s, c) => beta![c]! - s * mean![c]!) };
  }

  private relu6(): void {
    const layer = this.take('ReLU');
    const { max_value: top, negative_slope: slope, threshold } = layer.config;
    if (top !== 6 || slope !== 0 || threshold !== 0) throw badModel(`${layer.name} is not ReLU6`);
  }

  private weight(layer: KerasLayer, part: string, shape: readonly number[]): Tensor {
    return this.model.tensor(`${layer.name}/${part}`, shape);
  }
}
