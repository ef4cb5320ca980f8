/** The same network on a series of machines. */
import { OctobarError } from '../../emulator/sim/error.js';
import { readPicture, type Picture } from '../datasets/index.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import { configure, openArrays, type SessionOptions, type Settings } from '../session/index.js';
import { checkArrays, fitPicture, type Deployment } from './deployment.js';
import { splitByUnit } from './format.js';
import { bytesOf, referenceRun, type ReferenceRun } from './reference.js';
import { runNetwork } from './run.js';

export interface SweepPoint {
  /** What was set, `ima.arrays=8`. */
  readonly label: string;
  readonly cycles: number;
  readonly seconds: number;
  readonly units: readonly { readonly name: string; readonly cycles: number }[];
  readonly arrays: number;
  readonly reprogrammed_rows: number;
  readonly bit_exact: boolean;
  /** Why the network does not run on this machine; then all figures are 0. */
  readonly refused?: string;
}

export interface SweepOptions {
  readonly session: SessionOptions;
  /** Values by key; every combination is run. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly deployment: Deployment;
  readonly image: string | Picture;
  readonly progress: (text: string) => void;
}

/** @throws OctobarError `mismatch` never: a wrong byte is told in the point */
export function sweep(options: SweepOptions): SweepPoint[] {
  const { deployment, session } = options;
  const { plan } = deployment;
  const picture = typeof options.image === 'string' ? readPicture(options.image) : options.image;
  const input = quantisePicture(plan.input, fitPicture(picture, plan));
  let exact: ReferenceRun | undefined;
  return combinations(options.values).map((set): SweepPoint => {
    const label = Object.entries(set)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ');
    options.progress(`running with ${label}`);
    const machine = { ...session, set: { ...session.set, ...set } };
    checkArrays(deployment, configure(machine));
    try {
      const reference = openArrays(machine).imperfect
        ? referenceRun(plan, input, machine)
        : (exact ??= referenceRun(plan, input, machine));
      const run = runNetwork(plan, {
        ...machine,
        input,
        reference: (layer) => bytesOf(reference.tensor(layer)),
      });
      return {
        label,
        cycles: run.cycles,
        seconds: run.seconds,
        units: splitByUnit(run),
        arrays: run.schedule.arrays?.arrays ?? 0,
        reprogrammed_rows: run.schedule.arrays?.reprogrammedRows ?? 0,
        bit_exact: run.bit_exact === true,
      };
    } catch (error) {
      // A machine that is too small is a point of the sweep, anything else is an error.
      if (!(error instanceof OctobarError) || error.code !== 'config') throw error;
      const nothing = { cycles: 0, seconds: 0, units: [], arrays: 0, reprogrammed_rows: 0 };
      return { label, ...nothing, bit_exact: true, refused: error.reason };
    }
  });
}

function combinations(values: ReadonlyMap<string, readonly string[]>): Settings[] {
  let sets: Record<string, string>[] = [{}];
  for (const [key, list] of values)
    sets = sets.flatMap((set) => list.map((value) => ({ ...set, [key]: value })));
  return sets;
}

const colours = ['#3b82c4', '#58a55c', '#e0a030', '#999999', '#c8c8c8', '#c0504d'];
const bar = { height: 22, gap: 8, left: 190, width: 560, top: 44 };

/** Stacked bars, one for each machine (SVG). */
export function sweepPicture(title: string, points: readonly SweepPoint[]): string {
  const most = points.reduce((max, { seconds }) => Math.max(max, seconds), 0) || 1;
  const names = points.find(({ units }) => units.length > 0)?.units.map(({ name }) => name) ?? [];
  const height = bar.top + points.length * (bar.height + bar.gap) + 40;
  const rows = points.map((point, i) => {
    const y = bar.top + i * (bar.height + bar.gap);
    let x = bar.left;
    const parts = point.units.map(({ cycles }, u) => {
      const width = (bar.width * point.seconds * cycles) / Math.max(1, point.cycles) / most;
      const rect = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${bar.height}" fill="${colours[u % colours.length]}"/>`;
      x += width;
      return rect;
    });
    const text =
      point.refused === undefined ? `${(point.seconds * 1e3).toFixed(2)} ms` : 'does not fit';
    return (
      `<text x="${bar.left - 8}" y="${y + 15}" text-anchor="end">${escape(point.label)}</text>${parts.join('')}` +
      `<text x="${(x + 6).toFixed(1)}" y="${y + 15}">${text}</text>`
    );
  });
  const legend = names.map(
    (name, u) =>
      `<rect x="${14 + u * 140}" y="${height - 24}" width="12" height="12" fill="${colours[u % colours.length]}"/>` +
      `<text x="${30 + u * 140}" y="${height - 14}">${escape(name)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="860" height="${height}" font-family="sans-serif" font-size="12">` +
    `<rect width="100%" height="100%" fill="white"/><text x="14" y="24" font-size="15">${escape(title)}</text>` +
    `${rows.join('')}${legend.join('')}</svg>\n`
  );
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
