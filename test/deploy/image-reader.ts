/**
 * Reads a block image back and runs it, from the description of its layout and of the engines
 * alone: a model of the crossbars that works on programmed cells, in whole numbers throughout.
 */
import { blockImage } from '../../src/deploy/index.js';

type Struct = Record<string, number>;

export class ImageReader {
  private readonly view: DataView;
  /** Programmed cells by array, row and column. */
  private readonly cells = new Map<string, number>();

  constructor(
    private readonly base: number,
    memory: Uint8Array,
    private readonly adcBits: number,
  ) {
    this.view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  }

  struct(name: string, address: number): Struct {
    const { fields } = blockImage.structs.find((struct) => struct.name === name)!;
    return Object.fromEntries(
      fields.map((field, i) => {
        const raw = this.view.getInt32(address - this.base + 4 * i, true);
        return [field.name, field.kind === 'pointer' ? raw >>> 0 : raw];
      }),
    );
  }

  private list(name: string, address: number, count: number): Struct[] {
    const size = 4 * blockImage.structs.find((struct) => struct.name === name)!.fields.length;
    return Array.from({ length: count }, (_, i) => this.struct(name, address + i * size));
  }

  header(): Struct {
    return this.struct('bn_image', this.base);
  }

  /** Programs all rectangles, nibble by nibble. */
  program(): void {
    const header = this.header();
    for (const plot of this.list('bn_plot', header['plots']!, header['n_plots']!)) {
      const words = Math.ceil(plot['width']! / 8);
      for (let y = 0; y < plot['height']!; y += 1) {
        for (let x = 0; x < plot['width']!; x += 1) {
          const at = plot['data']! - this.base + 4 * (y * words + (x >> 3));
          const nibble = (this.view.getUint32(at, true) >>> (4 * (x & 7))) & 15;
          const value = nibble < 8 ? nibble : nibble - 16;
          this.cells.set(`${plot['array']},${plot['y']! + y},${plot['x']! + x}`, value);
        }
      }
    }
  }

  bytes(address: number, length: number, signed: boolean): number[] {
    return Array.from({ length }, (_, i) =>
      signed
        ? this.view.getInt8(address - this.base + i)
        : this.view.getUint8(address - this.base + i),
    );
  }

  /** Runs the whole block and returns its tensors by name. */
  run(): Record<string, number[]> {
    const h = this.header();
    const input = this.bytes(h['input']!, h['in_h']! * h['in_w']! * h['in_c']!, true);
    const tensors: Record<string, number[]> = {};
    let hidden = input;
    if (h['expand'] !== 0) {
      hidden = this.pointwise(this.struct('bn_pointwise', h['expand']!), input, h);
      tensors['expand'] = hidden;
    }
    tensors['depthwise'] = this.depthwise(h, hidden);
    const project = this.struct('bn_pointwise', h['project']!);
    tensors['project'] = this.pointwise(project, tensors['depthwise'], h);
    tensors['output'] =
      h['residual'] === 0 ? tensors['project'] : this.residual(h, input, tensors['project']);
    return tensors;
  }

  private pointwise(layer: Struct, input: number[], h: Struct): number[] {
    const [rows, cols] = [layer['rows']!, layer['cols']!];
    const out: number[] = [];
    for (let p = 0; p < input.length / rows; p += 1) {
      const pixel = input.slice(p * rows, (p + 1) * rows);
      const sums =
        layer['n_tiles'] === 0
          ? this.plainSums(layer, pixel)
          : this.arraySums(layer, (tile, k) => pixel.slice(k, k + tile['rows']!), h, cols);
      sums.forEach((sum, c) => out.push(this.requantise(layer, sum, c)));
    }
    return out;
  }

  private plainSums(layer: Struct, pixel: number[]): number[] {
    const [rows, cols] = [layer['rows']!, layer['cols']!];
    return Array.from({ length: cols }, (_, c) => {
      const weights = this.bytes(layer['weights']! + c * rows, rows, true);
      return weights.reduce((sum, w, i) => sum + w * pixel[i]!, 0);
    });
  }

