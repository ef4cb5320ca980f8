/**
 * Regions: what each hart spent between two places of the program.
 *
 * A pass begins when the instruction at `from` leaves decode and ends when the one at `to` does.
 * Its cycles are the difference of the two times; its instructions are those that left after the
 * first, up to and including the second. While a pass is open, another visit of `from` does not
 * restart it. Where `from` and `to` are the same place, each visit ends a pass and begins the next.
 */
export interface RegionRow {
  name: string;
  hart: number;
  /** Cycles of all passes together. */
  cycles: number;
  /** Instructions of all passes together. */
  instret: number;
  /** How often the hart went from `from` to `to`. */
  passes: number;
}

interface Open {
  cycle: number;
  instret: number;
}

interface State {
  open: (Open | null)[];
  rows: (RegionRow | null)[];
}

export class Region {
  private state: State = { open: [], rows: [] };

  constructor(
    readonly name: string,
    /** Addresses of the two instructions. */
    readonly from: number,
    readonly to: number,
  ) {}

  /** An instruction at `from` or `to` leaves decode. */
  visit(hart: number, pc: number, cycle: number, instret: number): void {
    const open = this.state.open[hart] ?? null;
    if (pc === this.to && open) {
      const row = (this.state.rows[hart] ??= {
        name: this.name,
        hart,
        cycles: 0,
        instret: 0,
        passes: 0,
      });
      row.cycles += cycle - open.cycle;
      row.instret += instret - open.instret;
      row.passes++;
      this.state.open[hart] = null;
    }
    if (pc === this.from && !this.state.open[hart]) this.state.open[hart] = { cycle, instret };
  }

  /** One row for each hart that completed a pass, in hart order. */
  rows(): RegionRow[] {
    return this.state.rows.flatMap((row) => (row ? [{ ...row }] : []));
  }

  save(): unknown {
    return structuredClone(this.state);
  }

  restore(state: unknown): void {
    this.state = structuredClone(state as State);
  }
}
