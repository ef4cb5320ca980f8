/**
 * Output of the harts, handed on line by line so that eight harts never mix within a line.
 * A hart's unfinished line waits for its newline, for the end of the run, or for `longest` bytes.
 */
export type LineSink = (line: Uint8Array, hart: number) => void;

const newline = 10;

export class OutputLines {
  static readonly longest = 4096;
  private readonly pending = new Map<number, number[]>();

  constructor(private readonly sink: LineSink) {}

  put(hart: number, byte: number): void {
    let line = this.pending.get(hart);
    if (!line) this.pending.set(hart, (line = []));
    line.push(byte);
    if (byte === newline || line.length === OutputLines.longest) this.emit(hart, line);
  }

  /** Hands on what is unfinished, in hart order. */
  flush(): void {
    for (const [hart, line] of [...this.pending].toSorted(([a], [b]) => a - b)) {
      if (line.length > 0) this.emit(hart, line);
    }
  }

  save(): unknown {
    return [...this.pending].map(([hart, line]) => [hart, [...line]]);
  }

  restore(state: unknown): void {
    this.pending.clear();
    for (const [hart, line] of state as [number, number[]][]) this.pending.set(hart, [...line]);
  }

  private emit(hart: number, line: number[]): void {
    this.pending.set(hart, []);
    this.sink(Uint8Array.from(line), hart);
  }
}
