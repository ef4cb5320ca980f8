/** A scheduled network as a data-only ELF: what the prebuilt runner executes. */
import { OctobarError } from '../../../emulator/sim/error.js';
import { inputName } from '../graph/float-graph.js';
import { packCells, pointwiseCells, type Cells } from '../image/cells.js';
import { writeDataElf, type ElfSymbol } from '../image/elf-writer.js';
import type { Load } from '../map/assign-arrays.js';
import { L2Layout, tcdmAddresses, usable, type GroupAddresses } from '../tile/addresses.js';
import type { Place } from '../pack/maxrects.js';
import { streams } from '../tile/layer-needs.js';
import type { Schedule } from '../tile/schedule.js';
import { groupBlob, paddedWeights, type Blob } from './blob.js';
import { MemoryImage, networkStructBytes } from './memory-image.js';
import { networkImage } from './network-layout.js';
import { groupSteps, type L2Data, type Step } from './steps.js';

export interface NetworkImage {
  /** Data-only ELF file; resident weights stand in sections `.ima.<n>`. */
  readonly elf: Uint8Array;
  /** L2 addresses. */
  readonly input: number;
  readonly outputs: ReadonlyMap<string, number>;
  /** Bytes of L2 from the image's base on. */
  readonly l2Bytes: number;
  /** One behind the highest TCDM address that the plan uses. */
  readonly tcdmEnd: number;
  readonly addresses: readonly GroupAddresses[];
  /** By group. */
  readonly steps: readonly (readonly Step[])[];
  readonly blobs: readonly Blob[];
  /** Rectangles that a `program` step writes, by the address of their table. */
  readonly plots: ReadonlyMap<number, readonly Plot[]>;
  /** What lies in L2, by name, for generated C. */
  readonly data: ReadonlyMap<string, { readonly address: number; readonly bytes: number }>;
}

/** A rectangle of cells and where it goes; words as packCells makes them. */
export interface Plot extends Place {
  readonly width: number;
  readonly height: number;
  readonly words: Uint32Array;
}

/** @param input codes that the image holds as its input; else it is zero until somebody writes it */
export function networkImageOf(schedule: Schedule, input?: Uint8Array): NetworkImage {
  return new ImageWriter(schedule, input).write();
}

class ImageWriter {
  private readonly image = new MemoryImage(networkImage.base);
  private readonly symbols: ElfSymbol[] = [];
  private readonly weightsAt = new Map<number, number>();
  private readonly plotsAt = new Map<Load, { address: number; count: number }>();
  private readonly plots = new Map<number, readonly Plot[]>();
  private readonly data = new Map<string, { address: number; bytes: number }>();

  constructor(
    private readonly schedule: Schedule,
    private readonly input: Uint8Array | undefined,
  ) {}

  write(): NetworkImage {
    const { schedule, image } = this;
    const header = image.reserve(networkStructBytes('net_image'), 16);
    const table = image.reserve(networkStructBytes('net_group') * schedule.groups.length, 16);
    this.putWeights();
    this.putPlots();
    const addresses = tcdmAddresses(schedule);
    // Steps hold addresses of tensors, which lie behind the steps: count first, then fill in.
    const unplaced = this.stepsWith(addresses, () => 0);
    const blobsAt = this.blobs(addresses, unplaced).map(({ bytes }) =>
      image.reserve(bytes.length, 16),
    );
    const layout = new L2Layout({
      ...schedule,
      target: { ...schedule.target, l2: { from: image.end, end: schedule.target.l2.end } },
    });
    layout.placeTensors();
    const steps = this.stepsWith(addresses, (name) => layout.tensor(name));
    const blobs = this.blobs(addresses, steps);
    blobs.forEach(({ bytes }, g) => {
      if (bytes.length > schedule.blobs[g]!)
        throw new OctobarError(
          'internal',
          `the blob of group ${g} has ${bytes.length} bytes, ${schedule.blobs[g]} were planned`,
        );
      image.write(blobsAt[g]!, bytes);
      this.name(`net_group_${g}`, blobsAt[g]!, bytes.length);
    });
    const tcdmEnd = this.fillHeader(header, table, { addresses, blobs, blobsAt, steps });
    this.nameTensors(layout);
    // The input is the first tensor, right behind the data.
    if (this.input !== undefined) image.put(this.input);
    const filled = image.data.length;
    const outputs = new Map(
      schedule.shape.plan.outputs.map((name) => [name, layout.tensor(name)] as const),
    );
    const elf = writeDataElf({
      address: image.base,
      data: image.data.slice(0, filled),
      memorySize: layout.end - image.base,
      symbols: this.symbols,
      sections: arraySections(schedule),
    });
    return {
      elf,
      input: layout.tensor(inputName),
      outputs,
      l2Bytes: layout.end - image.base,
      tcdmEnd,
      addresses,
      steps,
      blobs,
      plots: this.plots,
      data: this.data,
    };
  }

  private name(name: string, address: number, size: number): void {
    this.symbols.push({ name, address, size });
    this.data.set(name, { address, bytes: size });
  }

  private nameTensors(layout: L2Layout): void {
    const { shape, groups } = this.schedule;
    this.name('net_input', layout.tensor(inputName), shape.bytes(inputName));
    for (const { work, residency } of groups) {
      const { output, layers } = work.group;
      if (!residency.output)
        this.name(`net_tensor_${layers.at(-1)!}`, layout.tensor(output), shape.bytes(output));
    }
  }

