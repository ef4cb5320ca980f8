/** How a group is cut into stripes so that everything it needs at once fits into the TCDM. */
import type { NetworkShape } from '../map/network-shape.js';
import type { Operation } from '../map/operation.js';
import type { Load } from '../map/assign-arrays.js';
import type { Group } from './groups.js';
import { aligned, stepBytes, type LayerNeeds } from './layer-needs.js';
import { count, stripesOf, type Stripe } from './rows.js';

/** A group with all that does not depend on where its tensors lie. */
export interface GroupWork {
  readonly group: Group;
  readonly operations: readonly Operation[];
  readonly needs: readonly LayerNeeds[];
  /** Weights to program; empty when they stay on the arrays. */
  readonly loads: readonly Load[];
}

/** Whether input and output of a group stay in the TCDM between groups. */
export interface Residency {
  readonly input: boolean;
  readonly output: boolean;
}

/** Sizes in bytes of the buffers of a group, 0 where there is none. Tensors that stay are not counted. */
export interface Buffers {
  /** One or two of each. */
  readonly input: number;
  readonly inputs: number;
  readonly skip: number;
  readonly skips: number;
  readonly output: number;
  readonly outputs: number;
  /** By layer: its output, where that is not the output of the group. */
  readonly inner: readonly number[];
  readonly windows: number;
  readonly slice: number;
  readonly scratch: number;
  readonly total: number;
}

export interface GroupPlan {
  readonly work: GroupWork;
  readonly residency: Residency;
  readonly stripes: readonly Stripe[];
  readonly buffers: Buffers;
  /** Outputs whose weights are streamed together, at most. */
  readonly sliceCols: number;
  /** Estimated cycles beyond those of the layers themselves. */
  readonly overhead: number;
}

/** Whether the skip tensor is the input of the group and lies in the TCDM anyway. */
export const skipInPlace = (group: Group, residency: Residency): boolean =>
  group.skip === group.input && residency.input;

/** An addition at the end works in place: the layer before it writes where the output will be. */
export const writesOutput = (group: Group, shape: NetworkShape, index: number): boolean =>
  index === group.layers.length - 1 ||
  (index === group.layers.length - 2 && shape.layers[group.layers.at(-1)!]!.kind === 'add');

export function buffersOf(
  work: GroupWork,
  shape: NetworkShape,
  residency: Residency,
  stripes: readonly Stripe[],
  sliceCols: number,
): Buffers {
  const { group, needs } = work;
  const most = (t: number): number =>
    stripes.reduce((rows, { tensors }) => Math.max(rows, count(tensors[t]!.rows)), 0);
  const depth = group.layers.length;
  const twice = stripes.length > 1 ? 2 : 1;
  const outRows = most(depth);
  const input = residency.input ? 0 : aligned(most(0) * shape.rowBytes(group.input));
  const skipped = group.skip !== undefined && !skipInPlace(group, residency);
  const skip = skipped ? aligned(outRows * shape.rowBytes(group.skip!)) : 0;
  const output = residency.output ? 0 : aligned(outRows * shape.rowBytes(group.output));
  const inner = group.layers.map((layer, i) =>
    writesOutput(group, shape, i)
      ? 0
      : aligned(most(i + 1) * shape.rowBytes(shape.layers[layer]!.name)),
  );
  const windows = needs.reduce(
    (bytes, need, i) => Math.max(bytes, aligned(most(i + 1) * need.windowsPerRow)),
    0,
  );
  const slice = needs.reduce((bytes, need, i) => {
    const cols = Math.min(sliceCols, shape.layers[group.layers[i]!]!.output.channels);
    return Math.max(bytes, aligned(cols * need.streamedRow));
  }, 0);
  const scratch = needs.reduce((bytes, need) => Math.max(bytes, aligned(need.scratch)), 0);
  const total =
    (input + skip + output) * twice +
    inner.reduce((sum, bytes) => sum + bytes, 0) +
    windows +
    2 * slice +
    scratch;
  return {
    input,
    inputs: twice,
    skip,
    skips: twice,
    output,
    outputs: twice,
    inner,
    windows,
    slice,
    scratch,
    total,
  };
}

/** Rough costs in cycles; they only choose among plans that all compute the same. */
const guess = {
  macsPerCycle: 15,
  tile: 4,
  harts: 8,
  step: 250,
  dmaBytesPerCycle: 8,
  moveBytesPerCycle: 10,
  depthwiseGroup: 60,
  programRow: 1700,
};

