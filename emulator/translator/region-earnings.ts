/** Translations that are free, and cycles in regions after which there may be one more: they cost a millisecond each. */
const FREE = 64;
const EARNED = 500_000;
/** Cycles outside of regions after which there may be one more: they take about as long. */
const EVEN_SO = 20_000;
/** The same for the interpreter that goes on because of that, by hart. */
const HELD = 4000;
/** Cycles of harts that it may go on for at first, and of a long run one in so many. */
const MOST_HELD_AT_FIRST = 4_000_000;
const HELD_SHARE = 32;

/** How many regions may be made, so that they take no more time than what they are made for. */
export class RegionEarnings {
  private made = 0;
  /** Cycles in regions, and those for which the interpreter went on until more are earned; the same by hart. */
  private inside = 0;
  private held = 0;
  private heldHarts = 0;

  constructor(private readonly eager: boolean) {}

  reset(): void {
    this.made = this.inside = this.held = this.heldHarts = 0;
  }

  /** One more was made. */
  spend(): void {
    this.made++;
  }

  ran(cycles: number): void {
    this.inside += cycles;
  }

  /** Whether so much has run before a cycle that so many translations more will not be felt. */
  has(now: number, regions = 1): boolean {
    const outside = now - this.inside - this.held;
    const earned = this.inside / EARNED + outside / EVEN_SO + this.heldHarts / HELD;
    return this.eager || this.made + regions - 1 < FREE + earned;
  }

  /** Whether the interpreter may go on for a while because there are too few, with so many harts. */
  mayHold(now: number, harts: number): boolean {
    return !this.eager && this.heldHarts <= MOST_HELD_AT_FIRST + (harts * now) / HELD_SHARE;
  }

  /** It does. */
  hold(cycles: number, harts: number): void {
    this.held += cycles;
    this.heldHarts += harts * cycles;
  }
}
