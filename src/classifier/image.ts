/** A placed model as firmware/apps/classifier reads it: jobs, tables and cells. */
import { writeDataElf } from '../deploy/image/elf-writer.js';
import { plotWords, tileCells } from './cells.js';
import { place } from './placement.js';
import type { Group, Tile } from './placement.js';
import type { Model } from './model.js';
import { bytesOf, interiorOf, layoutOf, pitchOf } from './products.js';
import type { Layout, Product } from './products.js';
import { scaleOf } from './scale.js';
import type { Scale } from './scale.js';
import { settingOf } from './tuning.js';
import type { Setting, Tuning } from './tuning.js';
import type { Target } from './target.js';

const mostTiles = 16;
const mostModes = 8;
/** `job_t`: 2 flags, `ima_job_t`, tiles, the number of modes and the modes. */
const jobWords = 2 + 26 + 4 * mostTiles + 1 + 2 * mostModes;
const settingsWords = 21;

export interface Program {
  readonly layout: Layout;
  readonly groups: readonly Group[];
  readonly settings: ReadonlyMap<Product, Setting>;
  /** `job_t` each. */
  readonly jobs: Uint8Array;
  readonly jobCount: number;
  /** Multipliers and biases, at the start of the workspace. */
  readonly tables: Uint8Array;
  readonly scoreMul: number;
  readonly scoreBias: number;
  /** Cells that firmware writes. */
  readonly plots: readonly {
    readonly tile: Tile;
    readonly width: number;
    readonly words: Uint32Array;
  }[];
  /** Contents of arrays that come with the chip, as a data-only ELF. */
  readonly chip: Uint8Array | undefined;
}

/** @throws OctobarError `config` when the model does not fit */
export function programOf(model: Model, target: Target, tuning: Tuning): Program {
  const start = tableBytes(model);
  const layout = layoutOf(model, start);
  const settings = new Map(
    layout.products.map((product) => [product, settingOf(product, model, target, tuning)]),
  );
  const groups = place(layout.products, target, (product) => settings.get(product)!.format.bits);
  const tables = new Tables(start);
  const scales = new Map(
    layout.products.map((product) => {
      const scaled = product.scaled ?? model.layers.at(-1)!;
      const scale = scaleOf(scaled, settings.get(product)!.unit);
      return [product, { scale, at: tables.put(scale) }];
    }),
  );
  const jobs = groups.map((group, i) => {
    const { product } = group;
    const after = i > 0 && groups[i - 1]!.product !== product;
    const { scale, at } = scales.get(product)!;
    return jobOf(group, { after, setting: settings.get(product)!, scale, at, layout });
  });
  const last = scales.get(layout.products.at(-1)!)!.at;
  return {
    layout,
    groups,
    settings,
    jobs: new Uint8Array(Uint32Array.from(jobs.flat()).buffer),
    jobCount: jobs.length,
    tables: tables.bytes,
    scoreMul: last.mul,
    scoreBias: last.bias,
    plots: plotsOf(groups, settings, target),
    chip: chipOf(groups, settings, target),
  };
}

/** Before the tensors: their sizes are known without them. */
const tableBytes = (model: Model): number =>
  layoutOf(model, 0).products.reduce((sum, { weights }) => sum + 12 * weights.outputs + 16, 0);

interface TablePlace {
  readonly mul: number;
  readonly bias: number;
}

class Tables {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private used = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  put({ mul, bias }: Scale): TablePlace {
    const at = { bias: this.used, mul: this.used + 8 * bias.length };
    bias.forEach((value, i) => this.view.setBigInt64(at.bias + 8 * i, BigInt(value), true));
    mul.forEach((value, i) => this.view.setInt32(at.mul + 4 * i, value, true));
    this.used = Math.ceil((at.mul + 4 * mul.length) / 8) * 8;
    return at;
  }
}

