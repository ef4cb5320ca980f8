import { HART_SHIFT } from '../hart/slot.js';
import type { HartState } from '../hart/state.js';
import { separateArena, type Arena } from '../memory/arena.js';
import { OctobarError } from '../sim/error.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { Stateful } from '../sim/unit.js';
import { doubles, words } from './arrays.js';
import type { icacheParameters } from './parameters.js';
import { PrivateCaches } from './private-caches.js';
import { SharedCache } from './shared-cache.js';

/** Where code can lie, as one row of bytes: L2 first, the TCDM behind it. */
export interface CodeSpace {
  readonly l2Size: number;
  readonly tcdmSize: number;
  readonly l2Latency: number;
}

/** Words that a fetch without caches keeps: an instruction may need two. */
const WORDS = 2;
const NONE = -1;

/**
 * The instruction cache of the cluster: when a fetch is answered, not with what. Harts execute what lies
 * in memory, so code is coherent at once; the RTL would go on with old lines until a flush.
 *
 * A hart asks in the cycle in which its instruction would leave decode if every fetch hit. Answers are
 * computed at once (`SharedCache`), and one call ends at the first line that is missing, so that calls
 * come in the order of time, and of harts within a cycle.
 */
export class InstructionCache implements Stateful {
  readonly privates: PrivateCaches;
  readonly shared: SharedCache;
  /** Lines of 2^lineShift bytes. */
  readonly lineShift: number;
  /** Fetches that missed the private cache, by hart. */
  readonly misses: Float64Array;
  /** Fetches, also those ahead, that missed the shared cache and made it refill, by hart. */
  readonly sharedMisses: Float64Array;
  /** Lines that were fetched ahead, by hart. */
  readonly prefetches: Float64Array;
  /** By hart: the cycle in which a line that is fetched ahead arrives. */
  readonly portFree: Float64Array;
  /** One word: whether the caches are on. */
  readonly enabledWord: Int32Array;
  /** Called before lines go at somebody's command: harts that ran ahead must come back first. */
  beforeChange: () => void = () => undefined;
  /** With the caches off: the last words fetched, by hart. */
  private readonly words: Int32Array;
  readonly l2Lines: number;

  constructor(
    readonly config: ConfigOf<typeof icacheParameters>,
    readonly space: CodeSpace,
    private readonly state: HartState,
    /** Harts of the cluster; one beyond them fetches past the caches. */
    readonly harts: number = state.count,
    arena: Arena = separateArena,
  ) {
    checkGeometry(config);
    this.lineShift = 31 - Math.clz32(config.line);
    this.l2Lines = space.l2Size >>> this.lineShift;
    this.privates = new PrivateCaches(
      {
        harts,
        outside: (1 << state.count) - (1 << harts),
        size: config.private_size,
        ways: config.private_ways,
        line: config.line,
        lines: this.l2Lines + (space.tcdmSize >>> this.lineShift),
      },
      state.fetchEpoch,
      arena,
    );
    this.shared = new SharedCache(config, arena);
    this.misses = doubles(arena, state.count);
    this.sharedMisses = doubles(arena, state.count);
    this.prefetches = doubles(arena, state.count);
    this.portFree = doubles(arena, state.count);
    this.enabledWord = words(arena, 1);
    this.words = new Int32Array(state.count * WORDS).fill(NONE);
    this.isEnabled = config.enabled;
    this.prefetch(this.prefetchAtReset);
  }

  get prefetchAtReset(): number {
    return this.config.prefetch ? (1 << this.harts) - 1 : 0;
  }

  get resident(): Uint16Array {
    return this.privates.resident;
  }

  /**
   * Cycles that a hart waits for an instruction whose bytes lie between two positions of the code space
   * (both are halfwords of it), in cycle `now`; 0 when they are there. After the wait it asks again.
   */
  fetch(hart: number, first: number, last: number, now: number): number {
    if (!this.isEnabled) return this.fetchWords(hart, first, last, now);
    const line = first >>> this.lineShift;
    const end = last >>> this.lineShift;
    const wait = this.privates.hits(hart, line) ? 0 : this.fetchLine(hart, line, now);
    if (wait !== 0 || line === end || this.privates.hits(hart, end)) return wait;
    return this.fetchLine(hart, end, now);
  }

  private fetchLine(hart: number, line: number, now: number): number {
    const { privates, config } = this;
    if (!privates.holds(hart, line)) {
      // The refill of another line that was fetched ahead has the port.
      if (this.portFree[hart] > now) return this.portFree[hart] - now;
      this.misses[hart]++;
      const answered = this.ask(hart, line, now);
      privates.refill(hart, line, 0);
      return answered - (now + 1) + config.private_miss + config.restart;
    }
    const arrival = privates.arrivalOf(hart, line);
    if (arrival !== 0) {
      privates.settle(hart, line);
      if (arrival > now) return arrival - now + config.restart;
    }
    if (privates.wantsNext(hart, line) && this.portFree[hart] <= now) {
      this.prefetches[hart]++;
      this.portFree[hart] = this.ask(hart, line + 1, now) + config.private_miss;
      privates.refill(hart, line + 1, this.portFree[hart]);
    }
    return 0;
  }

