import { HART_SHIFT } from '../hart/slot.js';
import { separateArena, type Arena } from '../memory/arena.js';
import { doubles, words } from './arrays.js';
import { Replacement } from './replacement.js';

const EMPTY = -1;

interface Geometry {
  readonly harts: number;
  /** Harts without a private cache, a bit each: every fetch of theirs hits. */
  readonly outside: number;
  readonly size: number;
  readonly ways: number;
  readonly line: number;
  /** Lines of all memory that code can lie in. */
  readonly lines: number;
}

/**
 * Which lines each hart holds. A line goes by its number in the memory of code. What hits without any
 * consequence is a bit in `resident`, so that asking costs a load and changes nothing: the line has
 * arrived, and where the hart prefetches, the line behind it is there or on its way too. Replacement
 * sees refills only.
 */
export class PrivateCaches {
  /** By line: a bit for each hart whose fetch hits and starts nothing. */
  readonly resident: Uint16Array;
  private readonly outside: number;
  readonly sets: number;
  readonly ways: number;
  /** Line numbers, by hart, set, way. */
  readonly tags: Int32Array;
  /** By slot: the cycle in which the line is here; 0 when that is past and known. */
  readonly arrival: Float64Array;
  readonly replacement: Replacement;
  /** One word: harts that fetch the next line ahead, a bit each. */
  readonly aheadWord: Int32Array;

  /** @param epochs counts up with every change of a private cache; by hart, HART_SHIFT apart */
  constructor(
    { harts, outside, size, ways, line, lines }: Geometry,
    readonly epochs: Int32Array,
    arena: Arena = separateArena,
  ) {
    this.outside = outside;
    this.ways = ways;
    this.sets = size / (ways * line);
    const { buffer, at } = arena.take(2 * lines);
    this.resident = new Uint16Array(buffer, at, lines);
    this.resident.fill(outside);
    this.tags = words(arena, harts * this.sets * ways).fill(EMPTY);
    this.arrival = doubles(arena, this.tags.length);
    this.replacement = new Replacement(harts, ways, arena);
    this.aheadWord = words(arena, 1);
  }

  private get ahead(): number {
    return this.aheadWord[0];
  }

  hits(hart: number, line: number): boolean {
    return ((this.resident[line] >>> hart) & 1) !== 0;
  }

  private firstOf(hart: number, line: number): number {
    return (hart * this.sets + (line & (this.sets - 1))) * this.ways;
  }

  private find(hart: number, line: number): number {
    const first = this.firstOf(hart, line);
    for (let way = 0; way < this.ways; way++) {
      if (this.tags[first + way] === line) return first + way;
    }
    return EMPTY;
  }

  holds(hart: number, line: number): boolean {
    return this.find(hart, line) !== EMPTY;
  }

  /** Cycle in which a line that the hart holds is here; 0 when it has been used before. */
  arrivalOf(hart: number, line: number): number {
    return this.arrival[this.find(hart, line)];
  }

  /** A line that was on its way is here and used. */
  settle(hart: number, line: number): void {
    this.arrival[this.find(hart, line)] = 0;
    this.update(hart, line);
  }

  /** Puts a line that the hart does not hold into its cache. The last empty way first, then a random one. */
  refill(hart: number, line: number, arrival: number): void {
    const first = this.firstOf(hart, line);
    let way = this.ways - 1;
    while (way >= 0 && this.tags[first + way] !== EMPTY) way--;
    if (way < 0) way = this.replacement.take(hart);
    this.drop(hart, first + way);
    this.tags[first + way] = line;
    this.arrival[first + way] = arrival;
    if (arrival === 0) this.update(hart, line);
    // The line before it may have waited for this one only.
    if (((this.ahead >>> hart) & 1) !== 0) this.update(hart, line - 1);
    this.epochs[hart << HART_SHIFT]++;
  }

  private drop(hart: number, slot: number): void {
    const line = this.tags[slot];
    if (line === EMPTY) return;
    this.tags[slot] = EMPTY;
    this.resident[line] &= ~(1 << hart);
    // The line before it has something to fetch ahead again.
    if (((this.ahead >>> hart) & 1) !== 0 && line > 0) this.resident[line - 1] &= ~(1 << hart);
  }

  /** Sets or clears the bit of a line in `resident`. */
  private update(hart: number, line: number): void {
    if (line < 0) return;
    const slot = this.find(hart, line);
    const hit = slot !== EMPTY && this.arrival[slot] === 0 && !this.wantsNext(hart, line);
    if (hit) this.resident[line] |= 1 << hart;
    else this.resident[line] &= ~(1 << hart);
  }

  /** Whether a fetch of this line has the next one to fetch ahead. */
  wantsNext(hart: number, line: number): boolean {
    if (((this.ahead >>> hart) & 1) === 0 || line + 1 >= this.resident.length) return false;
    return !this.holds(hart, line + 1);
  }

  /** @param harts a bit for each hart that fetches the next line ahead from now on */
  prefetch(harts: number): void {
    this.aheadWord[0] = harts;
    this.updateAll();
  }

  private updateAll(): void {
    const each = this.sets * this.ways;
    for (let slot = 0; slot < this.tags.length; slot++) {
      if (this.tags[slot] !== EMPTY) this.update(Math.floor(slot / each), this.tags[slot]);
    }
  }

  flush(hart: number): void {
    const each = this.sets * this.ways;
    for (let slot = hart * each; slot < (hart + 1) * each; slot++) this.drop(hart, slot);
    this.epochs[hart << HART_SHIFT]++;
  }

  /** Empties the set that a line belongs to. */
  flushSet(hart: number, line: number): void {
    const first = this.firstOf(hart, line);
    for (let way = 0; way < this.ways; way++) this.drop(hart, first + way);
    this.epochs[hart << HART_SHIFT]++;
  }

  reset(): void {
    this.tags.fill(EMPTY);
    this.arrival.fill(0);
    this.resident.fill(this.outside);
    this.replacement.reset();
  }

  save() {
    return {
      tags: this.tags.slice(),
      arrival: this.arrival.slice(),
      ahead: this.ahead,
      replacement: this.replacement.save(),
    };
  }

  restore(saved: ReturnType<PrivateCaches['save']>): void {
    this.reset();
    this.tags.set(saved.tags);
    this.arrival.set(saved.arrival);
    this.replacement.restore(saved.replacement);
    this.prefetch(saved.ahead);
  }
}
