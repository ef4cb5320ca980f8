/** Writes the image of a random block into bytes, by the tables of src/deploy/image-layout.ts. */
import { blockImage } from '../../src/deploy/image-layout.js';
import { nibbles } from './block.js';
import type { Block, Layer } from './block.js';

const ARRAY_SIDE = 256;

interface Place {
  array: number;
  x: number;
  y: number;
}

/** Rectangles next to each other on shelves; a new array when a shelf no longer fits. */
class Shelves {
  private at: Place = { array: 0, x: 0, y: 0 };
  private height = 0;

  put(width: number, rows: number): Place {
    const wide = Math.ceil(width / 8) * 8;
    if (this.at.x + wide > ARRAY_SIDE) this.at = { ...this.at, x: 0, y: this.at.y + this.height };
    if (this.at.x === 0) this.height = rows;
    if (this.at.y + rows > ARRAY_SIDE) {
      this.at = { array: this.at.array + 1, x: 0, y: 0 };
      this.height = rows;
    }
    this.height = Math.max(this.height, rows);
    const place = this.at;
    this.at = { ...this.at, x: this.at.x + wide };
    return place;
  }
}

export class ImageWriter {
  bytes = new Uint8Array(1 << 20);
  private used = 0;
  private readonly shelves = new Shelves();
  private readonly plots: Record<string, number>[] = [];

  get arrays(): number {
    return Math.max(0, ...this.plots.map((plot) => plot.array)) + 1;
  }

  /** Guest address of `size` fresh bytes. */
  allocate(size: number): number {
    const address = blockImage.base + this.used;
    this.used += Math.ceil(size / 8) * 8;
    if (this.used > this.bytes.length) throw new Error('the block is too large for this test');
    return address;
  }

  private view(address: number): DataView {
    return new DataView(this.bytes.buffer, address - blockImage.base);
  }

  private put8(values: ArrayLike<number>): number {
    const address = this.allocate(values.length);
    this.bytes.set(
      Array.from(values, (v) => v & 0xff),
      address - blockImage.base,
    );
    return address;
  }

  private put32(values: ArrayLike<number>): number {
    const address = this.allocate(4 * values.length);
    const view = this.view(address);
    Array.from(values).forEach((v, i) => view.setInt32(4 * i, v, true));
    return address;
  }

  private put64(values: bigint[]): number {
    const address = this.allocate(8 * values.length);
    const view = this.view(address);
    values.forEach((v, i) => view.setBigInt64(8 * i, v, true));
    return address;
  }

  /** Structures one after the other; fields that are not named are 0. */
  private structs(name: string, rows: Record<string, number>[], at?: number): number {
    const fields = blockImage.structs.find((s) => s.name === name)!.fields;
    const size = 4 * fields.length;
    const address = at ?? this.allocate(size * rows.length);
    rows.forEach((row, i) => {
      for (const key of Object.keys(row)) {
        if (!fields.some((field) => field.name === key)) throw new Error(`${name}.${key}?`);
      }
      const view = this.view(address + i * size);
      fields.forEach((field, k) => view.setInt32(4 * k, row[field.name] ?? 0, true));
    });
    return address;
  }

  private requant(layer: Layer): Record<string, number> {
    const { mul, bias, shift, lo, hi } = layer.requant;
    return { mul: this.put32(mul), bias: this.put64(bias), shift, lo, hi };
  }

