/** How often translated code ended in a line of code because there was none. */
export class Heat {
  private readonly counts = new Map<number, number>();

  /** @param hot how often makes a line hot */
  constructor(private readonly hot = HOT) {}

  /** Counts; true when the line has become hot. */
  add(pc: number): boolean {
    const line = pc >>> LINE_SHIFT;
    const count = (this.counts.get(line) ?? 0) + 1;
    this.counts.set(line, count);
    return count >= this.hot;
  }

  clear(): void {
    this.counts.clear();
  }
}

const LINE_SHIFT = 6;
const HOT = 3;
