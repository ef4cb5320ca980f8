/** Addresses of everything in the TCDM and in L2. */
import { OctobarError } from '../../../emulator/sim/error.js';
import { inputName } from '../graph/float-graph.js';
import type { Target } from '../map/target.js';
import { aligned, alignment } from './layer-needs.js';
import type { GroupPlan } from './plan-group.js';
import type { Schedule } from './schedule.js';

/** Buffers of a group in the TCDM; a pair has two addresses that stripes use in turn. */
export interface GroupAddresses {
  /** Of the blob. */
  readonly blob: number;
  readonly input: readonly number[];
  readonly skip: readonly number[];
  readonly output: readonly number[];
  /** By layer of the group. */
  readonly inner: readonly number[];
  readonly windows: number;
  readonly slices: readonly number[];
  readonly scratch: number;
  /** One behind the highest address in use. */
  readonly end: number;
}

/** Fills a range of addresses from its start. */
class Region {
  constructor(private at: number) {}

  take(bytes: number): number {
    const address = this.at;
    this.at += aligned(bytes);
    return address;
  }

  get end(): number {
    return this.at;
  }
}

/** The TCDM that a network may use, aligned at both ends. */
export const usable = ({ tcdm }: Target): { from: number; end: number } => ({
  from: aligned(tcdm.from),
  end: Math.floor(tcdm.end / alignment) * alignment,
});

/** What the blobs of groups first .. last take at the bottom (even groups) and at the top (odd ones). */
export function blobEdges(
  blobs: readonly number[],
  first: number,
  last: number,
): { low: number; high: number } {
  const edges = { low: 0, high: 0 };
  for (let g = Math.max(0, first); g <= Math.min(last, blobs.length - 1); g += 1) {
    if (g % 2 === 0) edges.low = Math.max(edges.low, blobs[g]!);
    else edges.high = Math.max(edges.high, blobs[g]!);
  }
  return edges;
}

/**
 * Tensors that stay lie at the bottom and at the top of the space between the blobs in turn. A tensor
 * lives while two groups run, and the blob of the third is brought meanwhile.
 */
function residentAddress(schedule: Schedule, boundary: number): number {
  const bytes = aligned(schedule.shape.bytes(schedule.groups[boundary]!.work.group.output));
  const { low, high } = blobEdges(schedule.blobs, boundary, boundary + 2);
  const { from, end } = usable(schedule.target);
  return boundary % 2 === 1 ? end - high - bytes : from + low;
}

export function tcdmAddresses(schedule: Schedule): GroupAddresses[] {
  return schedule.groups.map((plan, g) => groupAddresses(schedule, plan, g));
}

function groupAddresses(schedule: Schedule, plan: GroupPlan, g: number): GroupAddresses {
  const { buffers, residency, work } = plan;
  const { shape, target, blobs } = schedule;
  const input = residency.input ? residentAddress(schedule, g - 1) : undefined;
  const output = residency.output ? residentAddress(schedule, g) : undefined;
  const { from, end } = usable(target);
  const edges = blobEdges(blobs, g - 1, g + 2);
  let start = from + edges.low;
  for (const [address, boundary, name] of [
    [input, g - 1, work.group.input],
    [output, g, work.group.output],
  ] as const) {
    if (address !== undefined && boundary % 2 === 0)
      start = Math.max(start, address + aligned(shape.bytes(name)));
  }
  const region = new Region(start);
  const several = (bytes: number, n: number): number[] =>
    bytes === 0 ? [] : Array.from({ length: n }, () => region.take(bytes));
  return {
    blob: g % 2 === 0 ? from : end - blobs[g]!,
    input: input === undefined ? several(buffers.input, buffers.inputs) : [input],
    skip: several(buffers.skip, buffers.skips),
    output: output === undefined ? several(buffers.output, buffers.outputs) : [output],
    inner: buffers.inner.map((bytes) => region.take(bytes)),
    windows: region.take(buffers.windows),
    slices: several(buffers.slice, 2),
    scratch: region.take(buffers.scratch),
    end: region.end,
  };
}

/** Where tensors lie in L2: those that do not stay in the TCDM. */
export class L2Layout {
  private readonly tensors = new Map<string, number>();
  private at: number;

  constructor(private readonly schedule: Schedule) {
    this.at = schedule.target.l2.from;
  }

  /** Space for anything. @throws OctobarError `config` when L2 ends */
  reserve(what: string, bytes: number): number {
    const address = aligned(this.at);
    this.at = address + bytes;
    const { from, end } = this.schedule.target.l2;
    if (this.at > end) {
      throw new OctobarError(
        'config',
        `the network needs more than the ${end - from} bytes of L2 behind the program: ${what} ends at ${this.at - from}`,
        { hint: 'choose a preset with more L2 (garofalo2022-net), or --set l2.size=16M' },
      );
    }
    return address;
  }

  /** Reserves every tensor that some group reads from or writes to L2. */
  placeTensors(): void {
    const { shape, groups } = this.schedule;
    this.tensors.set(inputName, this.reserve('the input', shape.bytes(inputName)));
    for (const { work, residency } of groups) {
      const name = work.group.output;
      if (!residency.output)
        this.tensors.set(name, this.reserve(`tensor ${name}`, shape.bytes(name)));
    }
  }

  tensor(name: string): number {
    const address = this.tensors.get(name);
    if (address === undefined) throw new OctobarError('internal', `${name} does not lie in L2`);
    return address;
  }

  get end(): number {
    return this.at;
  }
}
