/**
 * Rows of counters for the instructions that waited at all: stalls, sleep, events, and by bank the cycles
 * without a grant where there were any. Row 0 stays zero: it stands for "none".
 */
export class StallRecords {
  values: Float64Array<ArrayBuffer>;
  private readonly stride: number;
  private next: number;
  private bankRows: Float64Array<ArrayBuffer>;
  private nextBankRow: number;

  /** @param width doubles of a row */
  constructor(
    private readonly width: number,
    private readonly banks: number,
  ) {
    // The last double of a row is the place of its banks.
    this.stride = width + 1;
    this.next = this.stride;
    this.values = new Float64Array(64 * this.stride);
    this.nextBankRow = banks;
    this.bankRows = new Float64Array(16 * banks);
  }

  /** Place of a new row in `values`. */
  add(): number {
    const row = this.next;
    this.next += this.stride;
    if (this.next > this.values.length) this.values = grown(this.values);
    return row;
  }

  addBank(row: number, bank: number, cycles: number): void {
    const link = row + this.width;
    if (this.values[link] === 0) {
      this.values[link] = this.nextBankRow;
      this.nextBankRow += this.banks;
      if (this.nextBankRow > this.bankRows.length) this.bankRows = grown(this.bankRows);
    }
    this.bankRows[this.values[link] + bank] += cycles;
  }

  banksOf(row: number): Float64Array | undefined {
    const at = this.values[row + this.width];
    return at === 0 ? undefined : this.bankRows.subarray(at, at + this.banks);
  }

  /** Forgets all rows; who holds places of them must forget them too. */
  clear(): void {
    this.values.fill(0, 0, this.next);
    this.bankRows.fill(0, 0, this.nextBankRow);
    this.next = this.stride;
    this.nextBankRow = this.banks;
  }
}

function grown(old: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * old.length);
  larger.set(old);
  return larger;
}
