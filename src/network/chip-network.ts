/**
 * A scheduled network on the arrays of chips, without cycles. Layers on crossbars run through the
 * very cells, converters and noise of the machine's engine, job after job in the order in which the
 * firmware queues them, so that every product has the number that it has there; all other layers
 * have no physics and are computed by the fast executor.
 */
import {
  arraySections,
  networkImageOf,
  type NetworkImage,
} from '../deploy/codegen/network-image.js';
import type { Step } from '../deploy/codegen/steps.js';
import { FastNetwork } from '../deploy/fast/network.js';
import type { PlannedConvolution } from '../deploy/graph/network-plan.js';
import type { Codes } from '../deploy/reference/layers.js';
import type { NetworkCodes } from '../deploy/reference/network.js';
import { count } from '../deploy/tile/rows.js';
import type { Schedule } from '../deploy/tile/schedule.js';
import type { FunctionalEngine, MvmJob } from '../session/index.js';

interface Tile {
  readonly job: Omit<MvmJob, 'pixels'>;
  readonly firstCol: number;
}

type Action = (arrays: FunctionalEngine) => void;

/** One picture after the other, on one chip or another; a picture is a run of a chip. */
export class ChipNetwork {
  private readonly fast: FastNetwork;
  /** Column registers of a job, [pixels][columns]. */
  private readonly sums: { readonly at: number; readonly values: Int32Array };
  /** Arrays that weights share, the last ones. */
  private readonly shared: readonly number[];
  private readonly actions: readonly Action[];

  constructor(
    private readonly schedule: Schedule,
    private readonly image: NetworkImage = networkImageOf(schedule),
  ) {
    this.fast = new FastNetwork(schedule.shape.plan);
    this.sums = this.fast.accumulators(largestJob(schedule));
    const { arrays = 0, shared = 0 } = schedule.arrays ?? {};
    this.shared = Array.from({ length: shared }, (_, i) => arrays - shared + i);
    this.actions = image.steps.flatMap((steps) => this.actionsOf(steps));
  }

  /** Programs the weights that stay, as the loader does. */
  program(arrays: FunctionalEngine): void {
    for (const { name, data } of arraySections(this.schedule)) arrays.preload(name, data);
  }

  /**
   * @param arrays of a chip that was programmed with this network
   * @param input codes of the picture
   * @param run number of the run: what `--set ima.run` is on a machine
   * @returns codes of the outputs, in the order of the plan
   */
  run(arrays: FunctionalEngine, input: Codes, run: number): NetworkCodes[] {
    arrays.begin(run);
    // What the picture before left there would count in the correction of an array.
    for (const array of this.shared) arrays.erase(array);
    this.fast.load(input);
    for (const action of this.actions) action(arrays);
    return this.schedule.shape.plan.outputs.map((name) => this.tensor(name));
  }

  /** Codes of any tensor of the last run. */
  tensor(name: string): NetworkCodes {
    return this.fast.tensor(name);
  }

  private actionsOf(steps: readonly Step[]): Action[] {
    const { fast, schedule, image } = this;
    const tiles = new Map<number, readonly Tile[]>();
    return steps.flatMap((step, at): Action[] => {
      const layer = step.layer!;
      switch (step.kind) {
        case 'program': {
          const plots = image.plots.get(step.args[0]!)!;
          return [(arrays) => plots.forEach((plot) => arrays.plot(plot))];
        }
        case 'array':
        case 'array_start': {
          const own = tiles.get(layer) ?? this.tilesOf(layer);
          tiles.set(layer, own);
          const [, , pixels, first, some] = step.args as [number, number, number, number, number];
          const { from } = rowsShown(steps, at);
          return own
            .slice(first, first + some)
            .map((tile) => (arrays) => this.runTile(arrays, layer, tile, pixels, from));
        }
        case 'show': {
          if (schedule.operations[layer] === 'array') return [];
          const { from, rows } = rowsShown(steps, at);
          return [() => fast.compute(layer, from, rows)];
        }
        default:
          return [];
      }
    });
  }

  private runTile(
    arrays: FunctionalEngine,
    layer: number,
    { job, firstCol }: Tile,
    pixels: number,
    firstRow: number,
  ): void {
    const { fast, schedule, sums } = this;
    const node = schedule.shape.layers[layer] as PlannedConvolution;
    const firstPixel = firstRow * node.output.width;
    const cols = job.outputs;
    const pitch = Math.ceil(cols / 4) * 4;
    const input = fast.bytes(node.inputs[0]!);
    arrays.run({ ...job, pixels }, input.subarray(firstPixel * node.rows), sums.values, pitch);
    fast.settle(layer, sums.at, { firstPixel, pixels, pitch, firstCol, cols });
  }

  /** Column tiles of a layer as the jobs that firmware/network/engines.c makes of them. */
  private tilesOf(layer: number): Tile[] {
    const { shape, arrayLayers, arrays } = this.schedule;
    const node = shape.layers[layer] as PlannedConvolution;
    const { converter, cellsPerWeight } = node.array!;
    const { shift, lo, hi } = node.requantisation;
    const places = arrays!.places.get(layer)!;
    let placed = 0;
    return arrayLayers
      .find((found) => found.layer === layer)!
      .tiles.map(({ firstCol, cols, rowTiles }): Tile => {
        const tiles = rowTiles.map(({ rows }) => {
          const { array, x, y } = places[placed++]!;
          return { array, x, y, rows };
        });
        const job = {
          outputs: cols,
          columnsPerOutput: cellsPerWeight,
          tiles,
          inputSigned: shape.signed(node.inputs[0]!),
          range: { m: converter?.m ?? 0, r: converter?.r ?? 0 },
          requantise: true,
          raw: false,
          own: new Int32Array(macroWords),
          mulAddress: 0,
          biasAddress: 0,
          shift,
          lo,
          hi,
        };
        return { job, firstCol };
      });
  }
}

/** Modes of macros other than the IMA, which has none. */
const macroWords = 32;

/** Accumulators of the largest job. */
function largestJob({ shape, operations, groups, target }: Schedule): number {
  const pixels = groups.flatMap(({ work, stripes }) =>
    work.group.layers.map((layer, i) =>
      operations[layer] === 'array'
        ? shape.layers[layer]!.output.width *
          Math.max(...stripes.map(({ tensors }) => count(tensors[i + 1]!.fresh)))
        : 0,
    ),
  );
  return Math.max(0, ...pixels) * (target.arrays?.cols ?? 0);
}

/** Rows of the layer that a step computes, from the mark behind it. */
function rowsShown(steps: readonly Step[], at: number): { from: number; rows: number } {
  const { layer } = steps[at]!;
  const show = steps.slice(at).find((step) => step.kind === 'show' && step.layer === layer)!;
  const range = show.args[1]!;
  return { from: range & 0xffff, rows: range >>> 16 };
}
