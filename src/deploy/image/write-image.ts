import type { ArrayGeometry } from '../array-geometry.js';
import { blockImage } from '../image-layout.js';
import type { Mapping } from '../plan-block.js';
import { placeRectangles, type Place } from '../placing.js';
import type { WeightBits } from '../quantise/block.js';
import { unitConverter } from '../quantise/converter-range.js';
import type { BlockPlan, LayerPlan } from '../reference/plan.js';
import { depthwiseTiles, pointwiseTiles, type Tile } from '../tiling.js';
import { Arena, bytesOf, structSize, type StructValues } from './arena.js';
import { depthwiseCells, packCells, pointwiseCells, type Cells } from './cells.js';
import { writeDataElf, type ElfSymbol } from './elf-writer.js';

export interface ImageOptions {
  readonly mapping: Mapping;
  readonly weightBits: WeightBits;
  readonly ideal: boolean;
  readonly geometry: ArrayGeometry;
}

export interface BlockImage {
  /** Data-only ELF file. */
  readonly elf: Uint8Array;
  /** Bytes in guest memory from blockImage.base on. */
  readonly memorySize: number;
  /** Crossbars that must exist. */
  readonly arrays: number;
  /** Rectangles of cells programmed. */
  readonly plots: number;
  /** Words of eight cells programmed. */
  readonly plotWords: number;
  /** Triggers of the engine per pixel of each layer on it. */
  readonly tiles: { readonly expand: number; readonly depthwise: number; readonly project: number };
  readonly symbols: readonly ElfSymbol[];
}

const tableAlignment = 8;
const tensorAlignment = 16;

/** Writes a planned block and its input into the image that the firmware application reads. */
export function writeBlockImage(
  plan: BlockPlan,
  input: Int8Array,
  options: ImageOptions,
): BlockImage {
  const writer = new ImageWriter(options);
  return writer.write(plan, input);
}

/** A layer on crossbars, before its tiles have places. */
interface TiledLayer {
  readonly tiles: readonly Tile[];
  /** Cells of each row tile, in the order of tiles and their row tiles. */
  readonly cells: readonly Cells[];
}

const noTiles: TiledLayer = { tiles: [], cells: [] };

class ImageWriter {
  private readonly arena = new Arena(blockImage.base);
  private readonly symbols: ElfSymbol[] = [];
  private readonly options: ImageOptions;

  constructor(options: ImageOptions) {
    this.options = options;
  }

  write(plan: BlockPlan, input: Int8Array): BlockImage {
    const { arena, options } = this;
    const { shape } = plan;
    const header = arena.reserve(structSize('bn_image'), tensorAlignment);
    const expandTiles = plan.expand === undefined ? noTiles : this.tilePointwise(plan.expand);
    const depthwiseTiling = this.tileDepthwise(plan.depthwise);
    const projectTiles = this.tilePointwise(plan.project);
    const cells = [expandTiles, depthwiseTiling, projectTiles].flatMap((layer) => layer.cells);
    const { places, arrays } = placeRectangles(cells, options.geometry);
    let placed = 0;
    const take = (layer: TiledLayer): Place[] => {
      placed += layer.cells.length;
      return places.slice(placed - layer.cells.length, placed);
    };
    const expand =
      plan.expand === undefined
        ? 0
        : this.pointwise('bn_expand', plan.expand, expandTiles, take(expandTiles));
    const depthwise = this.depthwise(plan.depthwise, depthwiseTiling, take(depthwiseTiling));
    const project = this.pointwise('bn_project', plan.project, projectTiles, take(projectTiles));
    const plots = this.plots(cells, places);
    const inputAt = this.named('bn_input', input, tensorAlignment);
    const residual = this.residual(plan);
    const filled = arena.end - arena.base;
    const outputSize = shape.outHeight * shape.outWidth * shape.outChannels;
    const output = this.space('bn_output', outputSize);
    arena.fill('bn_image', header, {
      magic: blockImage.magic,
      version: blockImage.version,
      mapping: blockImage.mappings.indexOf(options.mapping),
      weight_bits: options.weightBits,
      ideal: options.ideal ? 1 : 0,
      in_h: shape.inHeight,
      in_w: shape.inWidth,
      in_c: shape.inChannels,
      hidden_c: shape.hiddenChannels,
      out_h: shape.outHeight,
      out_w: shape.outWidth,
      out_c: shape.outChannels,
      stride: shape.stride,
      pad_top: shape.padTop,
      pad_left: shape.padLeft,
      input: inputAt,
      output,
      expand,
      depthwise,
      project,
      residual,
      n_plots: cells.length,
      plots,
    });
    this.symbols.unshift({ name: 'bn_image', address: header, size: structSize('bn_image') });
    const memorySize = arena.end - arena.base;
    return {
      elf: writeDataElf({
        address: arena.base,
        data: arena.data.slice(0, filled),
        memorySize,
        symbols: this.symbols,
      }),
      memorySize,
      arrays,
      plots: cells.length,
      plotWords: cells.reduce((sum, c) => sum + c.height * Math.ceil(c.width / 8), 0),
      tiles: {
        expand: expandTiles.cells.length,
        depthwise: depthwiseTiling.cells.length,
        project: projectTiles.cells.length,
      },
      symbols: this.symbols,
    };
  }

