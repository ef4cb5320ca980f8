/** `octobar-deploy/1`: what a deployment decided, for machines and for the table of the verb. */
import { defaultPicture, loadCommittedPicture } from '../datasets/index.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import { areaBound, pack, packBest, publishedRule } from '../deploy/pack/maxrects.js';
import type { SessionOptions } from '../session/index.js';
import { fitPicture, type Deployment } from './deployment.js';
import { writeDeployment, type DeploymentFiles } from './write-deployment.js';

export interface GroupDocument {
  readonly number: number;
  readonly layers: readonly string[];
  readonly stripes: number;
  readonly input: 'TCDM' | 'L2';
  readonly output: 'TCDM' | 'L2';
  readonly buffer_bytes: number;
  /** What its weights on crossbars do: stay, or are programmed for every picture. */
  readonly weights: string;
}

/** Writes the folder; its data hold the codes of a built-in picture. */
export function writeModel(
  deployment: Deployment,
  folder: string,
  options: SessionOptions,
  machine: string,
): DeploymentFiles {
  const { plan } = deployment;
  const codes = quantisePicture(plan.input, fitPicture(loadCommittedPicture(defaultPicture), plan));
  const input = new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
  return writeDeployment(deployment, folder, options, machine, input);
}

/** What packings of all weights reach, whatever the machine has. */
export interface PackingDocument {
  readonly tiles: number;
  /** Arrays by the published algorithm. */
  readonly published: number;
  /** Arrays by the best of all rules, and the rule. */
  readonly best: number;
  readonly rule: string;
  /** No packing takes fewer: cells divided by those of an array. */
  readonly bound: number;
  readonly cells: number;
}

function packingOf({
  arrayLayers,
  target,
}: DeploymentFiles['schedule']): PackingDocument | undefined {
  const rectangles = arrayLayers.flatMap((layer) => layer.rectangles);
  if (target.arrays === undefined || rectangles.length === 0) return undefined;
  const bin = { width: target.arrays.cols, height: target.arrays.rows };
  const best = packBest(rectangles, bin);
  return {
    tiles: rectangles.length,
    published: pack(rectangles, bin, publishedRule).arrays,
    best: best.arrays,
    rule: `${best.rule.heuristic} fit, sorted by ${best.rule.order}`,
    bound: areaBound(rectangles, bin),
    cells: rectangles.reduce((sum, { width, height }) => sum + width * height, 0),
  };
}

export function deploymentDocument(deployment: Deployment, { schedule, image }: DeploymentFiles) {
  const { arrays, target, shape } = schedule;
  const groups = schedule.groups.map(({ work, residency, stripes, buffers }): GroupDocument => {
    const rows = work.loads.reduce((sum, load) => sum + load.rows, 0);
    const onArrays = work.operations.includes('array');
    return {
      number: work.group.number,
      layers: work.group.layers.map((layer) => shape.layers[layer]!.name),
      stripes: stripes.length,
      input: residency.input ? 'TCDM' : 'L2',
      output: residency.output ? 'TCDM' : 'L2',
      buffer_bytes: buffers.total,
      weights: !onArrays ? '-' : rows === 0 ? 'stay' : `${rows} rows`,
    };
  });
  const used = arrays?.arrays ?? 0;
  const packing = packingOf(schedule);
  const reloads =
    arrays === undefined || arrays.reprogrammedRows === 0
      ? 'all weights stay'
      : `${arrays.shared} shared, ${arrays.reprogrammedRows} rows of cells programmed for every picture`;
  return {
    schema: 'octobar-deploy/1',
    summary:
      `${deployment.plan.name}, weights ${deployment.info.weights}: ${shape.layers.length} layers in ${groups.length} groups, ` +
      `${used} of ${target.arrays?.count ?? 0} arrays (${reloads}), ${image.l2Bytes} bytes of L2`,
    deployment: deployment.info,
    arrays: {
      used,
      shared: arrays?.shared ?? 0,
      reprogrammed_rows: arrays?.reprogrammedRows ?? 0,
      tiles: schedule.arrayLayers.reduce((sum, layer) => sum + layer.rectangles.length, 0),
    },
    ...(packing === undefined ? {} : { packing }),
    l2_bytes: image.l2Bytes,
    groups,
  };
}
