/** The blob of a group: its steps, and of each layer the struct, tables, tiles and resident weights. */
import { OctobarError } from '../../../emulator/sim/error.js';
import type { PlannedConvolution, PlannedLayer } from '../graph/network-plan.js';
import { codeBytes, windowOf } from '../map/network-shape.js';
import { paddedRows, type Operation } from '../map/operation.js';
import type { GroupAddresses } from '../tile/addresses.js';
import { streams } from '../tile/layer-needs.js';
import type { GroupPlan } from '../tile/plan-group.js';
import type { Schedule } from '../tile/schedule.js';
import { MemoryImage, networkStructBytes, type StructValues } from './memory-image.js';
import { networkSteps, stepArguments } from './network-layout.js';
import { rgbChannels } from './rgb-channels.js';
import { requantisationTables } from './tables.js';
import type { Step } from './steps.js';

/** Weights of a convolution for kernels that read whole words: [channels][padded rows]. */
export function paddedWeights(layer: PlannedConvolution): Int8Array {
  const pitch = paddedRows(layer.rows);
  if (pitch === layer.rows) return layer.weights;
  const padded = new Int8Array(pitch * layer.output.channels);
  for (let c = 0; c < layer.output.channels; c += 1)
    padded.set(layer.weights.subarray(c * layer.rows, (c + 1) * layer.rows), c * pitch);
  return padded;
}

export interface Blob {
  readonly bytes: Uint8Array;
  /** TCDM address of the steps. */
  readonly steps: number;
  /** By layer: TCDM address of its struct. */
  readonly layers: ReadonlyMap<number, number>;
}

const layerNumber = networkSteps.map(({ name }) => name as string);

export function groupBlob(
  schedule: Schedule,
  plan: GroupPlan,
  at: GroupAddresses,
  steps: readonly Step[],
): Blob {
  const image = new MemoryImage(at.blob);
  const stepsAt = image.reserve(networkStructBytes('net_step') * steps.length, 16);
  const layers = new Map<number, number>();
  plan.work.group.layers.forEach((number, i) => {
    const struct = image.reserve(networkStructBytes('net_layer'), 16);
    layers.set(number, struct);
    const writer = new LayerWriter(schedule, number, plan.work.operations[i]!, image);
    const scratch = plan.work.needs[i]!.scratchPerHart;
    image.fill('net_layer', struct, [
      writer.values({ scratch: scratch > 0 ? at.scratch : 0, scratch_bytes: scratch }),
    ]);
  });
  image.fill(
    'net_step',
    stepsAt,
    steps.map(({ kind, layer, args }) => ({
      kind: layerNumber.indexOf(kind),
      layer: layer === undefined ? 0 : layers.get(layer)!,
      ...Object.fromEntries(
        Array.from({ length: stepArguments }, (_, k) => [`arg${k}`, args[k] ?? 0]),
      ),
    })),
  );
  image.reserve(0, 16);
  return { bytes: image.data.slice(), steps: stepsAt, layers };
}

class LayerWriter {
  private readonly node: PlannedLayer;

  constructor(
    private readonly schedule: Schedule,
    private readonly number: number,
    private readonly operation: Operation,
    private readonly image: MemoryImage,
  ) {
    this.node = schedule.shape.layers[number]!;
  }

  values(scratch: { scratch: number; scratch_bytes: number }): StructValues {
    const { node } = this;
    const { shape } = this.schedule;
    const input = shape.tensor(node.inputs[0]!);
    const window = windowOf(node);
    const rows = node.kind === 'convolution' ? node.rows : window.kernelHeight * window.kernelWidth;
    return {
      number: this.number,
      rows: this.operation === 'array' ? rows : paddedRows(rows),
      cols: node.output.channels,
      in_signed: shape.signed(node.inputs[0]!) ? 1 : 0,
      in_w: input.width,
      in_c: input.channels,
      out_w: node.output.width,
      window_h: window.kernelHeight,
      window_w: window.kernelWidth,
      stride: window.strideY,
      pad_left: window.padLeft,
      ...this.weights(),
      ...this.requantisation(),
      ...this.addition(),
      ...this.arrays(),
      ...scratch,
      out_bytes: codeBytes(node.output),
    };
  }

  private weights(): StructValues {
    const { node, operation, image } = this;
    if (node.kind === 'depthwise') return { weights: image.put(node.weights) };
    if (node.kind !== 'convolution' || operation === 'array' || streams(node, operation))
      return { weights: 0 };
    if (operation === 'convolution_rgb') return { weights: image.put(this.rgbChannels(node)) };
    return { weights: image.put(paddedWeights(node)) };
  }

  private rgbChannels(node: PlannedConvolution): Uint8Array {
    const found = rgbChannels(node, this.schedule.shape.signed(node.inputs[0]!));
    if (found === undefined) throw new OctobarError('internal', `${node.name} is no rgb layer`);
    return found;
  }

  private requantisation(): StructValues {
    const none = { mul: 0, bias: 0, channels: 0, shift31: 0, range: 0, lo4: 0 };
    const { node, operation } = this;
    const { corev } = this.schedule.target;
    if (node.kind === 'add')
      return { ...none, corev: corev ? 1 : 0, shift: node.shift, lo: node.lo, hi: node.hi };
    if (operation === 'convolution_rgb' && node.kind === 'convolution') {
      const { shift, lo, hi } = node.requantisation;
      return { ...none, corev: 1, shift, lo, hi };
    }
    const { table, fast, scalar } = requantisationTables(node, operation, corev);
    // Logits are scaled apart from the kernel, so they need no table.
    const logits = corev && codeBytes(node.output) === 4;
    const { image } = this;
    return {
      corev: fast !== undefined || logits ? 1 : 0,
      mul: scalar ? image.put(table.mul) : 0,
      bias: scalar ? image.put(table.bias) : 0,
      shift: table.shift,
      lo: table.lo,
      hi: table.hi,
      channels: fast === undefined ? 0 : image.put(fast.channels),
      shift31: fast?.shift ?? 0,
      range: fast?.range ?? 0,
      lo4: fast?.lo4 ?? 0,
    };
  }

  private addition(): StructValues {
    const { node } = this;
    return node.kind === 'add'
      ? { mul_a: node.mul[0], mul_b: node.mul[1] }
      : { mul_a: 0, mul_b: 0 };
  }

  private arrays(): StructValues {
    const { node, image, schedule } = this;
    const found = schedule.arrayLayers.find(({ layer }) => layer === this.number);
    if (found === undefined || node.kind !== 'convolution' || node.array === undefined)
      return { tiles: 0, weight_bits: 0, adc_m: 0, adc_r: 0 };
    const places = schedule.arrays!.places.get(this.number)!;
    const words = (values: readonly number[]): number => image.put(Uint32Array.from(values), 16);
    let placed = 0;
    const table = found.tiles.flatMap(({ firstCol, cols, rowTiles }) => {
      const tiles = rowTiles.flatMap(({ rows }) => {
        const { array, x, y } = places[placed]!;
        placed += 1;
        return [rows, array, x, y];
      });
      return [firstCol, cols, rowTiles.length, words(tiles)];
    });
    const { converter, cellsPerWeight } = node.array;
    return {
      tiles: words(table),
      weight_bits: 4 * cellsPerWeight,
      adc_m: converter?.m ?? 0,
      adc_r: converter?.r ?? 0,
    };
  }
}
