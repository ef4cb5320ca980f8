/** Lays a whole network out on a machine: groups, stripes, and where every buffer lies. */
import { OctobarError } from '../../../emulator/sim/error.js';
import { arrayLayers, type ArrayLayer } from '../map/array-layers.js';
import { assignArrays, type ArrayAssignment } from '../map/assign-arrays.js';
import type { NetworkShape } from '../map/network-shape.js';
import { operationOf, type Operation } from '../map/operation.js';
import type { Target } from '../map/target.js';
import { groupLayers, numbered, splitGroup, type Group } from './groups.js';
import { aligned, layerNeeds, type LayerNeeds } from './layer-needs.js';
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
  readonly operations: readonly Operation[];
  readonly needs: readonly LayerNeeds[];
  readonly arrayLayers: readonly ArrayLayer[];
  readonly arrays: ArrayAssignment | undefined;
  readonly groups: readonly GroupPlan[];
  /** Bytes for blobs of even and of odd groups, at the bottom of the TCDM. */
  readonly blobRoom: readonly [number, number];
}

/** @throws OctobarError `config` naming the layer and the bytes when something does not fit */
export function scheduleNetwork(shape: NetworkShape, target: Target): Schedule {
  const operations = shape.layers.map((layer) => operationOf(layer, shape, target));
  const arrayList = target.arrays === undefined ? [] : arrayLayers(shape.plan, target.arrays);
  const needs = shape.layers.map((layer, i) =>
    layerNeeds(
      layer,
      operations[i]!,
      arrayList.find((array) => array.layer === i),
      target.harts,
    ),
  );
  const capacity = target.tcdm.end - target.tcdm.from;
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
        operations,
        needs,
        arrayLayers: arrayList,
        arrays,
        groups: plans,
        blobRoom: rooms,
      };
    }
    // A group that does not fit as a whole may fit layer by layer.
    const culprit = groups[attempt.culprit]!;
    if (culprit.layers.length === 1) throw tooLarge(works[attempt.culprit]!, shape, capacity);
    groups = groups.flatMap((group) => (group === culprit ? splitGroup(shape, group) : [group]));
  }
}

/** Rows of a stripe, guessed before stripes are planned: maps up to 28x28 mostly stay whole. */
const likelyStripe = 28;

type Attempt =
  | { readonly plans: GroupPlan[]; readonly rooms: [number, number] }
  | { readonly culprit: number };

/** Stripes of a group that blobs have room for at first; more steps take room from buffers. */
const stripeGuesses = [8, 24, 60];

function planGroups(works: readonly GroupWork[], shape: NetworkShape, capacity: number): Attempt {
  let attempt: Attempt | undefined;
  for (const stripes of stripeGuesses) {
    const found = planWithRoom(works, shape, capacity, stripes);
    if ('plans' in found) return found;
    attempt ??= found;
  }
  return attempt!;
}

/** Blob rooms shrink the buffers, and plans decide the blobs: a few rounds until both agree. */
function planWithRoom(
  works: readonly GroupWork[],
  shape: NetworkShape,
  capacity: number,
  stripes: number,
): Attempt {
  let rooms: [number, number] = [0, 0];
  works.forEach((work, g) => {
    rooms[g % 2] = Math.max(rooms[g % 2]!, blobRoom(work, stripes, shape));
  });
  let attempt: Attempt | undefined;
  for (let round = 0; round < 4; round += 1) {
    const next = chooseResidency(works, shape, capacity, rooms);
    if ('culprit' in next) return attempt ?? next;
    attempt = { plans: next.plans, rooms };
    const used: [number, number] = [0, 0];
    next.plans.forEach((plan, g) => {
      used[g % 2] = Math.max(used[g % 2]!, blobRoom(plan.work, plan.stripes.length, shape));
    });
    if (used[0] === rooms[0] && used[1] === rooms[1]) break;
    rooms = used;
  }
  return attempt!;
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
  rooms: readonly [number, number],
): { plans: GroupPlan[] } | { culprit: number } {
  const free = capacity - rooms[0] - rooms[1];
  /** By group: the best way up to it when its output stays or not. */
  const ways: { stays?: Way; leaves?: Way }[] = [];
  for (const [g, work] of works.entries()) {
    const found: { stays?: Way; leaves?: Way } = {};
    for (const input of g === 0 ? [false] : [false, true]) {
      const before = g === 0 ? undefined : input ? ways[g - 1]!.stays : ways[g - 1]!.leaves;
      if (g > 0 && before === undefined) continue;
      for (const output of [false, true]) {
        if (output && !mayStay(shape, works, g)) continue;
        const residency: Residency = { input, output };
        const room = roomFor(work, shape, residency, free, rooms[g % 2]!);
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

function tooLarge(work: GroupWork, shape: NetworkShape, capacity: number): OctobarError {
  const layer = shape.layers[work.group.layers[0]!]!;
  const least = leastRoom(work, shape);
  const bytes = least.buffers + 2 * least.blob;
  return new OctobarError(
    'config',
    `layer ${layer.name} needs ${bytes} bytes of TCDM even row by row (${least.buffers} for rows of its tensors and weights, twice ${least.blob} for tables), ${capacity} are free`,
    { hint: 'give the cluster more TCDM with --set tcdm.size=..., or choose a smaller network' },
  );
}

/** Groups of a schedule, for reports. */
export const groupsOf = (schedule: Schedule): Group[] =>
  schedule.groups.map(({ work }) => work.group);
