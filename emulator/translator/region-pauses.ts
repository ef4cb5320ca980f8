/** Cycles of a visit that is worth while, how many may be shorter, and cycles without any then. */
const SHORT = 48;
const MOST_SHORT = 16;
const PAUSE = 4096;
const LONGEST_PAUSE = 1 << 20;

/** When a hart that is alone is left to others for a while: where visits are short, coming and going costs more than they gain. */
export class RegionPauses {
  /** First cycle in which regions run again. */
  until = 0;
  private short = 0;
  private pause = PAUSE;

  constructor(private readonly eager: boolean) {}

  reset(): void {
    this.short = this.until = 0;
    this.pause = PAUSE;
  }

  /** A visit that began in cycle `now` ended. */
  judge(reached: number, now: number): void {
    if (this.eager) return;
    if (reached - now >= SHORT) {
      this.short = 0;
      this.pause = PAUSE;
    } else if (++this.short >= MOST_SHORT) {
      this.short = 0;
      this.until = reached + this.pause;
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    }
  }
}
