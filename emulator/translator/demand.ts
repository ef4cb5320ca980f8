/** A place that is to be translated. */
export interface Root {
  readonly pc: number;
  /** Whether its function begins with the end of a granted access. */
  readonly completes: boolean;
}

interface Line {
  count: number;
  /** Places in it, by address and kind. */
  readonly roots: Map<number, Root>;
}

const LINE_SHIFT = 6;
/** How often makes a line hot; where hot code does not fit, more. */
const HOT = 3;
const HOTTEST = 96;
/** A line with this share of it is warm: it is translated together with hot ones. */
const WARM = 3;
/** Hot lines that do not wait for more; and how often code is wanted while fewer wait, for each module that there is. */
const BATCH = 32;
const PATIENCE = 4;
const MOST_PATIENCE = 256;

/**
 * Where code was wanted that is not translated, and when it is time to translate it. Modules are dear to
 * the host, the more so the more there are: so hot places wait for each other, and take warm ones along.
 */
export class Demand {
  private readonly lines = new Map<number, Line>();
  private hot: number;
  private hotLines = 0;
  /** How often code was wanted since the first line became hot. */
  private wants = 0;

  /** @param eager at first sight, and at once */
  constructor(private readonly eager: boolean) {
    this.hot = eager ? 1 : HOT;
  }

  /** A place was wanted. True when it is time for `take`. */
  add(root: Root, modules: number): boolean {
    const at = root.pc >>> LINE_SHIFT;
    let line = this.lines.get(at);
    if (line === undefined) {
      line = { count: 0, roots: new Map() };
      this.lines.set(at, line);
    }
    line.roots.set(2 * (root.pc >>> 0) + (root.completes ? 1 : 0), root);
    if (++line.count === this.hot) this.hotLines++;
    if (this.hotLines === 0) return false;
    if (this.eager || this.hotLines >= BATCH) return true;
    return this.wants++ >= Math.min(PATIENCE * modules, MOST_PATIENCE);
  }

  /** Forgets all lines, and gives the places in hot and warm ones, the hottest first, as far as there may be so many. */
  take(most = Infinity): Root[] {
    const lines = [...this.lines.values()].filter(({ count }) => count >= this.hot / WARM);
    const roots = lines
      .toSorted((a, b) => b.count - a.count)
      .flatMap(({ roots: all }) => [...all.values()]);
    this.clear();
    return roots.slice(0, most);
  }

  clear(): void {
    this.lines.clear();
    this.hotLines = this.wants = 0;
  }

  /** Hot code was too much: only hotter code is translated. Code that changed starts anew. */
  narrow(tooMuch: boolean): void {
    if (!this.eager) this.hot = tooMuch ? Math.min(2 * this.hot, HOTTEST) : HOT;
    this.clear();
  }
}
