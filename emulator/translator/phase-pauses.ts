/** Cycles of a phase that is worth what it costs to be able to take it back. */
const WORTHY = 4096;
/** Cycles before the next try, at least; and how many times as many as one ran in vain, at first and at most. */
const PAUSE = 50_000;
const AGAIN = 2;
const MOST_AGAIN = 64;
/** Behind a phase in which more cycles were refused than accesses granted, anywhere: code that looks at each cycle is faster. */
const CONVOY_PAUSE = 5_000_000;
const EAGER_PAUSE = 64;
/** How often harts come to a place before a phase is tried there. */
const SEEN = 2;
/** Places that are remembered. */
const MOST_PLACES = 1024;
/** Cycles behind one that was done in which the next one begins. */
const SOON = 256;

interface Place {
  seen: number;
  again: number;
  until: number;
}

/** When phases are tried, by the place where they begin: where all harts are then. No result depends on it. */
export class PhasePauses {
  private readonly places = new Map<number, Place>();
  private readonly nowhere: Place = { seen: 0, again: AGAIN, until: 0 };
  /** Where harts do not come twice: phases that end anywhere. */
  private readonly anywhere: Place = { seen: 0, again: AGAIN, until: 0 };
  /** Cycle up to which a phase is tried also where none has been: behind one that was done, and at first. */
  private hopeful = Infinity;

  constructor(private readonly eager: boolean) {}

  clear(): void {
    this.places.clear();
    this.nowhere.again = AGAIN;
    this.nowhere.until = 0;
    this.anywhere.again = AGAIN;
    this.anywhere.until = 0;
    this.hopeful = Infinity;
  }

  private at(key: number): Place {
    let place = this.places.get(key);
    if (place === undefined) {
      if (this.places.size === MOST_PLACES) this.places.clear();
      place = { seen: 0, again: AGAIN, until: 0 };
      this.places.set(key, place);
    }
    return place;
  }

  /** The cycle in which a phase may be tried anywhere, if that is to come. */
  askAgainAt(now: number): number {
    const until = Math.max(this.anywhere.until, this.nowhere.until);
    return this.eager || until <= now ? Infinity : until;
  }

  /** Whether harts may be brought to where a phase can begin. */
  mayLook(now: number): boolean {
    return now >= this.nowhere.until;
  }

  /** They could not. */
  lookedInVain(now: number): void {
    this.rest(this.nowhere, now, PAUSE);
  }

  /** Whether a phase is tried at a place where harts have come; `cuts`: it may end anywhere. */
  mayTry(key: number, now: number, cuts: boolean): boolean {
    const place = this.at(key);
    const isKnown = ++place.seen >= SEEN || now < this.hopeful || this.eager;
    return (isKnown || (cuts && now >= this.anywhere.until)) && now >= place.until;
  }

  /** A phase was cut behind so many cycles, and ended in cycle `now`. */
  cut(now: number, cycles: number): void {
    this.hopeful = now + SOON;
    if (cycles > PAUSE) this.anywhere.again = AGAIN;
  }

  /** A phase was done, and ended in cycle `now`. */
  done(key: number, now: number, cycles: number, isConvoy: boolean): void {
    const place = this.at(key);
    this.hopeful = now + SOON;
    if (isConvoy) this.nowhere.until = now + this.length(CONVOY_PAUSE);
    else if (cycles < WORTHY) this.rest(place, now, PAUSE);
    else place.again = this.nowhere.again = AGAIN;
  }

  /** A phase that had begun in cycle `now` was given up behind so many cycles; `cold`: for want of translations. */
  gaveUp(key: number, now: number, cycles: number, isCold: boolean, isConvoy: boolean): void {
    // Harts stand somewhere else in each cycle.
    if (this.eager) this.nowhere.until = now + EAGER_PAUSE;
    this.hopeful = 0;
    this.rest(this.anywhere, now, Math.max(PAUSE, cycles));
    const place = this.at(key);
    if (isConvoy) this.nowhere.until = now + this.length(CONVOY_PAUSE);
    else if (isCold) place.until = now + this.length(Math.max(PAUSE, cycles));
    else this.rest(place, now, Math.max(PAUSE, cycles));
  }

  private rest(place: Place, now: number, cycles: number): void {
    place.until = now + this.length(place.again * cycles);
    place.again = Math.min(2 * place.again, MOST_AGAIN);
  }

  private length(cycles: number): number {
    return this.eager ? EAGER_PAUSE : cycles;
  }
}
