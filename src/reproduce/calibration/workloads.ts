/** The runs that published energies are about, as counters: prices come later. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../../emulator/sim/error.js';
import { runBottleneck } from '../../bottleneck/index.js';
import type { BottleneckResult } from '../../bottleneck/index.js';
import { packageRoot } from '../../datasets/package-root.js';
import { countedBetween } from '../../session/index.js';
import type { CountedRun } from '../../session/index.js';
import type { StudyOptions } from '../entry.js';
import { deployed, run as runNetwork } from '../garofalo-mobilenetv2.js';
import { timeWork } from '../stream-app.js';

type Told = Pick<StudyOptions, 'progress'>;

/** Weights of 4 bits, as the published arrays hold them. */
export interface Workloads {
  /** `products` of a full array, one after the other. */
  readonly fullJobs: CountedRun;
  /** The default block: parallel software (pulp-nn), cores + IMA, both engines. */
  readonly software: CountedRun;
  readonly hybrid: CountedRun;
  readonly accelerated: CountedRun;
  /** The same with 8-bit weights, two columns each. */
  readonly wide: CountedRun;
  /** MobileNetV2, one picture, one unit at a time. */
  readonly network: CountedRun;
}

export type WorkloadName = keyof Workloads;

export const products = 512;
export const networkPreset = 'garofalo2022-paper';

export const countsSchema = 'octobar-counts/1';
export const countsFile = 'fixtures/energy/counts.json';

interface CountsFile {
  readonly schema: typeof countsSchema;
  readonly made_by: string;
  readonly network: string;
  readonly workloads: Workloads;
}

/** All runs but that of the network, which takes minutes: its counters are handed in. */
export async function runWorkloads(options: Told, network: CountedRun): Promise<Workloads> {
  options.progress(`${products} products of a full array`);
  const stream = timeWork({ products: [{ triggers: 1, products }] });
  return {
    fullJobs: stream.products[0]!.counted,
    software: await block('pulp-nn', 4, options),
    hybrid: await block('ima-cores', 4, options),
    accelerated: await block('ima-dw', 4, options),
    wide: await block('ima-dw', 8, options),
    network,
  };
}

async function block(
  mapping: BottleneckResult['mapping'],
  weights: 4 | 8,
  { progress }: Told,
): Promise<CountedRun> {
  const result = await runBottleneck({ mapping, weights, progress });
  if (result.bit_exact) return result.counted;
  throw new OctobarError('mismatch', `${mapping}: results differ from the reference`, {
    hint: `octobar bottleneck --mapping ${mapping} --weights ${weights} shows where`,
  });
}

/** Runs the network and compares every byte of it; takes minutes with its quantisation. */
export async function runWholeNetwork(options: Told): Promise<CountedRun> {
  const deployment = await deployed('4', options);
  const { before, after } = runNetwork(deployment, { preset: networkPreset }, options, {
    sequential: true,
  });
  return countedBetween(before, after);
}

/** The counters of all runs as committed. @throws OctobarError `image` */
export function committedCounts(path = join(packageRoot(), countsFile)): Workloads {
  const file = JSON.parse(readFileSync(path, 'utf8')) as CountsFile;
  if (file.schema === countsSchema) return file.workloads;
  throw new OctobarError('image', `${path} is no ${countsSchema}`, { hint: remake });
}

const remake = `octobar calibrate --full --counts ${countsFile} writes it anew`;

export function countsText(workloads: Workloads): string {
  const file: CountsFile = {
    schema: countsSchema,
    made_by: `octobar calibrate --full --counts ${countsFile}`,
    network: `MobileNetV2, 4-bit weights, picture cat, preset ${networkPreset}, one unit at a time, from the first step to the last byte in L2`,
    workloads,
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Counters of one run that differ from another's, as text. */
export function differences(old: CountedRun, now: CountedRun): string[] {
  const [before, after] = [old, now].map((run) => new Map(numbersOf('', run)));
  return [...new Set([...before!.keys(), ...after!.keys()])]
    .filter((key) => before!.get(key) !== after!.get(key))
    .map((key) => `${key} ${before!.get(key)} is now ${after!.get(key)}`);
}

/** @throws OctobarError `mismatch` when the committed counters of the network are not those of a fresh run */
export function checkNetwork(committed: CountedRun, fresh: CountedRun): void {
  const differ = differences(committed, fresh);
  if (differ.length === 0) return;
  throw new OctobarError(
    'mismatch',
    `${countsFile} differs from a fresh run in ${differ.length} counters: ${differ.slice(0, 4).join(', ')}`,
    { hint: `${remake}; then fit again` },
  );
}

function numbersOf(path: string, value: unknown): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    numbersOf(path === '' ? key : `${path}.${key}`, inner as unknown),
  );
}
