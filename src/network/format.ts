/** What people read of an inference. */
import { overlap, type Detection } from '../deploy/tail/index.js';
import { isExact } from './tensor-check.js';
import type { Inference } from './infer.js';
import type { LayerRun, NetworkRun } from './run.js';

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Cycles that a layer takes in all, waiting and programming included. */
export const layerCycles = ({ tally }: LayerRun): number =>
  tally.cycles + tally.dma + tally.moves + tally.programming;

type Column = readonly [title: string, value: (layer: LayerRun) => string];

export function formatInference(result: Inference): string {
  return [
    heading(result),
    '\n',
    layerTable(result),
    '\n',
    unitTable(result.run),
    differences(result),
    '\n',
    answerText(result),
  ].join('');
}

function heading({ deployment, run }: Inference): string {
  const { plan, info } = deployment;
  const { arrays } = run.schedule;
  const converters = info.ideal ? 'IDEAL converters' : `${info.adc_bits}-bit converters`;
  const reloaded =
    arrays === undefined || arrays.reprogrammedRows === 0
      ? 'all weights stay on them'
      : `${arrays.shared} of them shared: ${grouped(arrays.reprogrammedRows)} rows programmed for every picture`;
  const macs = run.layers.reduce((sum, layer) => sum + layer.macs, 0);
  return (
    `${plan.name}, ${plan.input.width}x${plan.input.height}, weights ${info.weights}, ${converters}, preset ${run.after.preset}\n` +
    `${grouped(macs)} multiply-accumulates, ${arrays?.arrays ?? 0} arrays, ${reloaded}\n` +
    `${grouped(run.cycles)} cycles, ${(run.seconds * 1e3).toFixed(3)} ms at ${run.after.clock_hz / 1e6} MHz, ` +
    `${(macs / run.cycles).toFixed(2)} MAC/cycle, ${run.energy.total_uj.toFixed(1)} uJ\n`
  );
}

function layerTable({ run, cosines }: Inference): string {
  const programs = run.layers.some(({ tally }) => tally.programming > 0);
  const columns: Column[] = [
    ['layer', ({ name }) => name],
    ['unit', ({ unit }) => unit],
    ['cycles', ({ tally }) => grouped(tally.cycles)],
    ['MAC/cycle', ({ macs, tally }) => (macs === 0 ? '' : (macs / tally.cycles).toFixed(2))],
    ['stripes', ({ tally }) => String(tally.stripes)],
    ['DMA wait', ({ tally }) => grouped(tally.dma)],
    ['moves', ({ tally }) => grouped(tally.moves)],
    ...(programs
      ? [['programming', ({ tally }: LayerRun) => grouped(tally.programming)] as const]
      : []),
    ['DMA bytes', ({ tally }) => grouped(tally.dmaBytes)],
    ['stalls', ({ tally }) => grouped(tally.stalls)],
    ['conflicts', ({ tally }) => grouped(tally.conflicts)],
    ['uJ', ({ tally }) => (tally.energy / 1e6).toFixed(2)],
    ['bit-exact', ({ report }) => (report === undefined ? '-' : isExact(report) ? 'yes' : 'NO')],
    ['cosine', ({ name }) => cosines.get(name)?.toFixed(4) ?? '-'],
  ];
  return table([
    columns.map(([title]) => title),
    ...run.layers.map((l) => columns.map(([, v]) => v(l))),
  ]);
}

/** Cycles by unit; together they are the whole run. */
export function splitByUnit({ layers }: NetworkRun): { name: string; cycles: number }[] {
  const sum = (pick: (layer: LayerRun) => number): number =>
    layers.reduce((total, layer) => total + pick(layer), 0);
  const unit = (name: LayerRun['unit']): number =>
    sum((layer) => (layer.unit === name ? layer.tally.cycles : 0));
  return [
    { name: 'IMA', cycles: unit('ima') },
    { name: 'depth-wise engine', cycles: unit('depthwise') },
    { name: 'harts', cycles: unit('harts') },
    { name: 'waiting for DMA', cycles: sum(({ tally }) => tally.dma) },
    { name: 'moving halo rows', cycles: sum(({ tally }) => tally.moves) },
    { name: 'programming cells', cycles: sum(({ tally }) => tally.programming) },
  ];
}

function unitTable(run: NetworkRun): string {
  const rows = splitByUnit(run).map(({ name, cycles }) => [
    name,
    grouped(cycles),
    `${((100 * cycles) / run.cycles).toFixed(1)} %`,
    `${((1e3 * cycles) / run.after.clock_hz).toFixed(3)} ms`,
  ]);
  return table([['where the time goes', 'cycles', 'share', 'time'], ...rows]);
}

function differences({ run, chip }: Inference): string {
  const reference = chip
    ? 'the arrays of this chip computed without cycles (without noise the reference is independent of them)'
    : 'the integer reference';
  const lines = run.layers.flatMap(({ name, report }) => {
    if (report === undefined || isExact(report)) return [];
    const at =
      report.first === undefined
        ? ''
        : `; first at row ${report.first.row}, column ${report.first.column}, byte ${report.first.channel}: expected ${report.first.expected}, got ${report.first.got}`;
    return [
      `${name} differs in ${grouped(report.wrong_bytes)} of ${grouped(report.compared)} bytes, ${report.missing_rows} rows missing${at}\n`,
    ];
  });
  const bytes = run.layers.reduce((sum, { report }) => sum + (report?.compared ?? 0), 0);
  return lines.length > 0
    ? `\n${lines.join('')}`
    : `\nevery one of ${grouped(bytes)} bytes of ${run.layers.length} layers equals ${reference}\n`;
}

function answerText({ answer, float, deployment }: Inference): string {
  const { tail } = deployment.plan;
  if (tail.kind === 'classifier') {
    const beside = new Map(float?.classes.map((c) => [c.classIndex, c.probability]));
    const rows = answer.classes
      .slice(0, 5)
      .map(({ label, classIndex, probability, logit }) => [
        label,
        probability.toFixed(4),
        logit.toFixed(3),
        beside.get(classIndex)?.toFixed(4) ?? '-',
      ]);
    return `${table([['class', 'probability', 'logit', 'float'], ...rows])}softmax on the host, everything before it on the cluster\n`;
  }
  if (tail.kind === 'detector') {
    const rows = answer.detections.map(({ label, score, box }) => [
      label,
      score.toFixed(3),
      ...[box.left, box.top, box.right, box.bottom].map((edge) => edge.toFixed(3)),
      ...nearest({ label, box }, float),
    ]);
    const found =
      rows.length === 0
        ? 'nothing found\n'
        : table([
            ['object', 'score', 'left', 'top', 'right', 'bottom', 'float score', 'IoU'],
            ...rows,
          ]);
    return `${found}boxes are decoded on the host, everything before on the cluster\n`;
  }
  return 'the network ends with features\n';
}

/** Score and overlap of the trained network's box of the same object. */
function nearest(found: Pick<Detection, 'label' | 'box'>, float: Inference['float']): string[] {
  const same = (float?.detections ?? []).filter(({ label }) => label === found.label);
  const best = same
    .map((other) => ({ score: other.score, iou: overlap(found.box, other.box) }))
    .toSorted((a, b) => b.iou - a.iou)[0];
  return best === undefined ? ['-', '-'] : [best.score.toFixed(3), best.iou.toFixed(3)];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
