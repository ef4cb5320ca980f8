import type { TfjsFiles } from '../../../src/deploy/import/tfjs-layers.js';
import type { Literal } from '../../../src/datasets/script-literal.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const list = (values: number[]): Literal => ({ list: { i: values.map(String) } });

/** Attributes of a convolution as tfjs-converter writes them. */
const windowed = (stride: number, fused: string[]): { [key: string]: Literal } => ({
  strides: list([1, stride, stride, 1]),
  padding: { s: base64('SAME') },
  data_format: { s: base64('NHWC') },
  dilations: list([1, 1, 1, 1]),
  fused_ops: { list: { s: fused.map(base64) } },
});

/**
 * A graph model of one fused convolution, a fused depth-wise one, an addition, a mean, a product and
 * a softmax, with weights as float16, affine bytes and float32.
 */
export class SmallGraph {
  readonly nodes: { [key: string]: Literal }[] = [];
  readonly weights: { [key: string]: Literal }[] = [];
  private readonly bytes: Uint8Array[] = [];

  constructor() {
    this.node('picture', 'Placeholder', [], {
      shape: { shape: { dim: [-1, 4, 4, 1].map((size) => ({ size: String(size) })) } },
    });
    this.constant('two', [], Float32Array.of(2));
    this.constant('one', [], Float32Array.of(1));
    this.node('scaled', 'Mul', ['two', 'picture'], {});
    this.node('centred', 'Sub', ['scaled', 'one'], {});
    this.half('kernel', [1, 1, 1, 2], [0x3c00, 0xc000]);
    this.affine('bias', [2], [3, 1], 0.5, -1);
    this.node(
      'path/conv/Relu6',
      '_FusedConv2D',
      ['centred', 'kernel', 'bias'],
      windowed(1, ['BiasAdd', 'Relu6']),
    );
    this.constant('taps', [1, 1, 2, 1], Float32Array.of(3, 4));
    this.node(
      'path/depthwise',
      'DepthwiseConv2dNative',
      ['path/conv/Relu6', 'taps', '^picture'],
      windowed(1, []),
    );
    this.node('sum', 'AddV2', ['path/depthwise:0', 'path/conv/Relu6'], {});
    this.constant('axes', [2], Int32Array.of(1, 2));
    this.node('mean', 'Mean', ['sum', 'axes'], { keep_dims: { b: false } });
    this.constant('matrix', [2, 3], Float32Array.of(1, 0, 1, 0, 1, 1));
    this.node('dense', 'MatMul', ['mean', 'matrix'], { transpose_b: { b: false } });
    this.node('softmax', 'Softmax', ['dense'], {});
  }

  files(): TfjsFiles {
    return {
      description: {
        modelTopology: { node: this.nodes },
        weightsManifest: [{ paths: ['a'], weights: this.weights }],
      },
      weights: new Uint8Array(Buffer.concat(this.bytes)),
    };
  }

  find(name: string): { [key: string]: Literal } {
    return this.nodes.find((node) => node['name'] === name)!;
  }

  private node(name: string, op: string, input: string[], attr: { [key: string]: Literal }): void {
    this.nodes.push({ name, op, input, attr });
  }

  private constant(name: string, shape: number[], values: Float32Array | Int32Array): void {
    const dtype = values instanceof Int32Array ? 'int32' : 'float32';
    this.store(name, { name, shape, dtype }, new Uint8Array(values.buffer));
  }

  private half(name: string, shape: number[], bits: number[]): void {
    const quantization = { dtype: 'float16', original_dtype: 'float32' };
    const bytes = new Uint8Array(Uint16Array.from(bits).buffer);
    this.store(name, { name, shape, dtype: 'float32', quantization }, bytes);
  }

  private affine(name: string, shape: number[], codes: number[], scale: number, min: number): void {
    const quantization = { dtype: 'uint8', scale, min };
    this.store(name, { name, shape, dtype: 'float32', quantization }, Uint8Array.from(codes));
  }

  private store(name: string, entry: { [key: string]: Literal }, bytes: Uint8Array): void {
    this.node(name, 'Const', [], {});
    this.weights.push(entry);
    this.bytes.push(bytes);
  }
}
