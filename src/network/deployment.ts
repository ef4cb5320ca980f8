/** A model quantised and planned, ready for any machine whose arrays have the same size. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import {
  loadCommittedPicture,
  networkPictureNames,
  readPicture,
  resample,
  squarePicture,
  type Picture,
  type Progress,
} from '../datasets/index.js';
import { messageOf, readCachedUnchecked, sha256, writeCached } from '../datasets/cache.js';
import { packageVersion } from '../session/package-files.js';
import type { FloatGraph } from '../deploy/graph/float-graph.js';
import type { NetworkMapping, NetworkPlan } from '../deploy/graph/network-plan.js';
import { decodePlan, encodePlan } from '../deploy/graph/plan-file.js';
import { mirrored } from '../deploy/calibration.js';
import { isModelOptions, type ModelOptions } from '../deploy/model-options.js';
import { loadModel } from '../deploy/models.js';
import { configure, type Configuration, type SessionOptions } from '../session/index.js';
import { planWithWeights, type Weights } from './weights.js';

export const deploymentSchema = 'octobar-deployment/1';

/** What a deployment says of itself, `deployment.json`. */
export interface DeploymentInfo {
  readonly schema: typeof deploymentSchema;
  readonly versions: { readonly octobar: string };
  /** Name of a known model, or the path that was given. */
  readonly model: string;
  /** What the file of the model does not say. */
  readonly import?: ModelOptions;
  readonly weights: Weights;
  readonly mapping: NetworkMapping;
  readonly ideal: boolean;
  /** Calibration pictures. */
  readonly calibration: readonly string[];
  /** Arrays that the plan is made for. */
  readonly rows: number;
  readonly cols: number;
  readonly adc_bits: number;
}

export interface Deployment {
  readonly info: DeploymentInfo;
  readonly plan: NetworkPlan;
}

export const planFile = 'network.plan';
export const infoFile = 'deployment.json';

/** More pictures than this are not looked at. */
const mostPictures = 64;
const pictureFile = /\.(png|jpe?g)$/i;

/** Paths of the pictures of a folder, by name. @throws OctobarError `file` when there is none */
export function picturesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => pictureFile.test(name));
  } catch (cause) {
    throw new OctobarError('file', `cannot read the folder ${folder}: ${messageOf(cause)}`, {
      hint: 'give a folder of PNG or JPEG pictures',
    });
  }
  if (names.length === 0) {
    throw new OctobarError('file', `${folder} holds no picture`, {
      hint: 'calibration and accuracy read files that end in .png, .jpg or .jpeg',
    });
  }
  return names.toSorted().map((name) => join(folder, name));
}

/** A picture in the size of the network: detectors see all of it, classifiers its square middle. */
export function fitPicture(
  picture: Picture,
  network: {
    readonly input: NetworkPlan['input'] | FloatGraph['input'];
    readonly tail: FloatGraph['tail'];
  },
): Uint8Array {
  const { height, width, channels } = network.input;
  const all = { x: 0, y: 0, width: picture.width, height: picture.height };
  const { rgb } =
    network.tail.kind !== 'detector' && height === width
      ? squarePicture(picture, width)
      : resample(picture, all, width, height);
  return channels === 1 ? greyOf(rgb) : rgb;
}

/** Luma of RGB bytes (ITU-R BT.601, in 256ths). */
const greyOf = (rgb: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: rgb.length / 3 }, (_, p) => {
    const [r, g, b] = [rgb[3 * p]!, rgb[3 * p + 1]!, rgb[3 * p + 2]!];
    return (77 * r + 150 * g + 29 * b + 128) >> 8;
  });

export interface DeployOptions extends SessionOptions {
  readonly model: string;
  readonly import?: ModelOptions;
  readonly weights: Weights;
  readonly mapping?: NetworkMapping;
  /** Folder of calibration pictures; committed ones by default. */
  readonly calibrate?: string;
  readonly progress?: Progress;
}

/** Imports, quantises and plans a model. What took long is cached. */
export async function deployModel(options: DeployOptions): Promise<Deployment> {
  const { model, weights, progress = () => undefined } = options;
  const configuration = configure(options);
  const graph = await loadModel(model, options.import, progress);
  const pictures = calibrationPictures(options.calibrate, graph.tail.kind);
  const rgb = pictures.map(({ picture }) => fitPicture(picture, graph));
  const info = infoOf(
    options,
    configuration,
    pictures.map(({ name }) => name),
  );
  const digest = digestOf(info, graph, rgb);
  const cacheName = `network-${digest.slice(0, 20)}.plan`;
  const cached = tryPlan(cacheName);
  if (cached !== undefined) return { info, plan: cached };
  progress(`${graph.name}: quantising ${graph.nodes.length} layers on ${rgb.length} pictures`);
  const plan = planWithWeights(graph, rgb, weights, {
    mapping: info.mapping,
    ideal: info.ideal,
    geometry: { rows: info.rows, cols: info.cols, adcBits: info.adc_bits, arrays: 64 },
    arrays: configuration.number('ima.arrays'),
    progress,
  });
  writeCached(cacheName, encodePlan(plan));
  return { info, plan };
}

interface Calibrated {
  readonly name: string;
  readonly picture: Picture;
}

/** Shows an object that the detector knows; it is measured on, so it does not calibrate detectors. */
const objectPictures: readonly string[] = ['coffee'];

