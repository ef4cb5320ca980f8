import { HART_SHIFT } from '../../emulator/hart/slot.js';
import { createHartState, RING } from '../../emulator/hart/state.js';
import { cacheBytes } from '../../emulator/icache/arrays.js';
import { InstructionCache } from '../../emulator/icache/instruction-cache.js';
import { icacheParameters } from '../../emulator/icache/parameters.js';
import { arenaBytes, separateArena, SharedArena } from '../../emulator/memory/arena.js';
import { defaultsOf, type ConfigOf } from '../../emulator/sim/parameters.js';
import { addFetch, DISABLED } from '../../emulator/translator/fetch-code.js';
import { exported, ModuleBuilder, wasmHost } from '../../emulator/wasm/index.js';
import { Random } from '../lockstep/random.js';

type Config = ConfigOf<typeof icacheParameters>;
type Fetch = (hart: number, first: number, last: number, now: number) => number;

/** Code space of the sequences, small enough for lines to meet again. */
const L2 = 8192;
const TCDM = 4096;

/** A cache whose `fetch` is the TypeScript one, or the function of translated code. */
class Subject {
  readonly cache: InstructionCache;
  readonly fetch: Fetch;
  private readonly epochs: Int32Array;

  constructor(config: Config, harts: number, l2Latency: number, translated: boolean) {
    const lines = (L2 + TCDM) / config.line;
    const entries = harts << HART_SHIFT;
    const parts = [4 * entries, 8 * entries, 8 * RING * harts];
    const bytes = parts.reduce((sum, part) => sum + arenaBytes(part), 0);
    const arena = new SharedArena(bytes + cacheBytes(config, harts, lines));
    const state = createHartState(harts, 0, translated ? arena : separateArena);
    const space = { l2Size: L2, tcdmSize: TCDM, l2Latency };
    this.cache = new InstructionCache(
      config,
      space,
      state,
      harts,
      translated ? arena : separateArena,
    );
    this.epochs = state.fetchEpoch;
    this.fetch = translated
      ? this.translate(arena)
      : (hart, first, last, now) => this.cache.fetch(hart, first, last, now);
  }

  private translate(arena: SharedArena): Fetch {
    const host = wasmHost()!;
    const module = new ModuleBuilder();
    const pages = arena.memory!.buffer.byteLength >> 16;
    module.importMemory('machine', 'memory', { min: pages, max: pages });
    module.exportFunction('fetch', addFetch(module, this.cache));
    const { exports } = new host.Instance(new host.Module(module.finish()), {
      machine: { memory: arena.memory! },
    });
    const fetch = exported(exports, 'fetch');
    return (hart, first, last, now) => {
      const wait = fetch(hart, first, last, now);
      return wait === DISABLED ? this.cache.fetch(hart, first, last, now) : wait;
    };
  }

  /** Everything that a fetch may change. */
  get state(): string {
    const { cache, epochs } = this;
    const all = { saved: cache.save(), resident: cache.resident, epochs };
    return JSON.stringify(all, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? (value as Uint8Array).join() : value,
    );
  }
}

/** Caches of every legal shape, the smallest ones often: there lines push each other out. */
function randomConfig(r: Random): Config {
  const line = r.pick([4, 8, 16, 16, 32, 64]);
  const private_ways = r.pick([1, 2, 4, 4, 8]);
  const shared_ways = r.pick([1, 2, 4, 4, 8]);
  const shared_banks = r.pick([1, 2, 2, 4, 16]);
  return {
    ...defaultsOf(icacheParameters),
    line,
    private_ways,
    private_size: line * private_ways * r.pick([2, 2, 4, 8]),
    shared_ways,
    shared_banks,
    shared_size: line * shared_ways * shared_banks * r.pick([1, 1, 2, 8]),
    prefetch: r.chance(70),
    enabled: r.chance(97),
    private_miss: 1 + r.below(4),
    restart: r.below(3),
    shared_miss: 1 + r.below(5),
    shared_busy: 1 + r.below(6),
    under_refill: 1 + r.below(4),
    refill_width: r.pick([1, 4, 8, 64]),
    tcdm_latency: 1 + r.below(40),
  };
}

/** Changes by the control unit, which happen between fetches. */
function command(r: Random, harts: number): (cache: InstructionCache) => void {
  const value = r.below(1 << harts);
  const position = 2 * r.below((L2 + TCDM) / 2);
  switch (r.below(12)) {
    case 0:
      return (cache) => cache.flush(true);
    case 1:
      return (cache) => cache.flush(false);
    case 2:
      return (cache) => cache.enable(!cache.isEnabled || value % 4 !== 0);
    case 3:
    case 4:
      return (cache) => cache.enable(true);
    case 5:
      return (cache) => cache.restore(cache.save());
    case 6:
    case 7:
      return (cache) => cache.prefetch(value);
    default:
      return (cache) => cache.flushLine(position);
  }
}

/**
 * Sequence `number` of a seed: some hundred fetches of harts that walk and jump, with commands between.
 * @returns what differed first, or undefined
 */
export function compareFetches(seed: number, number: number): string | undefined {
  const r = new Random(seed, number);
  const harts = r.pick([1, 2, 3, 8, 8, 16]);
  const config = randomConfig(r);
  const latency = 1 + r.below(30);
  const reference = new Subject(config, harts, latency, false);
  const translated = new Subject(config, harts, latency, true);
  const at = Array.from({ length: harts }, () => 2 * r.below(256));
  // Harts go on at their own pace; in a cycle they ask in their order.
  const next = at.map(() => 0);
  const farJumps = r.pick([0, 5, 30]);
  const where = (): string => `sequence ${number} of seed ${seed}, ${JSON.stringify(config)}`;
  const start = 1000 * r.below(1000);
  let fetches = 0;
  for (let now = start; fetches < 250; now++) {
    if (r.chance(2)) {
      const change = command(r, harts);
      change(reference.cache);
      change(translated.cache);
    }
    for (let hart = 0; hart < harts; hart++) {
      if (next[hart] > now) continue;
      const bytes = r.chance(30) ? 2 : 4;
      const first = at[hart];
      const last = Math.min(first + bytes - 2, L2 + TCDM - 2);
      const waits = [reference, translated].map(({ fetch }) => fetch(hart, first, last, now));
      fetches++;
      if (waits[0] !== waits[1]) {
        return `${where()}: hart ${hart} waits ${waits[0]} in cycle ${now}, translated ${waits[1]}`;
      }
      next[hart] = now + waits[0] + (waits[0] === 0 ? 1 + r.below(3) : 0);
      if (waits[0] !== 0 && r.chance(90)) continue;
      const near = first + 2 * r.below(65) - 64;
      const anywhere = 2 * r.below((L2 + TCDM) / 2);
      const jumps = r.chance(farJumps) ? anywhere : r.chance(15) ? near : first + bytes;
      at[hart] = Math.min(Math.max(jumps, 0), L2 + TCDM - 2);
    }
  }
  const states = [reference.state, translated.state];
  return states[0] === states[1] ? undefined : `${where()}: state\n${states.join('\n')}`;
}
