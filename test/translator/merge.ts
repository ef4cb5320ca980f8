import { HART_SHIFT } from '../../emulator/hart/slot.js';
import { createHartState, RING } from '../../emulator/hart/state.js';
import { cacheBytes } from '../../emulator/icache/arrays.js';
import { InstructionCache } from '../../emulator/icache/instruction-cache.js';
import { icacheParameters } from '../../emulator/icache/parameters.js';
import { arenaBytes, separateArena, type Arena } from '../../emulator/memory/arena.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { FETCH_ASKS, fetchShift, hiding, kind } from '../../emulator/translator/booked-layout.js';
import { mergeModule } from '../../emulator/translator/merge-code.js';
import type { Random } from '../lockstep/random.js';
import { Booked, Reference, type Entry, type Fleet } from './booked.js';

type Config = InstructionCache['config'];

/** Code of the fleets: so small that lines meet again. */
const SPACE = { l2Size: 1024, tcdmSize: 1024, l2Latency: 6 };

export interface FetchingFleet extends Fleet {
  readonly config: Config;
  /** The cycle that times count from. */
  readonly origin: number;
}

/** What an entry of kind `fetch` says. */
const fieldsOf = ({ offset }: Entry) => ({
  hiding: offset & 3,
  owed: (offset >> fetchShift.owed) & 3,
  asks: (offset >> fetchShift.asks) & ((1 << FETCH_ASKS) - 1),
  straddles: (offset >> fetchShift.straddles) & 1,
  line: offset >> fetchShift.line,
});

/** A cache and all that its fetches may change. */
class Watched {
  readonly cache: InstructionCache;
  private readonly epochs: Int32Array;

  constructor({ config, logs }: FetchingFleet, arena: Arena) {
    const state = createHartState(logs.length, 0, arena);
    this.cache = new InstructionCache(config, SPACE, state, logs.length, arena);
    this.epochs = state.fetchEpoch;
  }

  get state(): string {
    const { cache, epochs } = this;
    const all = { saved: cache.save(), resident: cache.resident, epochs };
    return JSON.stringify(all, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? (value as Uint8Array).join() : value,
    );
  }

  static bytes({ config, logs }: FetchingFleet): number {
    const harts = logs.length;
    const entries = harts << HART_SHIFT;
    const parts = [4 * entries, 8 * entries, 8 * RING * harts];
    const lines = (SPACE.l2Size + SPACE.tcdmSize) / config.line;
    return parts.reduce((a, b) => a + arenaBytes(b), 0) + cacheBytes(config, harts, lines);
  }
}

interface Open {
  readonly line: number;
  readonly time: number;
  asks: number;
}

/** What happened in a run, so that a test can say that it did. */
export class Seen {
  hits = 0;
  waits = 0;
  again = 0;
  portWaits = 0;
  straddles = 0;
  opened = 0;
  asked = 0;
  busy = 0;
  covered = 0;
  hidden = 0;
}

/** Cycle by cycle, with the instruction cache of the interpreter. */
export class FetchingReference extends Reference {
  private readonly watched;
  readonly waits: number[];
  readonly covered: number[];
  readonly waited: number[];
  readonly wasRefused: number[];
  private readonly opens: (Open | undefined)[];
  /** A fetch waited that must not. */
  useless = false;

  constructor(
    private readonly fetching: FetchingFleet,
    private readonly seen: Seen,
  ) {
    super(fetching);
    this.watched = new Watched(fetching, separateArena);
    const zeros = (): number[] => fetching.logs.map(() => 0);
    [this.waits, this.covered, this.waited, this.wasRefused] = [0, 0, 0, 0].map(zeros);
    this.opens = fetching.logs.map(() => undefined);
  }

  get cache(): InstructionCache {
    return this.watched.cache;
  }

  get cacheState(): string {
    return this.watched.state;
  }

  get lines(): (Open | undefined)[] {
    return this.opens.map((open) => (open?.asks ? { ...open } : undefined));
  }

  override raised(hart: number): number {
    return this.entryOf(hart)?.kind === kind.fetch ? Infinity : super.raised(hart);
  }

