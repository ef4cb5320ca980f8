/** `octobar-infer/1`: an inference for machines. */
import { isExact } from './tensor-check.js';
import { layerCycles, splitByUnit } from './format.js';
import type { Inference } from './infer.js';

export const inferSchema = 'octobar-infer/1';

export function inferenceDocument(result: Inference): unknown {
  const { deployment, run, answer, float, cosines } = result;
  const { arrays } = run.schedule;
  return {
    schema: inferSchema,
    deployment: deployment.info,
    preset: run.after.preset,
    cycles: run.cycles,
    seconds: run.seconds,
    clock_hz: run.after.clock_hz,
    bit_exact: run.bit_exact,
    reference: result.chip ? 'chip' : 'independent',
    macs: run.layers.reduce((sum, layer) => sum + layer.macs, 0),
    jobs: run.layers.reduce((sum, { tally }) => sum + tally.jobs, 0),
    arrays: {
      used: arrays?.arrays ?? 0,
      shared: arrays?.shared ?? 0,
      reprogrammed_rows: arrays?.reprogrammedRows ?? 0,
    },
    energy_uj: run.energy.total_uj,
    energy_by_component_uj: run.energy.components,
    units: splitByUnit(run),
    layers: run.layers.map((layer) => ({
      name: layer.name,
      kind: layer.kind,
      unit: layer.unit,
      group: layer.group,
      macs: layer.macs,
      cycles: layer.tally.cycles,
      cycles_with_waits: layerCycles(layer),
      dma_wait_cycles: layer.tally.dma,
      move_cycles: layer.tally.moves,
      programming_cycles: layer.tally.programming,
      stripes: layer.tally.stripes,
      jobs: layer.tally.jobs,
      port_stalls: layer.tally.stalls,
      tcdm_conflicts: layer.tally.conflicts,
      dma_bytes: layer.tally.dmaBytes,
      energy_uj: layer.tally.energy / 1e6,
      ...(layer.report === undefined
        ? {}
        : { bit_exact: isExact(layer.report), tensor: layer.report }),
      cosine: cosines.get(layer.name) ?? null,
    })),
    classes: answer.classes,
    detections: answer.detections,
    float: float === undefined ? null : float,
    stats: run.after,
  };
}
