import {
  inputName,
  type Activation,
  type FloatGraph,
  type FloatNode,
  type InputScaling,
} from '../graph/float-graph.js';
import type { HostTail } from '../graph/host-tail.js';
import { elements, type MapSize, type Window } from '../graph/tensor.js';
import { nodeError, modelError } from './errors.js';
import { shortNames } from './names.js';
import { checkMap, windowFor, type Padding, type PaddingRule } from './shapes.js';

/** Which operator of the file is being imported, for errors and names. */
export interface Origin {
  /** Name of the node in the file. */
  readonly node: string;
  readonly op: string;
  /** Tensor that it writes. */
  readonly tensor: string;
  /** How many other nodes read that tensor. */
  readonly uses: number;
}

/** A node that later operators may still be folded into. */
interface Draft {
  readonly kind: FloatNode['kind'];
  readonly origin: Origin;
  readonly inputs: readonly (Draft | undefined)[];
  readonly size: MapSize;
  readonly window: Window | undefined;
  readonly inChannels: number;
  readonly weights: Float32Array;
  readonly bias: Float64Array;
  activation: Activation;
  /** Readers of the tensor that now stands for this node. */
  uses: number;
}

/** What a tensor of the file is in the graph being built. */
export interface Value {
  /** Undefined: the picture. */
  readonly draft: Draft | undefined;
  readonly size: MapSize;
  /** Zeros around it that the next window takes in. */
  readonly padding?: Padding;
  /** All elements in one row; only a dense layer can take it. */
  readonly flat?: boolean;
  /** Only of the picture. */
  readonly scaling?: InputScaling;
  readonly softmax?: boolean;
}

export interface WindowedSpec {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: PaddingRule;
  readonly activation: Activation;
  readonly bias?: ArrayLike<number>;
}

/** Most operations that are accepted: a thousand times those of MobileNetV2. */
const mostMacs = 3e11;

/**
 * Builds a float graph from the operators of any format, in an order in which each follows its
 * inputs. Batch normalisation, activations, padding and scaling of the picture are folded.
 */
export class GraphBuilder {
  private readonly drafts: Draft[] = [];
  private readonly name: string;
  private scaling: InputScaling | undefined;
  private inputSize: MapSize | undefined;
  private operations = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** The picture: `range` is what the model expects black and white to be. */
  picture(size: MapSize, range: readonly [number, number]): Value {
    checkMap('input', 'picture', size);
    this.inputSize = size;
    const [low, high] = range;
    return { draft: undefined, size, scaling: { factor: (high - low) / 255, offset: low } };
  }

  /** @param weights [kernel rows][kernel columns][in][out] */
  convolution(
    origin: Origin,
    input: Value,
    spec: WindowedSpec & { readonly weights: Float32Array; readonly outChannels: number },
  ): Value {
    const { channels } = this.spatial(origin, input).size;
    const { window, size } = windowFor(origin, input, spec, spec.outChannels);
    return this.weighted(origin, input, 'convolution', window, size, channels, spec);
  }

  /** @param weights [kernel rows][kernel columns][channels] */
  depthwise(
    origin: Origin,
    input: Value,
    spec: WindowedSpec & { readonly weights: Float32Array },
  ): Value {
    const { channels } = this.spatial(origin, input).size;
    const { window, size } = windowFor(origin, input, spec, channels);
    return this.weighted(origin, input, 'depthwise', window, size, 1, spec);
  }

  /** @param weights [inputs][outputs] */
  dense(
    origin: Origin,
    input: Value,
    outputs: number,
    weights: Float32Array,
    bias: ArrayLike<number> | undefined,
    activation: Activation,
  ): Value {
    const { height, width } = input.size;
    if (!input.flat && height * width !== 1) {
      throw nodeError(
        origin.node,
        origin.op,
        `its input is a ${height}x${width} map, not a vector`,
      );
    }
    return this.convolution(
      origin,
      { ...input, flat: false },
      {
        kernel: [height, width],
        stride: [1, 1],
        padding: 'valid',
        activation,
        weights,
        outChannels: outputs,
        ...(bias === undefined ? {} : { bias }),
      },
    );
  }

