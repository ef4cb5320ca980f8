import type { Root } from './code-store.js';

interface Line {
  count: number;
  /** Places in it, by address and kind. */
  readonly roots: Map<number, Root>;
}

/** How often translated code ended in a line of code because there was none. */
export class Heat {
  private readonly lines = new Map<number, Line>();

  /** @param hot how often makes a line hot */
  constructor(private readonly hot = HOT) {}

  /** Counts; true when the line has become hot. */
  add(pc: number, completes = false): boolean {
    const line = pc >>> LINE_SHIFT;
    let entry = this.lines.get(line);
    if (entry === undefined) {
      entry = { count: 0, roots: new Map() };
      this.lines.set(line, entry);
    }
    entry.roots.set(2 * (pc >>> 0) + (completes ? 1 : 0), { pc, completes });
    return ++entry.count >= this.hot;
  }

  /** Forgets all lines, and gives the places in them. */
  *take(): Iterable<Root> {
    for (const { roots } of this.lines.values()) yield* roots.values();
    this.lines.clear();
  }

  clear(): void {
    this.lines.clear();
  }
}

const LINE_SHIFT = 6;
const HOT = 3;
