import { OctobarError } from '../../emulator/sim/error.js';
import type { BlockShape, QuantisedBlock, QuantisedLayer, WeightBits } from './quantise/block.js';
import { decodeTensors, encodeTensors } from './tensor-file.js';

/** A block quantised at one width, with what is needed to set converter ranges for any array. */
export interface DeployableBlock {
  readonly quantised: QuantisedBlock;
  /** int8 block inputs of the calibration pictures. */
  readonly calibration: readonly Int8Array[];
}

/** A picture at the input of a block. */
export interface BlockInput {
  /** Name of a committed picture, or the path of the user's. */
  readonly picture: string;
  /** Real block input, HWC. */
  readonly real: Float32Array;
  /** Real block output of the trained network, HWC. */
  readonly realOutput: Float32Array;
}

/** Where numbers come from, for reports. */
export interface Provenance {
  readonly weights: string;
  readonly licence: string;
  readonly picture: string;
  readonly calibration: string;
}

type LayerName = 'expand' | 'depthwise' | 'project';

interface Meta {
  readonly shape: BlockShape;
  readonly weightBits: WeightBits[];
  readonly inputScale: number;
  /** By weight width, then by layer. */
  readonly outputScale: Readonly<Record<string, number>>;
  readonly layerScale: Readonly<Record<string, number>>;
  readonly calibrationMaps: number;
  readonly provenance: Provenance;
}

type Tensors = Map<string, Int8Array | Float32Array | Float64Array>;

/** Content of a block file: one or both weight widths, and the input of one picture if there is one. */
export interface BlockFile {
  readonly blocks: readonly DeployableBlock[];
  readonly input: BlockInput | undefined;
  readonly provenance: Provenance;
}

/** Bytes of a block file; all its blocks share shape, input scale and calibration inputs. */
export function encodeBlockFile(file: BlockFile): Uint8Array {
  const { quantised, calibration } = file.blocks[0]!;
  const tensors: Tensors = new Map();
  const outputScale: Record<string, number> = {};
  const layerScale: Record<string, number> = {};
  for (const { quantised: block } of file.blocks) {
    outputScale[block.weightBits] = block.outputScale;
    for (const [name, layer] of layersOf(block)) {
      const key = `w${block.weightBits}.${name}`;
      layerScale[key] = layer.outScale;
      tensors.set(`${key}.weights`, layer.weights);
      tensors.set(`${key}.unit`, layer.unit);
      tensors.set(`${key}.bias`, layer.bias);
    }
  }
  calibration.forEach((map, i) => tensors.set(`calibration.${i}`, map));
  if (file.input !== undefined) {
    tensors.set('input', file.input.real);
    tensors.set('output', file.input.realOutput);
  }
  const meta: Meta = {
    shape: quantised.shape,
    weightBits: file.blocks.map((block) => block.quantised.weightBits),
    inputScale: quantised.inputScale,
    outputScale,
    layerScale,
    calibrationMaps: calibration.length,
    provenance: file.provenance,
  };
  return encodeTensors({ meta, tensors });
}

/** @throws OctobarError `image` when the file is malformed or lacks something. */
export function decodeBlockFile(bytes: Uint8Array, name: string): BlockFile {
  const { meta, tensors } = decodeTensors<Meta>(bytes, name);
  const take = <T>(key: string, type: new (n: number) => T): T => {
    const tensor = tensors.get(key);
    if (!(tensor instanceof type)) throw new OctobarError('image', `${name} lacks tensor ${key}`);
    return tensor;
  };
  const layer = (key: string): QuantisedLayer => ({
    weights: take(`${key}.weights`, Int8Array),
    unit: take(`${key}.unit`, Float64Array),
    bias: take(`${key}.bias`, Float64Array),
    outScale: meta.layerScale[key]!,
  });
  const calibration = Array.from({ length: meta.calibrationMaps }, (_, i) =>
    take(`calibration.${i}`, Int8Array),
  );
  const blocks = meta.weightBits.map((weightBits) => ({
    quantised: {
      shape: meta.shape,
      weightBits,
      inputScale: meta.inputScale,
      outputScale: meta.outputScale[weightBits]!,
      ...(meta.shape.hasExpansion ? { expand: layer(`w${weightBits}.expand`) } : {}),
      depthwise: layer(`w${weightBits}.depthwise`),
      project: layer(`w${weightBits}.project`),
    },
    calibration,
  }));
  const input = tensors.has('input')
    ? {
        picture: meta.provenance.picture,
        real: take('input', Float32Array),
        realOutput: take('output', Float32Array),
      }
    : undefined;
  return { blocks, input, provenance: meta.provenance };
}

function layersOf(block: QuantisedBlock): [LayerName, QuantisedLayer][] {
  const layers: [LayerName, QuantisedLayer][] = [
    ['depthwise', block.depthwise],
    ['project', block.project],
  ];
  return block.expand === undefined ? layers : [['expand', block.expand], ...layers];
}
