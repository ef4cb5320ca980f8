/** Trains a classifier: prepares the data, calls the C trainer and packs what it writes. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf, type Progress } from '../datasets/cache.js';
import { loadCifar, loadFashionMnist, loadMnist } from '../datasets/index.js';
import type { LabelledPictures } from '../datasets/index.js';
import { packageRoot } from '../datasets/package-root.js';
import { modelSchema } from '../classifier/model.js';
import { validationPictures } from './recipes.js';
import type { DataName, Recipe } from './recipes.js';

export type { DataName } from './recipes.js';

/** Folders of data that is not in its usual place. */
export type Folders = Readonly<Partial<Record<DataName, string>>>;

export interface DataSet {
  readonly train: LabelledPictures;
  readonly test: LabelledPictures;
  readonly classes: number;
}

/** @throws OctobarError `file`, `image` */
export async function loadData(
  name: DataName,
  folders: Folders,
  progress?: Progress,
): Promise<DataSet> {
  if (name === 'mnist') return { ...(await loadMnist(progress)), classes: 10 };
  if (name === 'fashion-mnist') return { ...loadFashionMnist(folders[name]), classes: 10 };
  const folder = folders[name];
  if (folder === undefined)
    throw new OctobarError('usage', `${name} cannot be installed`, {
      hint: `name the folder of its binary version with --${name}`,
    });
  return loadCifar(name, folder);
}

/** What is behind the last training picture that weights are made from. */
export const trainingEnd = ({ train }: DataSet): number =>
  Math.max(1, train.count - Math.min(validationPictures, Math.floor(train.count / 10)));

/** As `readData` of the trainer reads it; the last training pictures are the validation. */
function encode(data: DataSet): Uint8Array {
  const { train, classes } = data;
  const end = trainingEnd(data);
  const channels = train.pixels.length / train.count / train.side ** 2;
  const header = Int32Array.of(end, train.count - end, train.side, channels, classes);
  return Buffer.concat([new Uint8Array(header.buffer), train.pixels, train.labels]);
}

/** Built from source: weights depend on the compiler, so they are committed. */
function trainer(): string {
  const folder = join(packageRoot(), 'src/train');
  try {
    execFileSync('make', ['-s', '-C', folder, 'macro-train'], { stdio: 'pipe' });
  } catch (cause) {
    throw new OctobarError('file', `cannot build the trainer in ${folder}: ${messageOf(cause)}`, {
      hint: 'it needs make and a C compiler, and the source tree of octobar',
    });
  }
  return join(folder, 'build/macro-train');
}

/** Returns the text of a classifier's file. */
export async function trainClassifier(
  name: string,
  recipe: Recipe,
  folders: Folders,
  progress: Progress,
): Promise<string> {
  const program = trainer();
  const scratch = mkdtempSync(join(tmpdir(), 'octobar-train-'));
  try {
    const files: Record<string, string> = {};
    for (const role of ['data', 'trunk'] as const) {
      const source = recipe[role];
      if (source === undefined) continue;
      files[role] = join(scratch, `${role}.bin`);
      writeFileSync(files[role], encode(await loadData(source, folders, progress)));
    }
    const out = join(scratch, 'out.json');
    const argv = Object.entries({ ...recipe.options, ...files, out }).map(([k, v]) => `${k}=${v}`);
    const begin = process.hrtime.bigint();
    const validation = await run(program, argv, progress);
    const seconds = Math.round(Number(process.hrtime.bigint() - begin) / 1e9);
    return packed(name, recipe, readFileSync(out, 'utf8'), { seconds, validation });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Returns the accuracy on the validation pictures. */
function run(program: string, argv: string[], progress: Progress): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    let last = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) {
        if (line === '') continue;
        last = line;
        progress(line);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const found = /^validation ([\d.]+)$/.exec(last);
      if (code === 0 && found) resolve(Number(found[1]));
      else reject(new OctobarError('internal', `the trainer ended with ${code}: ${last}`));
    });
  });
}

interface Trained {
  readonly seconds: number;
  readonly validation: number;
}

/** The trainer's answer as a classifier: weights as base64, branches in a record of their own. */
export function packed(name: string, recipe: Recipe, text: string, trained: Trained): string {
  const { layers, ...rest } = JSON.parse(text) as { layers: Record<string, unknown>[] };
  const document = {
    schema: modelSchema,
    name,
    data: recipe.data,
    ...rest,
    training: {
      command: `npm run train:classifiers -- ${name}`,
      options: Object.entries(recipe.options)
        .map(([key, value]) => `${key}=${value}`)
        .join('; '),
      ...(recipe.trunk === undefined ? {} : { trunk: recipe.trunk }),
      seconds: trained.seconds,
      validation_pictures: validationPictures,
      validation_accuracy: trained.validation,
    },
    layers: layers.map(packLayer),
  };
  return `${JSON.stringify(document)}\n`;
}

function packLayer({ compress, res, decompress, ...layer }: Record<string, unknown>): unknown {
  const pack = (weights: unknown): unknown => packWeights(weights as Record<string, unknown>);
  if (res === undefined) return packWeights(layer);
  const branch = { compress: pack(compress), res: pack(res), decompress: pack(decompress) };
  return { ...packWeights(layer), branch };
}

const packWeights = (fields: Record<string, unknown>): Record<string, unknown> => ({
  ...fields,
  weights: Buffer.from(Int8Array.from(fields['weights'] as number[]).buffer).toString('base64'),
});