  private tilePointwise(layer: LayerPlan): TiledLayer {
    if (layer.array === undefined) return noTiles;
    const { cellsPerWeight } = layer.array;
    const tiles = pointwiseTiles(layer.rows, layer.cols, cellsPerWeight, this.options.geometry);
    const cells = tiles.flatMap((tile) =>
      tile.rowTiles.map((span) =>
        pointwiseCells(layer.weights, layer.rows, cellsPerWeight, tile, span),
      ),
    );
    return { tiles, cells };
  }

  private tileDepthwise(layer: LayerPlan): TiledLayer {
    if (layer.array === undefined) return noTiles;
    const { cellsPerWeight } = layer.array;
    const tiles = depthwiseTiles(layer.cols, cellsPerWeight, this.options.geometry);
    const cells = tiles.flatMap((tile) =>
      tile.rowTiles.map((span) =>
        depthwiseCells(layer.weights, layer.cols, cellsPerWeight, tile, span),
      ),
    );
    return { tiles, cells };
  }

  private pointwise(
    name: string,
    layer: LayerPlan,
    tiling: TiledLayer,
    places: readonly Place[],
  ): number {
    const values = {
      rows: layer.rows,
      cols: layer.cols,
      ...this.common(name, layer, tiling, places),
    };
    return this.struct(name, 'bn_pointwise', values);
  }

  private depthwise(layer: LayerPlan, tiling: TiledLayer, places: readonly Place[]): number {
    const values = {
      channels: layer.cols,
      ...this.common('bn_depthwise', layer, tiling, places),
    };
    return this.struct('bn_depthwise', 'bn_depthwise', values);
  }

  private common(
    name: string,
    layer: LayerPlan,
    tiling: TiledLayer,
    places: readonly Place[],
  ): StructValues {
    const { requantisation: r } = layer;
    const digital = layer.array === undefined;
    const converter = layer.array?.converter ?? unitConverter(this.options.geometry.adcBits);
    return {
      in_signed: layer.inSigned ? 1 : 0,
      out_signed: layer.outSigned ? 1 : 0,
      weights: digital ? this.named(`${name}_weights`, layer.weights, tensorAlignment) : 0,
      mul: this.named(`${name}_mul`, r.mul, tableAlignment),
      bias: this.named(`${name}_bias`, r.bias, tableAlignment),
      shift: r.shift,
      lo: r.lo,
      hi: r.hi,
      adc_m: converter.m,
      adc_r: converter.r,
      n_tiles: tiling.tiles.length,
      tiles: digital ? 0 : this.tiles(tiling.tiles, places),
    };
  }

  private tiles(tiles: readonly Tile[], places: readonly Place[]): number {
    let placed = 0;
    const items = tiles.map((tile) => {
      const rowTiles = tile.rowTiles.map((span) => {
        const { array, x, y } = places[placed]!;
        placed += 1;
        return { first_row: span.first, rows: span.rows, array, x, y };
      });
      return {
        first_col: tile.firstCol,
        cols: tile.cols,
        n_row_tiles: rowTiles.length,
        row_tiles: this.arena.putStructs('bn_row_tile', rowTiles),
      };
    });
    return this.arena.putStructs('bn_tile', items);
  }

  private plots(cells: readonly Cells[], places: readonly Place[]): number {
    if (cells.length === 0) return 0;
    const items = cells.map((rectangle, i) => ({
      ...places[i]!,
      width: rectangle.width,
      height: rectangle.height,
      data: this.arena.put(bytesOf(packCells(rectangle)), tensorAlignment),
    }));
    return this.arena.putStructs('bn_plot', items);
  }

  private residual(plan: BlockPlan): number {
    if (plan.residual === undefined) return 0;
    const { mulSkip, mulBranch, shift, lo, hi } = plan.residual;
    return this.struct('bn_residual', 'bn_residual', {
      mul_skip: mulSkip,
      mul_branch: mulBranch,
      shift,
      lo,
      hi,
    });
  }

  private struct(
    name: string,
    struct: Parameters<Arena['putStructs']>[0],
    values: StructValues,
  ): number {
    const address = this.arena.putStructs(struct, [values]);
    this.symbols.push({ name, address, size: structSize(struct) });
    return address;
  }

  private named(name: string, array: ArrayBufferView, alignment: number): number {
    const address = this.arena.put(bytesOf(array), alignment);
    this.symbols.push({ name, address, size: array.byteLength });
    return address;
  }

  private space(name: string, size: number): number {
    const address = this.arena.reserve(size, tensorAlignment);
    this.symbols.push({ name, address, size });
    return address;
  }
}
