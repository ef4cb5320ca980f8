/** Addresses of everything in the TCDM and in L2. */
import { OctobarError } from '../../../emulator/sim/error.js';
import { inputName } from '../graph/float-graph.js';
import { aligned } from './layer-needs.js';
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

/** Tensors that stay lie at the bottom and at the top of the free space in turn. */
function residentAddress(schedule: Schedule, boundary: number): number {
  const bytes = aligned(schedule.shape.bytes(schedule.groups[boundary]!.work.group.output));
  if (boundary % 2 === 1) return Math.floor(schedule.target.tcdm.end / 16) * 16 - bytes;
  return arenaStart(schedule);
}

const arenaStart = ({ target, blobRoom }: Schedule): number =>
  aligned(target.tcdm.from) + blobRoom[0] + blobRoom[1];

export function tcdmAddresses(schedule: Schedule): GroupAddresses[] {
  return schedule.groups.map((plan, g) => groupAddresses(schedule, plan, g));
}

function groupAddresses(schedule: Schedule, plan: GroupPlan, g: number): GroupAddresses {
  const { buffers, residency, work } = plan;
  const { shape, target, blobRoom } = schedule;
  const input = residency.input ? residentAddress(schedule, g - 1) : undefined;
  const output = residency.output ? residentAddress(schedule, g) : undefined;
  let start = arenaStart(schedule);
  for (const [address, name] of [
    [input, work.group.input],
    [output, work.group.output],
  ] as const) {
    if (address === arenaStart(schedule)) start += aligned(shape.bytes(name));
  }
  const region = new Region(start);
  const several = (bytes: number, n: number): number[] =>
    bytes === 0 ? [] : Array.from({ length: n }, () => region.take(bytes));
  const base = aligned(target.tcdm.from);
  return {
    blob: g % 2 === 0 ? base : base + blobRoom[0],
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
  reserve(what: string, bytes: number, alignment = 16): number {
    const address = Math.ceil(this.at / alignment) * alignment;
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
