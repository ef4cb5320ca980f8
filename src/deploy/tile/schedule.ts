/** Lays a whole network out on a machine: groups, stripes, and where every buffer lies. */
import { OctobarError } from '../../../emulator/sim/error.js';
import { arrayLayers, type ArrayLayer } from '../map/array-layers.js';
import { assignArrays, type ArrayAssignment } from '../map/assign-arrays.js';
import type { NetworkShape } from '../map/network-shape.js';
import { operationOf, type Operation } from '../map/operation.js';
import type { Target } from '../map/target.js';
import { groupLayers, numbered, splitGroup, type Group } from './groups.js';
import { aligned, layerNeeds, type LayerNeeds } from './layer-needs.js';
import { blobEdges, usable } from './addresses.js';
import {
  blobRoom,
  leastRoom,
  planGroup,
  type GroupPlan,
  type GroupWork,
  type Residency,
  type Room,
} from './plan-group.js';

export interface Schedule {
  readonly shape: NetworkShape;
  readonly target: Target;
  /** Whether harts and crossbars may work at once on neighbouring stripes. */
  readonly overlap: boolean;
  readonly operations: readonly Operation[];
  readonly needs: readonly LayerNeeds[];
  readonly arrayLayers: readonly ArrayLayer[];
  readonly arrays: ArrayAssignment | undefined;
  readonly groups: readonly GroupPlan[];
  /** Bytes for the blob of each group: of even groups at the bottom of the TCDM, of odd ones at its top. */
  readonly blobs: readonly number[];
}

/** @throws OctobarError `config` naming the layer and the bytes when something does not fit */
export function scheduleNetwork(shape: NetworkShape, target: Target, overlap = true): Schedule {
  const operations = shape.layers.map((layer) => operationOf(layer, shape, target));
  const arrayList = target.arrays === undefined ? [] : arrayLayers(shape.plan, target.arrays);
  const needs = shape.layers.map((layer, i) =>
    layerNeeds(
      layer,
      operations[i]!,
      arrayList.find((array) => array.layer === i),
      target,
    ),
  );
  const { from, end } = usable(target);
  const capacity = end - from;
  let groups = groupLayers(shape);
  for (;;) {
    groups = numbered(groups);
    const arrays =
      target.arrays === undefined || arrayList.length === 0
        ? undefined
        : assignArrays(groups, arrayList, target.arrays, (group) =>
            Math.ceil(shape.tensor(group.output).height / likelyStripe),
          );
    const works = groups.map((group): GroupWork => ({
      group,
      operations: group.layers.map((layer) => operations[layer]!),
      needs: group.layers.map((layer) => needs[layer]!),
      loads: arrays?.loads.get(group.number) ?? [],
    }));
    const attempt = planGroups(works, shape, capacity);
    if ('plans' in attempt) {
      const { plans, rooms } = attempt;
      return {
        shape,
        target,
        overlap,
        operations,
        needs,
        arrayLayers: arrayList,
        arrays,
        groups: plans,
        blobs: rooms,
      };
    }
    // A group that does not fit as a whole may fit layer by layer.
    const culprit = groups[attempt.culprit]!;
    if (culprit.layers.length === 1) throw tooLarge(works, attempt.culprit, shape, capacity);
    groups = groups.flatMap((group) => (group === culprit ? splitGroup(shape, group) : [group]));
  }
}

/** Rows of a stripe, guessed before stripes are planned: maps up to 28x28 mostly stay whole. */
const likelyStripe = 28;

type Attempt =
  | { readonly plans: GroupPlan[]; readonly rooms: readonly number[] }
  | { readonly culprit: number };

/** Rounds in which blobs grow; three are usual. */
const mostRounds = 12;

/**
 * Blobs take room from buffers, and smaller buffers make more stripes and larger blobs: blobs grow from
 * their least size until every plan has the room that it needs.
 */
