/** Published figures beside ours, each from runs made in the call. */
import { OctobarError } from '../../emulator/sim/error.js';
import { nearest } from '../config/nearest.js';
import { configure } from '../session/index.js';
import type { ProvenanceRow } from '../session/index.js';
import { packageVersion } from '../session/package-files.js';
import type { Entry, StudyOptions } from './entry.js';
import { fpirm } from './fpirm.js';
import { garofaloBottleneck } from './garofalo-bottleneck.js';
import { garofaloDepthwise } from './garofalo-depthwise.js';
import { garofaloEnergy } from './garofalo-energy.js';
import { garofaloIma } from './garofalo-ima.js';
import { garofaloMobilenetV2 } from './garofalo-mobilenetv2.js';
import { garofaloPcm } from './garofalo-pcm.js';
import { capram } from './capram.js';
import { osahcim } from './osahcim.js';
import { yoloc } from './yoloc.js';
import type { Row } from './row.js';

export {
  calibrate,
  gather,
  type Calibration,
  type FittedPrice,
  type Residual,
} from './calibration/calibrate.js';
export type { Answers } from './calibration/answers.js';
export type { Swing } from './calibration/sensitivity.js';
export { countsText } from './calibration/workloads.js';
export type { Entry, StudyOptions } from './entry.js';
export type { Basis, Row } from './row.js';

export const entries: readonly Entry[] = [
  garofaloIma,
  garofaloDepthwise,
  garofaloBottleneck,
  garofaloMobilenetV2,
  garofaloPcm,
  garofaloEnergy,
  capram,
  osahcim,
  yoloc,
  fpirm,
];

export const reproductionSchema = 'octobar-reproduce/1';

export interface Reproduction {
  readonly schema: typeof reproductionSchema;
  readonly versions: { readonly octobar: string };
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly preset: string;
  /** Whether the longer part was run too. */
  readonly full: boolean;
  readonly rows: readonly Row[];
  /** The parameters that decide the figures, as the preset has them; a row's text names what it changed. */
  readonly parameters: readonly ProvenanceRow[];
}

/** @throws OctobarError `usage` with the nearest name */
export function findEntry(name: string): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  const names = entries.map((entry) => entry.name);
  const near = nearest(name, names);
  throw new OctobarError('usage', `there is no figure ${JSON.stringify(name)} to reproduce`, {
    hint: near ? `did you mean ${near}?` : `the names are ${names.join(', ')}`,
  });
}

/** @throws OctobarError `usage`, or `mismatch` when a run gives a wrong result */
export async function reproduce(
  name: string,
  options: Partial<StudyOptions> = {},
): Promise<Reproduction> {
  const entry = findEntry(name);
  const study: StudyOptions = {
    full: false,
    pictures: Infinity,
    folders: {},
    plot: () => undefined,
    progress: () => undefined,
    ...options,
  };
  const configuration = configure(entry.preset === undefined ? {} : { preset: entry.preset });
  const decides = (key: string): boolean =>
    entry.parameters.some((part) => (part.endsWith('.') ? key.startsWith(part) : key === part));
  return {
    schema: reproductionSchema,
    versions: { octobar: packageVersion() },
    name,
    title: entry.title,
    source: entry.source,
    preset: configuration.preset.name,
    full: study.full,
    rows: await entry.rows(study),
    parameters: configuration.provenance().filter(({ key }) => decides(key)),
  };
}