  /** value * scale[c] + offset[c], folded into the layer before. */
  affine(origin: Origin, input: Value, scale: ArrayLike<number>, offset: ArrayLike<number>): Value {
    const { draft, size, scaling } = input;
    const channels = size.channels;
    const at = (values: ArrayLike<number>, c: number): number =>
      values.length === 1 ? values[0]! : values[c]!;
    for (const values of [scale, offset]) {
      if (values.length !== 1 && values.length !== channels) {
        throw nodeError(
          origin.node,
          origin.op,
          `${values.length} factors for ${channels} channels`,
        );
      }
      for (let c = 0; c < values.length; c += 1) {
        if (!Number.isFinite(values[c]!)) {
          throw nodeError(origin.node, origin.op, 'a factor or offset is not a finite number');
        }
      }
    }
    if (draft === undefined) {
      const even = (values: ArrayLike<number>): boolean =>
        Array.from(values).every((v) => v === values[0]);
      if (scaling === undefined || input.padding !== undefined || !even(scale) || !even(offset)) {
        throw nodeError(origin.node, origin.op, 'the picture can only be scaled as a whole');
      }
      return {
        ...input,
        scaling: {
          factor: scaling.factor * scale[0]!,
          offset: scaling.offset * scale[0]! + offset[0]!,
        },
      };
    }
    this.foldable(origin, input, draft, ['convolution', 'depthwise']);
    for (let i = 0; i < draft.weights.length; i += 1) draft.weights[i]! *= at(scale, i % channels);
    for (let c = 0; c < channels; c += 1) {
      draft.bias[c] = draft.bias[c]! * at(scale, c) + at(offset, c);
    }
    draft.uses = origin.uses;
    return input;
  }

  activation(origin: Origin, input: Value, activation: Activation): Value {
    const { draft } = input;
    if (draft === undefined) {
      throw nodeError(origin.node, origin.op, 'there is no layer before it that could clip');
    }
    this.foldable(origin, input, draft, ['convolution', 'depthwise', 'add']);
    draft.activation = activation;
    draft.uses = origin.uses;
    return input;
  }

  pad(origin: Origin, input: Value, padding: Padding): Value {
    // Exporters put an empty one in front of every mean.
    if (Object.values(padding).every((n) => n === 0)) return input;
    if (input.padding !== undefined || input.flat) {
      throw nodeError(origin.node, origin.op, 'padding of what is padded or flat already');
    }
    return { ...input, padding };
  }

  add(origin: Origin, a: Value, b: Value, activation: Activation): Value {
    const plain = (v: Value): boolean => v.padding === undefined && !v.flat && !v.softmax;
    const { size } = a;
    const equal =
      size.height === b.size.height &&
      size.width === b.size.width &&
      size.channels === b.size.channels;
    if (!equal || !plain(a) || !plain(b)) {
      throw nodeError(origin.node, origin.op, 'it adds tensors of unequal shape');
    }
    if (a.draft === undefined || b.draft === undefined) {
      throw nodeError(origin.node, origin.op, 'it adds the picture itself');
    }
    return this.push({
      kind: 'add',
      origin,
      inputs: [a.draft, b.draft],
      size,
      window: undefined,
      inChannels: size.channels,
      weights: new Float32Array(0),
      bias: new Float64Array(0),
      activation,
      uses: origin.uses,
    });
  }

  averagePool(
    origin: Origin,
    input: Value,
    spec: Pick<WindowedSpec, 'kernel' | 'stride' | 'padding'>,
  ): Value {
    const { draft, size: from } = this.spatial(origin, input);
    const { window, size } = windowFor(origin, input, spec, from.channels);
    const inside =
      input.padding === undefined &&
      window.padTop === 0 &&
      window.padLeft === 0 &&
      (size.height - 1) * window.strideY + window.kernelHeight <= from.height &&
      (size.width - 1) * window.strideX + window.kernelWidth <= from.width;
    if (!inside) throw nodeError(origin.node, origin.op, 'a mean over padding is not supported');
    if (draft === undefined) throw nodeError(origin.node, origin.op, 'it pools the picture itself');
    return this.push({
      kind: 'average-pool',
      origin,
      inputs: [draft],
      size,
      window,
      inChannels: from.channels,
      weights: new Float32Array(0),
      bias: new Float64Array(0),
      activation: 'linear',
      uses: origin.uses,
    });
  }

  globalMean(origin: Origin, input: Value): Value {
    const { height, width } = input.size;
    return this.averagePool(origin, input, {
      kernel: [height, width],
      stride: [1, 1],
      padding: 'valid',
    });
  }