  private stepsWith(addresses: readonly GroupAddresses[], tensor: L2Data['tensor']): Step[][] {
    const l2: L2Data = {
      tensor,
      weights: (layer) => this.weightsAt.get(layer)!,
      plots: (load) => this.plotsAt.get(load)!,
    };
    return this.schedule.groups.map((plan, g) =>
      groupSteps(this.schedule, plan, addresses[g]!, l2),
    );
  }

  private blobs(addresses: readonly GroupAddresses[], steps: readonly Step[][]): Blob[] {
    return this.schedule.groups.map((plan, g) =>
      groupBlob(this.schedule, plan, addresses[g]!, steps[g]!),
    );
  }

  private fillHeader(
    header: number,
    table: number,
    parts: {
      readonly addresses: readonly GroupAddresses[];
      readonly blobs: readonly Blob[];
      readonly blobsAt: readonly number[];
      readonly steps: readonly (readonly Step[])[];
    },
  ): number {
    const { schedule, image } = this;
    const { addresses, blobs, blobsAt, steps } = parts;
    const tcdmEnd = usable(schedule.target).end;
    image.fill('net_image', header, [
      {
        magic: networkImage.magic,
        version: networkImage.version,
        tcdm_from: schedule.target.tcdm.from,
        tcdm_end: tcdmEnd,
        plan: planDigest(blobs),
        n_groups: blobs.length,
        groups: table,
      },
    ]);
    image.fill(
      'net_group',
      table,
      blobs.map((blob, g) => ({
        blob: blobsAt[g]!,
        bytes: blob.bytes.length,
        to: addresses[g]!.blob,
        steps: blob.steps,
        n_steps: steps[g]!.length,
      })),
    );
    this.name('net_image', header, networkStructBytes('net_image'));
    return tcdmEnd;
  }

  /** Weights that harts stream. */
  private putWeights(): void {
    const { shape, operations } = this.schedule;
    shape.layers.forEach((layer, i) => {
      if (layer.kind !== 'convolution' || !streams(layer, operations[i]!)) return;
      const weights = paddedWeights(layer);
      const address = this.image.put(weights);
      this.weightsAt.set(i, address);
      this.name(`net_weights_${i}`, address, weights.length);
    });
  }

  /** Cells of weights that do not stay on the arrays. */
  private putPlots(): void {
    const { arrays, groups } = this.schedule;
    if (arrays === undefined) return;
    for (const { work } of groups) {
      for (const load of work.loads) {
        const plots = load.parts.flatMap((part) =>
          cellsOf(this.schedule, part.layer)
            .filter(({ tile }) => tile >= part.firstTile && tile < part.firstTile + part.tiles)
            .map(({ cells, place }): Plot => {
              const { width, height } = cells;
              return { ...place, width, height, words: packCells(cells) };
            }),
        );
        const rows = plots.map(({ words, ...plot }) => ({ ...plot, data: this.image.put(words) }));
        const address = this.image.reserve(networkStructBytes('net_plot') * plots.length, 16);
        this.image.fill('net_plot', address, rows);
        this.plotsAt.set(load, { address, count: plots.length });
        this.plots.set(address, plots);
        this.name(`net_plots_${this.plotsAt.size - 1}`, address, 24 * plots.length);
      }
    }
  }
}

/** FNV-1a over all blobs, never 0. */
export function planDigest(blobs: readonly Blob[]): number {
  let hash = 0x811c9dc5;
  for (const { bytes } of blobs)
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash === 0 ? 1 : hash;
}

interface PlacedCells {
  readonly tile: number;
  readonly cells: Cells;
  readonly place: Place;
}

/** The rectangles of cells of a layer with their places. */
function cellsOf(schedule: Schedule, layer: number): PlacedCells[] {
  const { tiles, cellsPerWeight } = schedule.arrayLayers.find((array) => array.layer === layer)!;
  const places = schedule.arrays!.places.get(layer)!;
  const node = schedule.shape.layers[layer]!;
  if (node.kind !== 'convolution') return [];
  let placed = 0;
  return tiles.flatMap((tile, index) =>
    tile.rowTiles.map((span) => {
      const place = places[placed]!;
      placed += 1;
      return {
        tile: index,
        place,
        cells: pointwiseCells(node.weights, node.rows, cellsPerWeight, tile, span),
      };
    }),
  );
}

/** Cells of the arrays that stay programmed: row-major, two cells a byte, low nibble first. */
export function arraySections(schedule: Schedule): { name: string; data: Uint8Array }[] {
  const { arrays, target, groups } = schedule;
  if (arrays === undefined || target.arrays === undefined) return [];
  const { rows, cols } = target.arrays;
  const contents = new Map<number, Uint8Array>();
  for (const { work } of groups) {
    if (!arrays.resident.has(work.group.number)) continue;
    for (const layer of work.group.layers) {
      if (work.operations[work.group.layers.indexOf(layer)] !== 'array') continue;
      for (const { cells, place } of cellsOf(schedule, layer)) {
        const bytes = contents.get(place.array) ?? new Uint8Array((rows * cols) / 2);
        contents.set(place.array, bytes);
        cells.values.forEach((value, i) => {
          const cell = (place.y + Math.floor(i / cells.width)) * cols + place.x + (i % cells.width);
          bytes[cell >> 1]! |= (value & 15) << (4 * (cell & 1));
        });
      }
    }
  }
  return [...contents]
    .toSorted(([a], [b]) => a - b)
    .map(([array, data]) => ({ name: `.ima.${array}`, data }));
}