function calibrationPictures(
  folder: string | undefined,
  tail: FloatGraph['tail']['kind'],
): Calibrated[] {
  if (folder === undefined) {
    const pictures = networkPictureNames('calibration').map((name) => ({
      name,
      picture: loadCommittedPicture(name),
    }));
    if (tail !== 'detector') return pictures;
    // Boxes take more pictures than classes: each is shown mirrored, too.
    return pictures
      .filter(({ name }) => !objectPictures.includes(name))
      .flatMap(({ name, picture }) => [
        { name, picture },
        { name: `${name}, mirrored`, picture: mirrored(picture) },
      ]);
  }
  return picturesIn(folder)
    .slice(0, mostPictures)
    .map((path) => ({ name: path, picture: readPicture(path) }));
}

function infoOf(
  options: DeployOptions,
  configuration: Configuration,
  calibration: readonly string[],
): DeploymentInfo {
  if (!configuration.engines.includes('ima')) {
    throw new OctobarError('config', `preset ${configuration.preset.name} has no ima`, {
      hint: 'networks are laid out for the IMA; try --preset garofalo2022-net',
    });
  }
  return {
    schema: deploymentSchema,
    versions: { octobar: packageVersion() },
    model: options.model,
    ...(options.import === undefined ? {} : { import: options.import }),
    weights: options.weights,
    mapping: options.mapping ?? 'ima-dw',
    ideal: configuration.get('ima.ideal') === true,
    calibration,
    rows: configuration.number('ima.rows'),
    cols: configuration.number('ima.cols'),
    adc_bits: configuration.number('ima.adc_bits'),
  };
}

/** Whatever the plan depends on, weights and pictures included. */
function digestOf(
  info: DeploymentInfo,
  graph: FloatGraph,
  pictures: readonly Uint8Array[],
): string {
  const parts: Buffer[] = [Buffer.from(JSON.stringify(info)), quantiserCode()];
  for (const node of graph.nodes) {
    parts.push(Buffer.from(node.name));
    if (node.kind !== 'convolution' && node.kind !== 'depthwise') continue;
    const { weights, bias } = node;
    parts.push(Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength));
    parts.push(Buffer.from(bias.buffer, bias.byteOffset, bias.byteLength));
  }
  for (const picture of pictures) parts.push(Buffer.from(picture));
  return sha256(Buffer.concat(parts));
}

/** The program that makes plans: a plan that another version left in the cache is not taken. */
function quantiserCode(): Buffer {
  const folder = join(import.meta.dirname, '..', 'deploy');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    .filter((name) => !/^(codegen|map|tile)/.test(name));
  return Buffer.concat(files.toSorted().map((name) => readFileSync(join(folder, name))));
}

function tryPlan(name: string): NetworkPlan | undefined {
  const bytes = readCachedUnchecked(name);
  if (bytes === undefined) return undefined;
  try {
    return decodePlan(bytes, name);
  } catch {
    return undefined;
  }
}

/** @throws OctobarError `file`, `image` */
export function loadDeployment(folder: string): Deployment {
  const read = (name: string): Uint8Array => {
    try {
      return new Uint8Array(readFileSync(join(folder, name)));
    } catch (cause) {
      throw new OctobarError('file', `cannot read ${join(folder, name)}: ${messageOf(cause)}`, {
        hint: 'octobar deploy MODEL --out FOLDER writes a deployment',
      });
    }
  };
  const text = Buffer.from(read(infoFile)).toString('utf8');
  let info: unknown;
  try {
    info = JSON.parse(text);
  } catch {
    throw new OctobarError('image', `${join(folder, infoFile)} is not JSON`);
  }
  if (!isInfo(info)) {
    throw new OctobarError('image', `${join(folder, infoFile)} is not of ${deploymentSchema}`, {
      hint: 'deploy the model again with this version',
    });
  }
  return { info, plan: decodePlan(read(planFile), join(folder, planFile)) };
}

function isInfo(value: unknown): value is DeploymentInfo {
  if (typeof value !== 'object' || value === null) return false;
  const info = value as Record<string, unknown>;
  return (
    info['schema'] === deploymentSchema &&
    typeof info['model'] === 'string' &&
    (info['import'] === undefined || isModelOptions(info['import'])) &&
    Array.isArray(info['calibration']) &&
    ['rows', 'cols', 'adc_bits'].every((key) => typeof info[key] === 'number')
  );
}

/** Whether a name is a folder with a deployment rather than a model. */
export function isDeployment(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** @throws OctobarError `config` when the arrays of the machine are not those of the plan */
export function checkArrays({ info }: Deployment, configuration: Configuration): void {
  const pairs = [
    ['ima.rows', info.rows],
    ['ima.cols', info.cols],
    ['ima.adc_bits', info.adc_bits],
  ] as const;
  for (const [key, planned] of pairs) {
    const value = configuration.number(key);
    if (value === planned) continue;
    throw new OctobarError(
      'config',
      `the deployment is made for ${key} = ${planned}, not ${value}`,
      {
        hint: 'deploy the model again for this machine',
      },
    );
  }
  if ((configuration.get('ima.ideal') === true) !== info.ideal) {
    throw new OctobarError('config', `the deployment is made for ima.ideal = ${info.ideal}`, {
      hint: 'ranges of converters are part of a deployment: deploy the model again',
    });
  }
}
