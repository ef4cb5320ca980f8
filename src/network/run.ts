/** Runs a planned network on the prebuilt runner and compares every byte of every tensor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { packageRoot } from '../datasets/package-root.js';
import { networkImageOf, type NetworkImage } from '../deploy/codegen/network-image.js';
import type { NetworkPlan } from '../deploy/graph/network-plan.js';
import { NetworkShape } from '../deploy/map/network-shape.js';
import { unitOf, type Unit } from '../deploy/map/operation.js';
import { scheduleNetwork, type Schedule } from '../deploy/tile/schedule.js';
import {
  openSession,
  type Image,
  type RunWatcher,
  type Session,
  type SessionOptions,
  type Stats,
} from '../session/index.js';
import { targetOf, type Kernels } from './target.js';
import { isExact, type TensorReport } from './tensor-check.js';
import { Watch, type LayerTally } from './watch.js';

/** The bytes of every tensor by layer name, computed independently. */
export type Reference = (layer: string) => Uint8Array | undefined;

export interface RunNetworkOptions extends SessionOptions {
  /** Input codes, HWC. */
  readonly input: Uint8Array | Int8Array;
  readonly reference?: Reference;
  /** Layers that are complete, of how many. */
  readonly progress?: (done: number, total: number, layer: string) => void;
  /** true: one unit after the other; by default harts and crossbars overlap where they can. */
  readonly sequential?: boolean;
  /** `scalar` for comparison; CORE-V by default. */
  readonly kernels?: Kernels;
  /** A program to run instead of the prebuilt runner: generated C, compiled. */
  readonly program?: Exclude<Image, Uint8Array>;
  readonly watcher?: RunWatcher;
}

/** One layer of a run. */
export interface LayerRun {
  readonly name: string;
  readonly kind: string;
  readonly unit: Unit;
  /** Number of the group whose stripes it is part of. */
  readonly group: number;
  readonly macs: number;
  readonly tally: Readonly<LayerTally>;
  readonly report?: TensorReport;
}

export interface NetworkRun {
  /** From the first step, weights and input in their memories, to the last byte of the output in L2. */
  readonly cycles: number;
  readonly seconds: number;
  readonly layers: readonly LayerRun[];
  /** undefined: nothing to compare with. */
  readonly bit_exact: boolean | undefined;
  /** Bytes of the tensors that leave the network. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
  /** Energy of the measured part in microjoule, by component of the cluster. */
  readonly energy: {
    readonly total_uj: number;
    readonly components: Readonly<Record<string, number>>;
  };
  readonly schedule: Schedule;
  readonly image: NetworkImage;
  /** Counters at the start and at the end of the measured part. */
  readonly before: Stats;
  readonly after: Stats;
}

const maxCycles = 100_000_000_000;

export const prebuiltRunner = (): Exclude<Image, Uint8Array> => ({
  name: 'network.elf',
  bytes: new Uint8Array(readFileSync(join(packageRoot(), 'firmware/prebuilt/network.elf'))),
});

/** Multiply-accumulates of a layer, taps on padding counted in. */
export function macsOf(layer: NetworkPlan['layers'][number]): number {
  const { height, width, channels } = layer.output;
  const outputs = height * width * channels;
  if (layer.kind === 'convolution') return outputs * layer.rows;
  return layer.kind === 'depthwise' ? 9 * outputs : 0;
}

/** @throws OctobarError when the network does not fit the machine, or the run goes wrong */
export function runNetwork(plan: NetworkPlan, options: RunNetworkOptions): NetworkRun {
  const shape = new NetworkShape(plan);
  const session = openSession(options);
  try {
    session.load(options.program ?? prebuiltRunner());
    const schedule = scheduleNetwork(
      shape,
      targetOf(session, options.kernels),
      options.sequential !== true,
    );
    const image = networkImageOf(schedule);
    session.load({ name: 'network-data.elf', bytes: image.elf });
    const { input } = options;
    session.write(image.input, new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
    return execute(session, schedule, image, options);
  } finally {
    session.close();
  }
}

function execute(
  session: Session,
  schedule: Schedule,
  image: NetworkImage,
  options: RunNetworkOptions,
): NetworkRun {
  const { shape } = schedule;
  const done = new Set<number>();
  const watch = new Watch(session, shape, {
    span: options.watcher && ((name, from, to) => options.watcher?.span(name, from, to)),
    part: options.watcher && ((name) => options.watcher?.part?.(name)),
    reference: options.reference,
    progress: (layer, part) => {
      if (part < 1) return;
      done.add(layer);
      options.progress?.(done.size, shape.layers.length, shape.layers[layer]!.name);
    },
  });
  let lastLine = '';
  session.onOutput((text) => (lastLine = text.trimEnd()));
  options.watcher?.begin(session);
  const end = session.run({ maxCycles });
  if (end.reason !== 'exit' || end.code !== 0) {
    throw new OctobarError('mismatch', `the runner ended early: ${lastLine}`, {
      hint: 'rebuild firmware and tool from one commit: make -C firmware && npm run build',
    });
  }
  options.watcher?.end(session);
  const reports = watch.reports();
  const groupOf = new Map(
    schedule.groups.flatMap(({ work }) =>
      work.group.layers.map((layer) => [layer, work.group.number] as const),
    ),
  );
  const layers = shape.layers.map((layer, i): LayerRun => {
    const report = reports.get(i);
    return {
      name: layer.name,
      kind: layer.kind,
      unit: unitOf(schedule.operations[i]!),
      group: groupOf.get(i)!,
      macs: macsOf(layer),
      tally: watch.tallies[i]!,
      ...(report === undefined ? {} : { report }),
    };
  });
  const outputs = new Map(
    [...image.outputs].map(
      ([name, address]) => [name, session.read(address, shape.bytes(name)).slice()] as const,
    ),
  );
  return {
    cycles: watch.cycles,
    seconds: watch.cycles / session.configuration.number('clock_hz'),
    layers,
    bit_exact:
      options.reference === undefined
        ? undefined
        : layers.every(({ report }) => report !== undefined && isExact(report)),
    outputs,
    energy: energyBetween(watch.before!, watch.after!),
    schedule,
    image,
    before: watch.before!,
    after: watch.after!,
  };
}

/** Energy is a sum over counters and time, so that of a part is a difference. */
function energyBetween(before: Stats, after: Stats): NetworkRun['energy'] {
  const microjoule = (late: number, early: number): number => (late - early) / 1e6;
  return {
    total_uj: microjoule(after.energy.total_pj, before.energy.total_pj),
    components: Object.fromEntries(
      Object.entries(after.energy.components).map(([name, pj]) => [
        name,
        microjoule(pj, before.energy.components[name] ?? 0),
      ]),
    ),
  };
}