  /** The cycle in which a bank answers a private cache. */
  private ask(hart: number, line: number, now: number): number {
    const before = this.shared.misses;
    const answered = this.shared.fetch(line, now, this.latencyOf(line));
    this.sharedMisses[hart] += this.shared.misses - before;
    return answered;
  }

  private fetchWords(hart: number, first: number, last: number, now: number): number {
    const at = hart * WORDS;
    const { words } = this;
    for (const word of [first >>> 2, last >>> 2]) {
      if (words[at] === word || words[at + 1] === word) continue;
      words[at] = words[at + 1];
      words[at + 1] = word;
      const latency = this.latencyOf(word >>> (this.lineShift - 2));
      const arrived = this.shared.bypass(now, latency);
      return arrived - (now + 2) + this.config.private_miss + this.config.restart;
    }
    return 0;
  }

  private latencyOf(line: number): number {
    return line < this.l2Lines ? this.space.l2Latency : this.config.tcdm_latency;
  }

  /** Whether a fetch of this position would hit; asking changes nothing. */
  hits(hart: number, position: number): boolean {
    return this.isEnabled && this.privates.hits(hart, position >>> this.lineShift);
  }

  // --- Control ---------------------------------------------------------------------------------

  get isEnabled(): boolean {
    return this.enabledWord[0] !== 0;
  }

  private set isEnabled(on: boolean) {
    this.enabledWord[0] = Number(on);
  }

  /** Both levels at once. They come up empty, and are left empty: harts fetch word by word meanwhile. */
  enable(on: boolean): void {
    if (on === this.isEnabled) return;
    this.beforeChange();
    this.isEnabled = on;
    this.words.fill(NONE);
    this.flush(true);
  }

  /** @param harts a bit for each hart whose private cache fetches the next line ahead from now on */
  prefetch(harts: number): void {
    this.beforeChange();
    this.privates.prefetch(harts);
    for (let hart = 0; hart < this.state.count; hart++) this.state.fetchEpoch[hart << HART_SHIFT]++;
  }

  /** @param shared also the second level */
  flush(shared: boolean): void {
    this.beforeChange();
    for (let hart = 0; hart < this.harts; hart++) this.privates.flush(hart);
    if (shared) this.shared.flush();
  }

  /** Empties, in both levels, the sets that the line of a position belongs to. */
  flushLine(position: number): void {
    this.beforeChange();
    const line = position >>> this.lineShift;
    for (let hart = 0; hart < this.harts; hart++) this.privates.flushSet(hart, line);
    this.shared.flushSet(line);
  }

  // --- State -----------------------------------------------------------------------------------

  reset(): void {
    this.privates.reset();
    this.shared.reset();
    this.misses.fill(0);
    this.sharedMisses.fill(0);
    this.words.fill(NONE);
    this.prefetches.fill(0);
    this.portFree.fill(0);
    this.isEnabled = this.config.enabled;
    this.privates.prefetch(this.prefetchAtReset);
    for (let hart = 0; hart < this.state.count; hart++) {
      this.state.fetchEpoch[hart << HART_SHIFT] = 0;
    }
  }

  save() {
    return {
      enabled: this.isEnabled,
      words: this.words.slice(),
      misses: this.misses.slice(),
      sharedMisses: this.sharedMisses.slice(),
      prefetches: this.prefetches.slice(),
      portFree: this.portFree.slice(),
      privates: this.privates.save(),
      shared: this.shared.save(),
    };
  }

  restore(state: unknown): void {
    const saved = state as ReturnType<InstructionCache['save']>;
    this.isEnabled = saved.enabled;
    this.words.set(saved.words);
    this.misses.set(saved.misses);
    this.sharedMisses.set(saved.sharedMisses);
    this.prefetches.set(saved.prefetches);
    this.portFree.set(saved.portFree);
    this.privates.restore(saved.privates);
    this.shared.restore(saved.shared);
  }
}

function checkGeometry(config: ConfigOf<typeof icacheParameters>): void {
  const refuse = (reason: string, hint: string): never => {
    throw new OctobarError('config', reason, { hint });
  };
  const { line, private_size, private_ways, shared_size, shared_ways, shared_banks } = config;
  if (line < 4) refuse('a line of the instruction cache holds no word', 'raise icache.line to 4');
  // Two neighbouring lines in one set of one way would push each other out for ever.
  if (private_size < 2 * private_ways * line) {
    refuse(
      'a private instruction cache must have at least two sets',
      'raise icache.private_size to 2 * icache.private_ways * icache.line',
    );
  }
  if (shared_size < shared_banks * shared_ways * line) {
    refuse(
      'the shared instruction cache has banks without a set',
      'raise icache.shared_size to icache.shared_banks * icache.shared_ways * icache.line',
    );
  }
}