interface JobContext {
  readonly after: boolean;
  readonly setting: Setting;
  readonly scale: Scale;
  readonly at: TablePlace;
  readonly layout: Layout;
}

/** Words of `job_t`; firmware/apps/classifier/classifier.h, firmware/drivers/ima.h. */
function jobOf(group: Group, { after, setting, scale, at, layout }: JobContext): number[] {
  const { product, firstOutput, outputs, tiles } = group;
  const { weights, source, side, destination, added, low, high } = product;
  const raw = product.scaled === undefined;
  const run = weights.kernel * source.channels;
  const pixel = weights.stride * source.channels;
  const row = weights.stride * pitchOf(source);
  const job = [
    product.from,
    destination.at + (raw ? 4 : 1) * firstOutput,
    side * side,
    outputs,
    tiles.length,
    0, // row_tiles: set on the target
    run,
    pitchOf(source),
    weights.kernel,
    added === undefined ? weights.kernel * pitchOf(source) : added.distance,
    side - 1,
    pixel,
    row - (side - 1) * pixel,
    side - 1,
    destination.pixel,
    destination.row - (side - 1) * destination.pixel,
    setting.format.bits === 8 && !setting.format.own ? 8 : 4,
    // With branches there are negative bytes, and activations end at 127
    Number(low < 0 || layout.products.some((other) => other.added !== undefined)),
    setting.adc.m,
    setting.adc.r,
    Number(raw),
    at.mul + 4 * firstOutput,
    at.bias + 8 * firstOutput,
    scale.shift,
    low,
    high,
  ];
  const places = Array.from({ length: mostTiles }, (_, k) => tiles[k]).flatMap((tile) =>
    tile === undefined ? [0, 0, 0, 0] : [tile.rows, tile.array, tile.x, tile.y],
  );
  const modes = Array.from({ length: mostModes }, (_, k) => setting.modes[k] ?? [0, 0]).flat();
  const picture = source === layout.pictures[0];
  return [Number(after), Number(picture), ...job, ...places, setting.modes.length, ...modes].map(
    (word) => word >>> 0,
  );
}

function plotsOf(
  groups: readonly Group[],
  settings: Program['settings'],
  { writable }: Target,
): Program['plots'] {
  return groups.flatMap((group) =>
    group.tiles
      .filter(({ array }) => array < writable)
      .map((tile) => {
        const rows = tileCells(group, tile, settings.get(group.product)!.format);
        return { tile, width: rows[0]!.length, words: plotWords(rows) };
      }),
  );
}

function chipOf(
  groups: readonly Group[],
  settings: Program['settings'],
  { rows, cols, writable }: Target,
): Uint8Array | undefined {
  const contents = new Map<number, Uint8Array>();
  for (const group of groups)
    for (const tile of group.tiles) {
      if (tile.array < writable) continue;
      const bytes = contents.get(tile.array) ?? new Uint8Array((rows * cols) / 2);
      contents.set(tile.array, bytes);
      tileCells(group, tile, settings.get(group.product)!.format).forEach((cells, r) =>
        cells.forEach((value, c) => {
          const cell = (tile.y + r) * cols + tile.x + c;
          bytes[cell >> 1]! |= value << (4 * (cell & 1));
        }),
      );
    }
  if (contents.size === 0) return undefined;
  const sections = [...contents]
    .toSorted(([a], [b]) => a - b)
    .map(([array, data]) => ({ name: `.ima.${array}`, data }));
  return writeDataElf({
    address: 0,
    data: new Uint8Array(0),
    memorySize: 0,
    symbols: [],
    sections,
  });
}

/** Of the picture tensors, what the firmware needs. */
export const pictureInput = ({ pictures }: Layout) => ({
  first: interiorOf(pictures[0]),
  second: interiorOf(pictures[1]),
  pitch: pitchOf(pictures[0]),
  bytes: bytesOf(pictures[0]),
});

export { jobWords, settingsWords };