function overheadOf(
  work: GroupWork,
  shape: NetworkShape,
  residency: Residency,
  stripes: readonly Stripe[],
  sliceCols: number,
): number {
  const { group, needs, loads } = work;
  let cycles = 0;
  stripes.forEach(({ tensors }) => {
    group.layers.forEach((layer, i) => {
      cycles += guess.step;
      if (work.operations[i] === 'depthwise')
        cycles += (shape.layers[layer]!.output.channels / 16) * guess.depthwiseGroup;
      const { rows, fresh } = tensors[i]!;
      if (i > 0)
        cycles +=
          ((fresh.from - rows.from) * shape.rowBytes(shape.layers[group.layers[i - 1]!]!.name)) /
          guess.moveBytesPerCycle;
      const { streamedRow } = needs[i]!;
      const outRows = count(tensors[i + 1]!.fresh);
      if (streamedRow > 0) cycles += streamingCycles(shape, layer, streamedRow, sliceCols, outRows);
    });
  });
  const programmed = loads.reduce((rows, load) => rows + load.rows, 0);
  cycles += programmed * guess.programRow * (loads.length > 1 ? stripes.length : 1);
  const edge = (bytes: number): number => 100 + bytes / guess.dmaBytesPerCycle;
  if (!residency.input)
    cycles += edge(count(stripes[0]!.tensors[0]!.rows) * shape.rowBytes(group.input));
  if (!residency.output)
    cycles += edge(count(stripes.at(-1)!.tensors.at(-1)!.rows) * shape.rowBytes(group.output));
  return cycles;
}

/** Slices that have work for all harts are computed faster; small ones begin sooner. */
function streamingCycles(
  shape: NetworkShape,
  layer: number,
  rowBytes: number,
  sliceCols: number,
  outRows: number,
): number {
  const { channels, width } = shape.layers[layer]!.output;
  const cols = Math.min(sliceCols, channels);
  const pixels = outRows * width;
  // A single pixel has tiles of eight outputs, else tiles are 4 by 4.
  const tiles =
    pixels === 1
      ? Math.ceil(cols / (2 * guess.tile))
      : Math.ceil(pixels / guess.tile) * Math.ceil(cols / guess.tile);
  const busy = tiles / (guess.harts * Math.ceil(tiles / guess.harts));
  const slices = Math.ceil(channels / cols);
  return (
    (channels * rowBytes * pixels) / (guess.macsPerCycle * busy) +
    (cols * rowBytes) / guess.dmaBytesPerCycle +
    slices * guess.step
  );
}

/** Steps of a stripe that are no computation, at most: transfers, waits, moves. */
const stepsBeside = 12;

/** Bytes of the steps of a plan, an upper bound. */
function stepRoom(work: GroupWork, stripes: number, shape: NetworkShape): number {
  const slices = work.needs.reduce((sum, need, i) => {
    if (need.streamedRow === 0) return sum;
    const channels = shape.layers[work.group.layers[i]!]!.output.channels;
    return sum + 3 * Math.ceil(channels / smallestSlice);
  }, 0);
  const parts = work.loads.reduce((sum, load) => sum + 1 + load.parts.length, 0);
  return stepBytes * (stripes * (2 * work.group.layers.length + stepsBeside + slices + parts) + 8);
}

const smallestSlice = 8;
const sliceChoices = [64, 32, 16, smallestSlice];

/** Bytes of the blob of a group, an upper bound. */
export const blobRoom = (work: GroupWork, stripes: number, shape: NetworkShape): number =>
  aligned(work.needs.reduce((sum, need) => sum + need.blob, stepRoom(work, stripes, shape)));

/** Room that a group finds: bytes for buffers, and bytes for its blob. */
export interface Room {
  readonly buffers: number;
  readonly blob: number;
}

/** The cheapest way to cut a group; undefined when not even single rows fit. */
export function planGroup(
  work: GroupWork,
  shape: NetworkShape,
  residency: Residency,
  room: Room,
): GroupPlan | undefined {
  const { height } = shape.tensor(work.group.output);
  const streaming = work.needs.some(({ streamedRow }) => streamedRow > 0);
  let best: GroupPlan | undefined;
  let tried = 0;
  for (let pieces = 1; pieces <= height && tried < 24; pieces += 1) {
    const rows = Math.ceil(height / pieces);
    if (pieces > 1 && rows === Math.ceil(height / (pieces - 1))) continue;
    const stripes = stripesOf(shape, work.group, rows);
    // A larger blob takes room from the buffers of its own group first.
    const more = Math.max(0, blobRoom(work, stripes.length, shape) - room.blob);
    for (const sliceCols of streaming ? sliceChoices : [smallestSlice]) {
      const buffers = buffersOf(work, shape, residency, stripes, sliceCols);
      if (buffers.total + more > room.buffers) continue;
      tried += 1;
      const overhead = overheadOf(work, shape, residency, stripes, sliceCols);
      if (best === undefined || overhead < best.overhead)
        best = { work, residency, stripes, buffers, sliceCols, overhead };
    }
  }
  return best;
}

/** The least bytes with which a group runs at all, its own blob and the next one's included. */
export function leastRoom(work: GroupWork, shape: NetworkShape): Room {
  const { height } = shape.tensor(work.group.output);
  const residency = { input: false, output: false };
  let least: Room | undefined;
  for (let rows = 1; rows <= height; rows += 1) {
    const stripes = stripesOf(shape, work.group, rows);
    const { total } = buffersOf(work, shape, residency, stripes, smallestSlice);
    const room = { buffers: total, blob: blobRoom(work, stripes.length, shape) };
    if (least === undefined || room.buffers + room.blob < least.buffers + least.blob) least = room;
  }
  return least!;
}