  /** The graph that ends with `outputs`. */
  finish(outputs: readonly Value[], tail: HostTail): FloatGraph {
    const ends = outputs.map(({ draft, padding }) => {
      if (draft === undefined || padding !== undefined) {
        throw modelError('an output of the model is not the output of a layer');
      }
      return draft;
    });
    const names = shortNames(this.drafts.map((draft) => draft.origin.node));
    const nameOf = new Map<Draft | undefined, string>([[undefined, inputName]]);
    this.drafts.forEach((draft, i) => nameOf.set(draft, names[i]!));
    const used = new Set<Draft>(ends);
    for (const draft of this.drafts.toReversed()) {
      if (!used.has(draft)) continue;
      for (const input of draft.inputs) if (input !== undefined) used.add(input);
    }
    return {
      name: this.name,
      input: { ...this.inputSize!, ...(this.scaling ?? { factor: 1 / 255, offset: 0 }) },
      nodes: this.drafts
        .filter((draft) => used.has(draft))
        .map((draft) =>
          finished(
            draft,
            draft.inputs.map((input) => nameOf.get(input)!),
            nameOf.get(draft)!,
          ),
        ),
      outputs: ends.map((draft) => nameOf.get(draft)!),
      tail,
    };
  }

  private weighted(
    origin: Origin,
    input: Value,
    kind: 'convolution' | 'depthwise',
    window: Window,
    size: MapSize,
    inChannels: number,
    spec: WindowedSpec & { readonly weights: Float32Array },
  ): Value {
    const { channels } = size;
    const { weights, bias, activation } = spec;
    const count = window.kernelHeight * window.kernelWidth * inChannels * channels;
    if (weights.length !== count) {
      throw nodeError(origin.node, origin.op, `${weights.length} weights, expected ${count}`);
    }
    if (bias !== undefined && bias.length !== channels) {
      throw nodeError(origin.node, origin.op, `${bias.length} biases for ${channels} channels`);
    }
    const finite = (values: ArrayLike<number>): boolean => {
      for (let i = 0; i < values.length; i += 1) if (!Number.isFinite(values[i]!)) return false;
      return true;
    };
    if (!finite(weights) || (bias !== undefined && !finite(bias))) {
      throw nodeError(origin.node, origin.op, 'a weight or bias is not a finite number');
    }
    this.operations += size.height * size.width * count;
    if (this.operations > mostMacs) {
      throw nodeError(origin.node, origin.op, `the model has more than ${mostMacs} operations`);
    }
    if (input.draft === undefined) this.usePicture(origin, input);
    return this.push({
      kind,
      origin,
      inputs: [input.draft],
      size,
      window,
      inChannels,
      weights: weights.slice(),
      bias: bias === undefined ? new Float64Array(channels) : Float64Array.from(bias),
      activation,
      uses: origin.uses,
    });
  }

  private usePicture(origin: Origin, input: Value): void {
    const { scaling } = input;
    const other =
      this.scaling !== undefined &&
      (this.scaling.factor !== scaling?.factor || this.scaling.offset !== scaling.offset);
    if (scaling === undefined || other) {
      throw nodeError(origin.node, origin.op, 'the picture is used under two scalings');
    }
    this.scaling = scaling;
  }

  private spatial(origin: Origin, input: Value): Value {
    if (input.flat || input.softmax) {
      throw nodeError(origin.node, origin.op, 'its input is not a feature map');
    }
    return input;
  }

  private foldable(
    origin: Origin,
    input: Value,
    draft: Draft,
    kinds: readonly Draft['kind'][],
  ): void {
    const fits = kinds.includes(draft.kind) && draft.activation === 'linear';
    if (!fits || draft.uses > 1 || input.padding !== undefined || input.softmax) {
      throw nodeError(
        origin.node,
        origin.op,
        `it cannot be folded into "${draft.origin.node}" (${draft.origin.op}) before it`,
      );
    }
  }

  private push(draft: Draft): Value {
    checkMap(draft.origin.node, draft.origin.op, draft.size);
    this.drafts.push(draft);
    return { draft, size: draft.size };
  }
}

function finished(draft: Draft, inputs: readonly string[], name: string): FloatNode {
  const base = { name, inputs, output: draft.size };
  const { window, weights, activation, inChannels } = draft;
  const bias = Float32Array.from(draft.bias);
  switch (draft.kind) {
    case 'convolution':
      return {
        ...base,
        kind: 'convolution',
        window: window!,
        inChannels,
        weights,
        bias,
        activation,
      };
    case 'depthwise':
      return { ...base, kind: 'depthwise', window: window!, weights, bias, activation };
    case 'add':
      return { ...base, kind: 'add', activation };
    case 'average-pool':
      return { ...base, kind: 'average-pool', window: window! };
  }
}

/** A value whose elements are all in one row. */
export const flattened = (value: Value): Value =>
  elements(value.size) === value.size.channels ? value : { ...value, flat: true };
