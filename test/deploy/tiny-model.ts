import type { LayersModelFiles } from '../../src/datasets/index.js';
import type { Literal } from '../../src/datasets/script-literal.js';

type Config = { [key: string]: Literal };

/**
 * A LayersModel with the topology of MobileNetV2 and hardly any channels: what the importer reads,
 * small enough to break in every place. All weight codes are 1, scale 0.5, min 0, so every weight
 * is 0.5 unless a test says otherwise.
 */
export class TinyModel {
  readonly layers: Config[] = [];
  readonly weights: Config[] = [];
  private last = '';

  constructor() {
    this.layer('input_1', 'InputLayer', { batch_input_shape: [null, 8, 8, 3] }, []);
    this.padding('Conv1_pad');
    this.convolution('Conv1', 3, 3, 2, 2);
    this.relu('Conv1_relu');
    for (let block = 0; block < 17; block += 1) this.block(block);
    this.convolution('Conv_1', 1, 2, 4, 1);
    this.relu('out_relu');
    this.layer('pool', 'GlobalAveragePooling2D', {});
    this.dense('dense_1', 4, 3, 'relu');
    this.dense('dense_2', 3, 5, 'softmax');
  }

  /** The files as nsfwjs would hold them. */
  files(): LayersModelFiles {
    const bytes = this.weights.reduce((sum, entry) => sum + count(entry['shape'] as number[]), 0);
    return {
      description: {
        modelTopology: { model_config: { config: { layers: this.layers } } },
        weightsManifest: [{ weights: this.weights }],
      },
      weights: new Uint8Array(bytes).fill(1),
    };
  }

  find(name: string): Config {
    return this.layers.find((layer) => layer['name'] === name)!;
  }

  weight(name: string): Config {
    return this.weights.find((entry) => entry['name'] === name)!;
  }

  private block(number: number): void {
    const before = this.last;
    const stride = number === 1 ? 2 : 1;
    const name = `block_${number}`;
    if (number > 0) {
      this.convolution(`${name}_expand`, 1, 2, 2, 1);
      this.relu(`${name}_expand_relu`);
    }
    if (stride === 2) this.padding(`${name}_pad`);
    this.depthwise(`${name}_depthwise`, 2, stride);
    this.relu(`${name}_depthwise_relu`);
    this.convolution(`${name}_project`, 1, 2, 2, 1);
    if (number >= 2) this.layer(`${name}_add`, 'Add', {}, [before, this.last]);
  }

  private convolution(
    name: string,
    kernel: number,
    from: number,
    to: number,
    stride: number,
  ): void {
    this.layer(name, 'Conv2D', {
      filters: to,
      kernel_size: [kernel, kernel],
      strides: [stride, stride],
      padding: stride === 2 ? 'valid' : 'same',
      use_bias: false,
      activation: 'linear',
    });
    this.tensor(`${name}/kernel`, [kernel, kernel, from, to]);
    this.normalisation(`${name}_BN`, to);
  }

  private depthwise(name: string, channels: number, stride: number): void {
    this.layer(name, 'DepthwiseConv2D', {
      kernel_size: [3, 3],
      strides: [stride, stride],
      padding: stride === 2 ? 'valid' : 'same',
      use_bias: false,
      activation: 'linear',
    });
    this.tensor(`${name}/depthwise_kernel`, [3, 3, channels, 1]);
    this.normalisation(`${name}_BN`, channels);
  }

  private normalisation(name: string, channels: number): void {
    this.layer(name, 'BatchNormalization', { epsilon: 0.5 });
    for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance']) {
      this.tensor(`${name}/${part}`, [channels]);
    }
  }

  private relu(name: string): void {
    this.layer(name, 'ReLU', { max_value: 6, negative_slope: 0, threshold: 0 });
  }

  private padding(name: string): void {
    const padding = [
      [0, 1],
      [0, 1],
    ];
    this.layer(name, 'ZeroPadding2D', { padding });
  }

  private dense(name: string, inputs: number, units: number, activation: string): void {
    this.layer(name, 'Dense', { units, activation });
    this.tensor(`${name}/kernel`, [inputs, units]);
    this.tensor(`${name}/bias`, [units]);
  }

  private layer(name: string, kind: string, config: Config, inputs = [this.last]): void {
    const nodes = inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])];
    this.layers.push({ name, class_name: kind, config, inbound_nodes: nodes });
    this.last = name;
  }

  private tensor(name: string, shape: number[]): void {
    const quantization = { scale: 0.5, min: 0, dtype: 'uint8' };
    this.weights.push({ name, shape, dtype: 'float32', quantization });
  }
}

const count = (shape: number[]): number => shape.reduce((product, size) => product * size, 1);