  private entryOf(hart: number): Entry | undefined {
    return this.fleet.logs[hart][this.read[hart]];
  }

  protected override cycle(cycle: number): boolean {
    for (let hart = 0; hart < this.fleet.harts; hart++) {
      this.ask(hart, cycle);
      while (this.fetches(hart, cycle)) {
        if (this.useless) return false;
        this.ask(hart, cycle);
      }
    }
    const read = [...this.read];
    const refused = [...this.refused];
    if (!super.cycle(cycle)) return false;
    this.read.forEach((index, hart) => {
      if (index !== read[hart]) this.wasRefused[hart] = +(this.refused[hart] > refused[hart]);
    });
    return true;
  }

  /** Instructions of the open line, those before the next entry. */
  private ask(hart: number, cycle: number): void {
    const open = this.opens[hart];
    const entry = this.entryOf(hart);
    if (open === undefined) return;
    for (let behind = 1; behind <= FETCH_ASKS; behind++) {
      if (((open.asks >> (behind - 1)) & 1) === 0) continue;
      const own = open.time + behind;
      if (own + this.shifts[hart] > cycle) return;
      if (entry !== undefined && own > entry.time) return;
      if (entry?.kind === kind.fetch && own === entry.time) return;
      open.asks &= ~(1 << (behind - 1));
      const now = this.fetching.origin + cycle;
      if (this.cache.portFree[hart] > now) {
        this.seen.busy++;
        continue;
      }
      const before = this.cache.prefetches[hart];
      const position = open.line << this.cache.lineShift;
      if (this.cache.fetch(hart, position, position, now) !== 0) throw new Error('an ask waits');
      if (this.cache.prefetches[hart] !== before + 1) throw new Error('an ask does nothing');
      this.opens[hart] = undefined;
      this.seen.asked++;
      return;
    }
  }

  /** Whether the hart made a fetch, and may have another one. */
  private fetches(hart: number, cycle: number): boolean {
    const { cache, seen } = this;
    const entry = this.entryOf(hart);
    if (entry?.kind !== kind.fetch || entry.time + this.shifts[hart] > cycle) return false;
    const { line, straddles, owed, asks, hiding: mode } = fieldsOf(entry);
    const now = this.fetching.origin + cycle;
    const last = line + straddles;
    const wasOpen = this.opens[hart] !== undefined;
    this.opens[hart] = undefined;
    const isFirst = cache.privates.hits(hart, line);
    const busy = cache.portFree[hart] > now && !cache.privates.holds(hart, isFirst ? last : line);
    const wait = cache.fetch(hart, line << cache.lineShift, last << cache.lineShift, now);
    if (wait > 0) {
      if (busy) seen.portWaits++;
      if (isFirst) seen.straddles++;
      if (this.waited[hart] > 0) seen.again++;
      seen.waits++;
      this.shifts[hart] += wait;
      this.waits[hart] += wait;
      this.waited[hart] += wait;
      return false;
    }
    const sum = this.waited[hart];
    this.waited[hart] = 0;
    this.read[hart]++;
    if (sum === 0 && !wasOpen) seen.hits++;
    if (sum > 0) {
      if (mode === hiding.final) this.useless = true;
      const given = Math.min(sum, owed);
      this.shifts[hart] -= given;
      this.covered[hart] += given;
      seen.covered += given;
      const hides = mode === hiding.always || (mode === hiding.refused && this.wasRefused[hart]);
      if (sum > owed && hides) {
        this.shifts[hart] -= this.fleet.hidden;
        this.hides[hart]++;
        seen.hidden++;
      }
    }
    if (cache.privates.hits(hart, last)) return true;
    if (sum > 0) throw new Error('a line is open behind a wait');
    this.opens[hart] = { line: last, time: entry.time, asks };
    seen.opened++;
    return true;
  }
}

/** The same by `addMerge`. */
export class Merge extends Booked {
  private readonly watched: Watched;

  constructor(private readonly fetching: FetchingFleet) {
    const made: Watched[] = [];
    super(fetching, 0, mergeModule, {
      bytes: Watched.bytes(fetching),
      origin: fetching.origin,
      make: (arena) => {
        made.push(new Watched(fetching, arena));
        return made[0].cache;
      },
    });
    this.watched = made[0];
  }

