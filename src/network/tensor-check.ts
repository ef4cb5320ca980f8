/** Compares the rows of a tensor, as the cluster computes them, with the reference. */
export interface TensorDifference {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
  readonly expected: number;
  readonly got: number;
}

export interface TensorReport {
  readonly bytes: number;
  /** Bytes that were looked at. */
  readonly compared: number;
  /** Rows that were never shown. */
  readonly missing_rows: number;
  readonly wrong_bytes: number;
  readonly first?: TensorDifference;
}

export class TensorCheck {
  private readonly seen: Uint8Array;
  private compared = 0;
  private wrong = 0;
  private first: TensorDifference | undefined;

  /** @param reference bytes of the whole tensor, `height` rows */
  constructor(
    private readonly reference: Uint8Array,
    private readonly height: number,
    private readonly channelBytes: number,
  ) {
    this.seen = new Uint8Array(height);
  }

  /** `bytes` are rows from `first` on. */
  rows(first: number, bytes: Uint8Array): void {
    const rowBytes = this.reference.length / this.height;
    const from = first * rowBytes;
    this.seen.fill(1, first, first + bytes.length / rowBytes);
    this.compared += bytes.length;
    for (let i = 0; i < bytes.length; i += 1) {
      if (bytes[i] === this.reference[from + i]) continue;
      this.wrong += 1;
      this.first ??= {
        row: first + Math.floor(i / rowBytes),
        column: Math.floor((i % rowBytes) / this.channelBytes),
        channel: (i % rowBytes) % this.channelBytes,
        expected: this.reference[from + i]!,
        got: bytes[i]!,
      };
    }
  }

  report(): TensorReport {
    return {
      bytes: this.reference.length,
      compared: this.compared,
      missing_rows: this.seen.reduce((missing, seen) => missing + (seen === 0 ? 1 : 0), 0),
      wrong_bytes: this.wrong,
      ...(this.first === undefined ? {} : { first: this.first }),
    };
  }
}

export const isExact = (report: TensorReport): boolean =>
  report.wrong_bytes === 0 && report.missing_rows === 0;