  /** Places the cells `value(row, output)` of one rectangle and returns its bn_row_tile. */
  private rectangle(
    bits: number,
    first: number,
    rows: number,
    outputs: number,
    value: (row: number, output: number) => number,
  ): Record<string, number> {
    const width = (outputs * bits) / 4;
    const place = this.shelves.put(width, rows);
    const perRow = Math.ceil(width / 8);
    const words = new Uint32Array(rows * perRow);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < width; c++) {
        const w = bits === 4 ? value(r, c) : nibbles(value(r, c >> 1))[c & 1];
        words[r * perRow + (c >> 3)] |= (w & 15) << (4 * (c & 7));
      }
    this.plots.push({ ...place, width, height: rows, data: this.put32(words) });
    return { first_row: first, rows, ...place };
  }

  private pointwiseTiles(layer: Layer): Record<string, number> {
    const { cut } = layer;
    if (!cut) return { weights: this.put8(layer.weights) };
    const tiles: Record<string, number>[] = [];
    for (let col = 0; col < layer.cols; col += cut.cols) {
      const cols = Math.min(cut.cols, layer.cols - col);
      const parts: Record<string, number>[] = [];
      for (let row = 0; row < layer.rows; row += cut.rows) {
        parts.push(
          this.rectangle(
            layer.weightBits,
            row,
            Math.min(cut.rows, layer.rows - row),
            cols,
            (r, c) => layer.weights[(col + c) * layer.rows + row + r],
          ),
        );
      }
      const row_tiles = this.structs('bn_row_tile', parts);
      tiles.push({ first_col: col, cols, n_row_tiles: parts.length, row_tiles });
    }
    return { n_tiles: tiles.length, tiles: this.structs('bn_tile', tiles) };
  }

  private depthwiseTiles(block: Block): Record<string, number> {
    const layer = block.depthwise;
    const { cut } = layer;
    if (!cut) return { weights: this.put8(layer.weights) };
    const tiles: Record<string, number>[] = [];
    for (let col = 0; col < layer.cols; col += cut.cols) {
      const cols = Math.min(cut.cols, layer.cols - col);
      const part = this.rectangle(layer.weightBits, 0, 9 * cols, cols, (r, c) =>
        r % cols === c ? layer.weights[Math.floor(r / cols) * layer.cols + col + c] : 0,
      );
      const row_tiles = this.structs('bn_row_tile', [part]);
      tiles.push({ first_col: col, cols, n_row_tiles: 1, row_tiles });
    }
    return { n_tiles: tiles.length, tiles: this.structs('bn_tile', tiles) };
  }

  /** The whole image. Returns the address of the output tensor. */
  write(block: Block): number {
    const fields = blockImage.structs.find((s) => s.name === 'bn_image')!.fields;
    const header = this.allocate(4 * fields.length);
    const { shape, expand, depthwise, project, residual } = block;
    const common = (layer: Layer): Record<string, number> => ({
      in_signed: layer.inSigned ? 1 : 0,
      out_signed: layer.outSigned ? 1 : 0,
      adc_m: layer.adc.m,
      adc_r: layer.adc.r,
      ...this.requant(layer),
    });
    const pointwise = (layer: Layer): number =>
      this.structs('bn_pointwise', [
        {
          rows: layer.rows,
          cols: layer.cols,
          ...common(layer),
          ...this.pointwiseTiles(layer),
        },
      ]);
    const output = this.allocate(block.outH * block.outW * shape.outC);
    const image = {
      magic: blockImage.magic,
      version: blockImage.version,
      mapping: blockImage.mappings.indexOf(block.mapping),
      weight_bits: block.weightBits,
      in_h: shape.inH,
      in_w: shape.inW,
      in_c: shape.inC,
      hidden_c: shape.hiddenC,
      out_h: block.outH,
      out_w: block.outW,
      out_c: shape.outC,
      stride: shape.stride,
      pad_top: block.padTop,
      pad_left: block.padLeft,
      input: this.put8(block.input),
      output,
      expand: expand ? pointwise(expand) : 0,
      depthwise: this.structs('bn_depthwise', [
        { channels: depthwise.cols, ...common(depthwise), ...this.depthwiseTiles(block) },
      ]),
      project: pointwise(project),
      residual: residual
        ? this.structs('bn_residual', [
            {
              mul_skip: residual.mulSkip,
              mul_branch: residual.mulBranch,
              shift: residual.shift,
              lo: -128,
              hi: 127,
            },
          ])
        : 0,
      n_plots: this.plots.length,
      plots: this.plots.length > 0 ? this.structs('bn_plot', this.plots) : 0,
    };
    this.structs('bn_image', [image], header);
    return output;
  }
}