  get cacheState(): string {
    return this.watched.state;
  }

  all(name: 'waits' | 'covered' | 'waited' | 'wasRefused'): number[] {
    return this.fetching.logs.map((_, hart) => this.word(hart, name));
  }

  get lines(): (Open | undefined)[] {
    return this.fetching.logs.map((_, hart) => {
      const line = this.word(hart, 'openLine') - 1;
      const asks = this.word(hart, 'openAsks');
      if (line < 0 || asks === 0) return undefined;
      return { line, time: this.word(hart, 'openTime'), asks };
    });
  }
}

function randomConfig(r: Random): Config {
  const line = r.pick([8, 16, 16, 32]);
  const private_ways = r.pick([1, 2, 4, 4, 8]);
  const shared_ways = r.pick([1, 2, 4]);
  const shared_banks = r.pick([1, 2, 4]);
  return {
    ...defaultsOf(icacheParameters),
    line,
    private_ways,
    private_size: line * private_ways * r.pick([2, 4, 4]),
    shared_ways,
    shared_banks,
    shared_size: line * shared_ways * shared_banks * r.pick([1, 2, 8]),
    prefetch: r.chance(75),
    private_miss: 1 + r.below(4),
    restart: r.below(3),
    shared_miss: 1 + r.below(5),
    shared_busy: 1 + r.below(6),
    under_refill: 1 + r.below(4),
    refill_width: r.pick([4, 8, 64]),
    tcdm_latency: 1 + r.below(20),
  };
}

/** Harts that walk and jump through lines, and make an access now and then. */
export function fetchingFleet(r: Random, finals: boolean): FetchingFleet {
  const harts = 2 + r.below(7);
  const banks = r.pick([2, 4, 16, 32]);
  const hidden = 1 + r.below(2);
  const config = randomConfig(r);
  const lines = Math.min((SPACE.l2Size + SPACE.tcdmSize) / config.line, r.pick([6, 12, 16, 64]));
  const calm = r.pick([2, 15, 40, 70]);
  const busy = r.pick([10, 40, 80]);
  const length = 300 + r.below(1000);
  const logs = Array.from({ length: harts }, () => {
    const log: Entry[] = [];
    let time = r.below(20);
    let line = r.below(lines);
    while (time < length) {
      const jumps = r.chance(calm);
      line = jumps ? r.below(lines) : Math.min(line + 1, lines - 1);
      if (r.chance(20)) line = Math.max(line - 2, 0);
      const mode = r.chance(finals ? 99 : 100) ? r.below(3) : hiding.final;
      const owed = mode !== hiding.never || r.chance(20) ? r.below(4) : 0;
      const straddles = r.chance(15) && line + 1 < lines ? 1 : 0;
      const asks = r.below(1 << FETCH_ASKS);
      const bits = [mode, owed << fetchShift.owed, asks << fetchShift.asks];
      bits.push(straddles << fetchShift.straddles, line << fetchShift.line);
      log.push({ kind: kind.fetch, time, offset: bits.reduce((a, b) => a | b) });
      // What follows stays behind it, however much it hides.
      let next = time + r.below(2);
      if (mode !== hiding.never || owed > 0) next = time + owed + hidden + 1;
      for (let count = r.below(5); count > 0; count--) {
        time = next;
        next += 1 + r.below(3);
        if (!r.chance(busy)) continue;
        const chance = r.below(100);
        const of = chance < 20 ? kind.hides : chance < (finals ? 22 : 0) ? kind.final : kind.plain;
        log.push({ kind: of, time, offset: 4 * r.below(64) });
        if (of === kind.hides) next += hidden;
      }
      time = Math.max(next, time + 1);
      if (r.chance(1)) time += r.below(400);
    }
    return log;
  });
  const pointers = Array.from({ length: banks }, () => r.below(16));
  const shifts = logs.map(() => r.below(4));
  return { harts, banks, hidden, logs, shifts, pointers, config, origin: 1e6 + r.below(1e6) };
}