  /** `inputsOf` gives the input bytes of a row tile that starts at byte k of its pixel. */
  private arraySums(
    layer: Struct,
    inputsOf: (rowTile: Struct, k: number, tile: Struct) => number[],
    h: Struct,
    cols: number,
    bits = h['weight_bits']!,
  ): number[] {
    const sums = Array.from({ length: cols }, () => 0);
    for (const tile of this.list('bn_tile', layer['tiles']!, layer['n_tiles']!)) {
      let consumed = 0;
      for (const part of this.list('bn_row_tile', tile['row_tiles']!, tile['n_row_tiles']!)) {
        const inputs = inputsOf(part, consumed, tile);
        consumed += part['rows']!;
        for (let c = 0; c < tile['cols']!; c += 1) {
          const code = (x: number): number => this.convert(layer, this.column(part, x, inputs), h);
          sums[tile['first_col']! + c]! +=
            bits === 4 ? code(c) : 16 * code(2 * c) + code(2 * c + 1);
        }
      }
    }
    return sums;
  }

  private column(part: Struct, x: number, inputs: number[]): number {
    return inputs.reduce((sum, value, i) => {
      const cell = this.cells.get(`${part['array']},${part['y']! + i},${part['x']! + x}`);
      if (cell === undefined) throw new Error('a job reads a cell that was never programmed');
      return sum + value * cell;
    }, 0);
  }

  private convert(layer: Struct, sum: number, h: Struct): number {
    if (h['ideal'] === 1) return sum;
    const r = BigInt(layer['adc_r']!);
    const size = (BigInt(Math.abs(sum)) * BigInt(layer['adc_m']!) + (1n << (r - 1n))) >> r;
    const code = Number(sum < 0 ? -size : size);
    return Math.max(-(2 ** (this.adcBits - 1)), Math.min(2 ** (this.adcBits - 1) - 1, code));
  }

  private depthwise(h: Struct, input: number[]): number[] {
    const layer = this.struct('bn_depthwise', h['depthwise']!);
    const channels = layer['channels']!;
    const at = (y: number, x: number, c: number): number =>
      y < 0 || x < 0 || y >= h['in_h']! || x >= h['in_w']!
        ? 0
        : input[(y * h['in_w']! + x) * channels + c]!;
    const out: number[] = [];
    for (let y = 0; y < h['out_h']!; y += 1) {
      for (let x = 0; x < h['out_w']!; x += 1) {
        const top = y * h['stride']! - h['pad_top']!;
        const left = x * h['stride']! - h['pad_left']!;
        const tap = (t: number, c: number): number =>
          at(top + Math.trunc(t / 3), left + (t % 3), c);
        const gather = (part: Struct, k: number, tile: Struct): number[] =>
          Array.from({ length: part['rows']! }, (_, i) => {
            const row = k + i;
            return tap(Math.trunc(row / tile['cols']!), tile['first_col']! + (row % tile['cols']!));
          });
        const sums =
          layer['n_tiles'] === 0
            ? Array.from({ length: channels }, (_, c) => this.tapSum(layer, c, tap))
            : this.arraySums(layer, gather, h, channels, 8);
        sums.forEach((sum, c) => out.push(this.requantise(layer, sum, c)));
      }
    }
    return out;
  }

  private tapSum(layer: Struct, c: number, tap: (t: number, c: number) => number): number {
    let sum = 0;
    for (let t = 0; t < 9; t += 1) {
      sum += tap(t, c) * this.bytes(layer['weights']! + t * layer['channels']! + c, 1, true)[0]!;
    }
    return sum;
  }

  private requantise(layer: Struct, acc: number, c: number): number {
    const mul = BigInt(this.view.getInt32(layer['mul']! - this.base + 4 * c, true));
    const bias = this.view.getBigInt64(layer['bias']! - this.base + 8 * c, true);
    const shift = BigInt(layer['shift']!);
    const q = (BigInt(acc) * mul + bias + (1n << (shift - 1n))) >> shift;
    return Math.max(layer['lo']!, Math.min(layer['hi']!, Number(q)));
  }

  private residual(h: Struct, skip: number[], branch: number[]): number[] {
    const r = this.struct('bn_residual', h['residual']!);
    const shift = BigInt(r['shift']!);
    return branch.map((value, i) => {
      const sum =
        BigInt(skip[i]!) * BigInt(r['mul_skip']!) + BigInt(value) * BigInt(r['mul_branch']!);
      const q = Number((sum + (1n << (shift - 1n))) >> shift);
      return Math.max(r['lo']!, Math.min(r['hi']!, q));
    });
  }
}
