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
  isOpen = false;
  /** Layer under way. */
  layer: string | undefined;
  private readonly rowsByKey = new Map<string, SectionRow & Row>();
  private layerSince: Counts[] | undefined;

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

  /** Hart 0 begins with another layer; what all harts do from now on is its. */
  enter(layer: string | undefined): void {
    if (layer === this.layer) return;
    this.finishLayer();
    this.layer = layer;
    if (this.isOpen && layer !== undefined) this.layerSince = this.allHarts();
  }

  close(): void {
    this.finishLayer();
    this.isOpen = false;
  }

  private finishLayer(): void {
    const since = this.layerSince;
    this.layerSince = undefined;
    if (since === undefined || this.layer === undefined) return;
    for (const [hart, now] of this.allHarts().entries()) {
      this.add('layer', this.layer, hart, now, since[hart]);
    }
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
