import { HART_SHIFT } from '../hart/slot.js';
import { Replacement } from './replacement.js';

const EMPTY = -1;

interface Geometry {
  readonly harts: number;
  readonly size: number;
  readonly ways: number;
  readonly line: number;
  /** Lines of all memory that code can lie in. */
  readonly lines: number;
}

/**
 * Which lines each hart holds. A line goes by its number in the memory of code. What hits is a bit in
 * `resident`, so that asking costs a load and changes nothing; replacement sees refills only.
 */
export class PrivateCaches {
  /** By line: a bit for each hart that holds it. */
  readonly resident: Uint16Array;
  readonly sets: number;
  private readonly ways: number;
  /** Line numbers, by hart, set, way. */
  private readonly tags: Int32Array;
  private readonly replacement: Replacement;

  /** @param epochs counts up with every change of a private cache; by hart, HART_SHIFT apart */
  constructor(
    { harts, size, ways, line, lines }: Geometry,
    private readonly epochs: Int32Array,
  ) {
    this.ways = ways;
    this.sets = size / (ways * line);
    this.resident = new Uint16Array(lines);
    this.tags = new Int32Array(harts * this.sets * ways).fill(EMPTY);
    this.replacement = new Replacement(harts, ways);
  }

  holds(hart: number, line: number): boolean {
    return ((this.resident[line] >>> hart) & 1) !== 0;
  }

  /** Puts a line that the hart does not hold into its cache. The last empty way first, then a random one. */
  refill(hart: number, line: number): void {
    const first = (hart * this.sets + (line & (this.sets - 1))) * this.ways;
    let way = this.ways - 1;
    while (way >= 0 && this.tags[first + way] !== EMPTY) way--;
    if (way < 0) way = this.replacement.take(hart);
    this.drop(hart, first + way);
    this.tags[first + way] = line;
    this.resident[line] |= 1 << hart;
    this.epochs[hart << HART_SHIFT]++;
  }

  private drop(hart: number, slot: number): void {
    if (this.tags[slot] === EMPTY) return;
    this.resident[this.tags[slot]] &= ~(1 << hart);
    this.tags[slot] = EMPTY;
  }

  flush(hart: number): void {
    const each = this.sets * this.ways;
    for (let slot = hart * each; slot < (hart + 1) * each; slot++) this.drop(hart, slot);
    this.epochs[hart << HART_SHIFT]++;
  }

  /** Empties the set that a line belongs to. */
  flushSet(hart: number, line: number): void {
    const first = (hart * this.sets + (line & (this.sets - 1))) * this.ways;
    for (let way = 0; way < this.ways; way++) this.drop(hart, first + way);
    this.epochs[hart << HART_SHIFT]++;
  }

  reset(): void {
    this.tags.fill(EMPTY);
    this.resident.fill(0);
    this.replacement.reset();
  }

  save() {
    return { tags: this.tags.slice(), replacement: this.replacement.save() };
  }

  restore(saved: ReturnType<PrivateCaches['save']>): void {
    this.reset();
    this.tags.set(saved.tags);
    this.replacement.restore(saved.replacement);
    const each = this.sets * this.ways;
    for (let slot = 0; slot < this.tags.length; slot++) {
      const line = this.tags[slot];
      if (line !== EMPTY) this.resident[line] |= 1 << Math.floor(slot / each);
    }
  }
}
