import type { ReferenceTensor } from '../deploy/index.js';

export interface Difference {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
  readonly expected: number;
  readonly got: number;
}

/** How one tensor of the guest compares with the reference. Every byte counts. */
export interface TensorResult {
  readonly name: string;
  readonly bytes: number;
  /** Bytes that were looked at; halos of row stripes more than once. */
  readonly compared: number;
  /** Rows the guest never showed. */
  readonly missing_rows: number;
  readonly wrong_bytes: number;
  /** The first wrong byte. */
  readonly first?: Difference;
}

/** Collects the rows of one tensor as the guest computes them and compares each byte. */
export class TensorCheck {
  private readonly seen: Uint8Array;
  private compared = 0;
  private wrong = 0;
  private first: Difference | undefined;

  constructor(
    private readonly name: string,
    private readonly reference: ReferenceTensor,
  ) {
    this.seen = new Uint8Array(reference.height);
  }

  get rowBytes(): number {
    return this.reference.width * this.reference.channels;
  }

  get rows(): number {
    return this.reference.height;
  }

  /** `bytes` is one whole row of the tensor. */
  row(row: number, bytes: Uint8Array): void {
    const { channels, signed } = this.reference;
    const expected = this.reference.bytes;
    const from = row * this.rowBytes;
    this.seen[row] = 1;
    this.compared += bytes.length;
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === expected[from + i]) continue;
      this.wrong++;
      const value = (byte: number): number => (signed ? (byte << 24) >> 24 : byte);
      this.first ??= {
        row,
        column: Math.floor(i / channels),
        channel: i % channels,
        expected: value(expected[from + i]),
        got: value(bytes[i]),
      };
    }
  }

  result(): TensorResult {
    return {
      name: this.name,
      bytes: this.reference.bytes.length,
      compared: this.compared,
      missing_rows: this.seen.reduce((missing, seen) => missing + (seen === 0 ? 1 : 0), 0),
      wrong_bytes: this.wrong,
      ...(this.first ? { first: this.first } : {}),
    };
  }
}

export const isExact = (tensor: TensorResult): boolean =>
  tensor.wrong_bytes === 0 && tensor.missing_rows === 0;
