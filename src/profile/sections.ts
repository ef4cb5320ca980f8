/** Parts of a run that have a name: regions between two places, hart by hart, and layers of a network. */
import type { Place } from '../session/place.js';
import type { Session } from '../session/session.js';
import { addCounts, noCounts, type Pricing } from './counts.js';
import type { Counts, SectionRow } from './model.js';

export interface RegionSpec {
  readonly name: string;
  readonly from: Place;
  readonly to: Place;
}

interface Row {
  passes: number;
  readonly total: Counts;
}

export class Sections {
  private isOpen = false;
  private readonly rowsByKey = new Map<string, SectionRow & Row>();
  /** Counts of all harts where the part under way began, and where the window closed. */
  private since: Counts[] = [];
  private closedAt: Counts[] | undefined;

  constructor(
    private readonly session: Session,
    private readonly pricing: Pricing,
    regions: readonly RegionSpec[],
  ) {
    for (const region of regions) this.watch(region);
  }

  rows(): SectionRow[] {
    return [...this.rowsByKey.values()];
  }

  /** A pass of a hart goes from an instruction at `from` to the next one at `to`, as in `Region`. */
  private watch({ name, from, to }: RegionSpec): void {
    const first = this.session.address(from);
    const last = this.session.address(to);
    const open: (Counts | undefined)[] = [];
    for (const place of new Set([first, last])) {
      this.session.probe(place, (hart, pc, _cycle, instret) => {
        if (!this.isOpen) return;
        const now = this.countsOf(hart, pc, instret);
        const since = open[hart];
        if (pc === last && since !== undefined) {
          this.add('region', name, hart, now, since);
          open[hart] = undefined;
        }
        if (pc === first) open[hart] ??= now;
      });
    }
  }

  private countsOf(hart: number, pc: number, instret: number): Counts {
    return this.pricing.totals(this.session.profiler!.totalsOf(hart, pc, instret));
  }

  open(): void {
    this.isOpen = true;
    this.since = this.allHarts();
  }

  /** What all harts did since the last call, or since the window opened, was this part. */
  part(name: string): void {
    if (!this.isOpen && this.closedAt === undefined) return;
    const now = this.closedAt ?? this.allHarts();
    for (const [hart, counts] of now.entries()) {
      this.add('layer', name, hart, counts, this.since[hart]);
    }
    this.since = now;
    // The last part may get its name when the window has closed already.
    if (!this.isOpen) this.closedAt = undefined;
  }

  close(): void {
    this.isOpen = false;
    this.closedAt = this.allHarts();
  }

  private allHarts(): Counts[] {
    return this.session.stats().harts.map((hart) => this.pricing.stats(hart));
  }

  private add(
    kind: SectionRow['kind'],
    name: string,
    hart: number,
    now: Counts,
    since: Counts,
  ): void {
    const key = `${kind} ${hart} ${name}`;
    let row = this.rowsByKey.get(key);
    if (row === undefined) {
      this.rowsByKey.set(key, (row = { kind, name, hart, passes: 0, total: noCounts() }));
    }
    row.passes++;
    addCounts(row.total, now);
    addCounts(row.total, since, -1);
  }
}
