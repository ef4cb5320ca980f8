import { readFileSync } from 'node:fs';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf, readCachedUnchecked, sha256, writeCached } from '../datasets/cache.js';
import {
  committedPictures,
  defaultPicture,
  fixturePath,
  loadCommittedPicture,
  loadNsfwjsMobileNet,
  nsfwjsTarball,
  picturesFor,
  pictureSide,
  readPicture,
  squarePicture,
  type Picture,
  type Progress,
} from '../datasets/index.js';
import {
  decodeBlockFile,
  encodeBlockFile,
  type BlockFile,
  type BlockInput,
  type DeployableBlock,
  type Provenance,
} from './block-file.js';
import { blockTensors, calibrationInputs, viewsPerPicture } from './calibration.js';
import type { MobileNet } from './network/graph.js';
import { importMobileNet } from './network/import.js';
import type { WeightBits } from './quantise/block.js';
import { quantiseBlock } from './quantise/quantise-block.js';
import { quantiseSigned } from './quantise/statistics.js';

/** The block that is committed quantised, with the input of the default picture. */
export const fixtureBlock = 7;

/** A quantised block with an input for it. */
export interface BlockSource extends DeployableBlock {
  /** Of a synthetic block, which has no number. */
  readonly name?: string;
  readonly input: BlockInput;
  readonly provenance: Provenance;
}

interface SourceRequest {
  readonly block: number;
  readonly weights: WeightBits;
  /** Path of a PNG or JPEG; undefined: the default picture. */
  readonly picture: string | undefined;
  readonly progress: Progress;
}

/** The committed block 7 with its picture; needs no download. */
export function loadFixtureBlock(weights: WeightBits): BlockSource {
  const { bytes, path } = readFixture();
  const { blocks, input, provenance } = decodeBlockFile(bytes, path);
  const block = blocks.find(({ quantised }) => quantised.weightBits === weights);
  if (block === undefined || input === undefined) {
    throw new OctobarError('image', `${path} does not hold the block at ${weights} bit`);
  }
  return { ...block, input, provenance };
}

function readFixture(): { bytes: Uint8Array; path: string } {
  const path = fixturePath('block7', 'block7.tensors');
  try {
    return { bytes: new Uint8Array(readFileSync(path)), path };
  } catch (cause) {
    throw new OctobarError('file', `cannot read the fixture ${path}: ${messageOf(cause)}`);
  }
}

/**
 * Any of the 17 blocks, from the fixture where it can be, else from the trained network, which is
 * downloaded once. Quantising takes up to a minute, so its result is cached. Several mappings of a
 * block need one call, see assembleBlock.
 */
export async function loadBlock(request: SourceRequest): Promise<BlockSource> {
  const { block, weights, picture, progress } = request;
  if (!Number.isInteger(block) || block < 0 || block > 16) {
    throw new OctobarError('usage', `there is no block ${block}`, {
      hint: 'the bottlenecks of MobileNetV2 are numbered 0 to 16',
    });
  }
  const fixture = block === fixtureBlock ? loadFixtureBlock(weights) : undefined;
  if (fixture !== undefined && picture === undefined) return fixture;
  const network = importMobileNet(await loadNsfwjsMobileNet(progress));
  const deployable = fixture ?? quantisedBlock(network, block, weights, progress);
  const name = picture ?? defaultPicture;
  progress(`block ${block}: running the trained network on ${name}`);
  return {
    ...deployable,
    input: inputOf(network, block, name, loadPicture(picture)),
    provenance: provenanceOf(name),
  };
}

/** The block of the network at one weight width, quantised here or earlier. */
function quantisedBlock(
  network: MobileNet,
  number: number,
  weights: WeightBits,
  progress: Progress,
): DeployableBlock {
  // Whatever changes the quantiser changes the fixture too (a test sees to it), so its digest tells
  // apart what different versions of octobar left in the cache.
  const version = sha256(readFixture().bytes).slice(0, 12);
  const cacheName = `block${number}-w${weights}-${version}.tensors`;
  const cached = readCachedUnchecked(cacheName);
  if (cached !== undefined) {
    const usable = tryDecode(cached, cacheName);
    if (usable !== undefined) return usable.blocks[0]!;
    progress(`${cacheName} in the cache is damaged and is made again`);
  }
  const [deployable] = deployBlock(network, number, [weights], progress);
  const provenance = provenanceOf('none');
  writeCached(cacheName, encodeBlockFile({ blocks: [deployable!], input: undefined, provenance }));
  return deployable!;
}

function tryDecode(bytes: Uint8Array, name: string): BlockFile | undefined {
  try {
    return decodeBlockFile(bytes, name);
  } catch {
    return undefined;
  }
}

/** Quantises a block of the network at the given widths. */
export function deployBlock(
  network: MobileNet,
  number: number,
  widths: readonly WeightBits[],
  progress: Progress,
): DeployableBlock[] {
  const inputs = calibrationInputs(network, number, progress);
  return widths.map((weightBits) => {
    progress(`block ${number}: quantising to ${weightBits} bit`);
    const block = network.blocks[number]!;
    const quantised = quantiseBlock(block, inputs, { weightBits, method: 'best' });
    // Converter ranges are set on the pictures themselves, without their mirrored and cut views.
    const calibration = inputs
      .filter((_, i) => i % viewsPerPicture === 0)
      .map((map) => quantiseSigned(map.data, quantised.inputScale));
    return { quantised, calibration };
  });
}

/** Real input and output of a block for one picture. */
export function inputOf(
  network: MobileNet,
  number: number,
  name: string,
  picture: Picture,
): BlockInput {
  const tensors = blockTensors(network, number, picture);
  return { picture: name, real: tensors.input.data, realOutput: tensors.output.data };
}

function loadPicture(path: string | undefined): Picture {
  if (path === undefined) return loadCommittedPicture(defaultPicture);
  return squarePicture(readPicture(path), pictureSide);
}

/** Origin and licences of everything in a deployed block. */
export function provenanceOf(picture: string): Provenance {
  const committed = committedPictures.find((p) => p.name === picture);
  return {
    weights: `mobilenet_v2 of npm ${nsfwjsTarball.name} ${nsfwjsTarball.version}, sha256 ${nsfwjsTarball.sha256}`,
    licence: 'MIT, Copyright (c) 2019 Infinite Red, Inc.',
    picture:
      committed === undefined
        ? picture
        : `${committed.name}: ${committed.title}, ${committed.credit}, ${committed.licence}`,
    calibration: picturesFor('calibration').join(', '),
  };
}