function planGroups(works: readonly GroupWork[], shape: NetworkShape, capacity: number): Attempt {
  let rooms: readonly number[] = works.map((work) => blobRoom(work, 1, shape));
  for (let round = 0; ; round += 1) {
    const next = chooseResidency(works, shape, capacity, rooms);
    if ('culprit' in next) return next;
    const used = next.plans.map((plan) => blobRoom(plan.work, plan.stripes.length, shape));
    if (used.every((bytes, g) => bytes <= rooms[g]!)) return { plans: next.plans, rooms };
    if (round === mostRounds) return { culprit: used.indexOf(Math.max(...used)) };
    rooms = used.map((bytes, g) => Math.max(bytes, rooms[g]!));
  }
}

interface Way {
  readonly cost: number;
  readonly plan: GroupPlan;
  /** Whether the input of the group stays; leads back to the way before. */
  readonly input: boolean;
}

/** Which tensors between groups stay in the TCDM: the cheapest way through all groups. */
function chooseResidency(
  works: readonly GroupWork[],
  shape: NetworkShape,
  capacity: number,
  rooms: readonly number[],
): { plans: GroupPlan[] } | { culprit: number } {
  /** By group: the best way up to it when its output stays or not. */
  const ways: { stays?: Way; leaves?: Way }[] = [];
  for (const [g, work] of works.entries()) {
    const { low, high } = blobEdges(rooms, g - 1, g + 2);
    const free = capacity - low - high;
    const found: { stays?: Way; leaves?: Way } = {};
    for (const input of g === 0 ? [false] : [false, true]) {
      const before = g === 0 ? undefined : input ? ways[g - 1]!.stays : ways[g - 1]!.leaves;
      if (g > 0 && before === undefined) continue;
      for (const output of [false, true]) {
        if (output && !mayStay(shape, works, g)) continue;
        const residency: Residency = { input, output };
        const room = roomFor(work, shape, residency, free, rooms[g]!);
        const plan = planGroup(work, shape, residency, room);
        if (plan === undefined) continue;
        const cost = (before?.cost ?? 0) + plan.overhead;
        const key = output ? 'stays' : 'leaves';
        if (found[key] === undefined || cost < found[key].cost) found[key] = { cost, plan, input };
      }
    }
    if (found.stays === undefined && found.leaves === undefined) return { culprit: g };
    ways.push(found);
  }
  const plans: GroupPlan[] = [];
  let stays = false;
  for (let g = works.length - 1; g >= 0; g -= 1) {
    const way: Way | undefined = stays ? ways[g]!.stays : ways[g]!.leaves;
    if (way === undefined) return { culprit: g };
    plans.unshift(way.plan);
    stays = way.input;
  }
  return { plans };
}

function roomFor(
  { group }: GroupWork,
  shape: NetworkShape,
  residency: Residency,
  free: number,
  blob: number,
): Room {
  let buffers = free;
  if (residency.input) buffers -= aligned(shape.bytes(group.input));
  if (residency.output) buffers -= aligned(shape.bytes(group.output));
  return { buffers, blob };
}

/** A tensor stays when the next group alone reads it, as its input and perhaps as its skip. */
function mayStay(shape: NetworkShape, works: readonly GroupWork[], g: number): boolean {
  const next = works[g + 1]?.group;
  const { output } = works[g]!.group;
  if (next === undefined || next.input !== output || shape.isOutput(output)) return false;
  return shape.consumers(output).every((layer) => next.layers.includes(layer));
}

function tooLarge(
  works: readonly GroupWork[],
  g: number,
  shape: NetworkShape,
  capacity: number,
): OctobarError {
  const work = works[g]!;
  const layer = shape.layers[work.group.layers[0]!]!;
  const least = leastRoom(work, shape);
  const bytes = least.buffers + least.blob;
  const rooms = works.map((other) => leastRoom(other, shape).blob);
  const { low, high } = blobEdges(rooms, g - 1, g + 2);
  const others = low + high - rooms[g]!;
  return new OctobarError(
    'config',
    `layer ${layer.name} needs ${bytes} bytes of TCDM even in the smallest stripes (${least.buffers} for rows of its tensors and weights, ${least.blob} for tables), ${capacity} are free, ${others} of them taken by tables of its neighbours`,
    { hint: 'give the cluster more TCDM with --set tcdm.size=..., or choose a smaller network' },
  );
}

/** Groups of a schedule, for reports. */
export const groupsOf = (schedule: Schedule): Group[] =>
  schedule.groups.map(({ work }) => work.group);
