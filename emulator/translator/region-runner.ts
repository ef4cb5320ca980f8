import { exported, wasmHost, type WasmFunction, type WasmTable } from '../wasm/index.js';
import type { SharedArena } from '../memory/arena.js';
import { compileOnce } from './compiled.js';
import { linkModule } from './region-link-code.js';
import type { LinkOptions } from './region-link-words.js';
import { LINK_BYTES, recordAt } from './region-links.js';
import type { Region } from './region.js';
import type { Variant } from './region-frame.js';

const fields = {
  plain: 'element',
  tracking: 'tracking',
  booking: 'booking',
  fetching: 'booking',
} as const;

/** Elements that the table of functions grows by. */
const CHUNK = 256;

/** Runs regions one after the other, and keeps their functions. */
export class RegionRunner {
  private table: WasmTable | undefined;
  /** What leads from one to the next, and the same where fetches are booked. */
  private started: WasmFunction | undefined;
  private fetching: WasmFunction | undefined;
  private used = 1;

  constructor(
    private readonly arena: SharedArena,
    private readonly options: Omit<LinkOptions, 'pages' | 'entriesAt'>,
  ) {}

  /** Forgets all functions. */
  drop(): void {
    this.table = this.started = this.fetching = undefined;
    this.used = 1;
  }

  /** Compiles the function of a region that stands in a field of its record, where there is none. */
  prepare(region: Region, variant: Variant): void {
    const { links } = this.options;
    if (variant === 'fetching') this.fetching ??= this.start(true);
    else this.started ??= this.start(false);
    const field = fields[variant];
    if (links.get(region.number, field) === 0)
      links.set(region.number, field, this.put(region.compile(variant)));
  }

  /**
   * Runs the region that a hart is to begin with, then others where it leads to; `base`: address of the hart's words.
   * @returns the exit of the last one
   */
  run(hart: number, variant: Variant, base: number): number {
    const { controlAt } = this.options.links;
    const run = variant === 'fetching' ? this.fetching! : this.started!;
    return run(base, recordAt[fields[variant]], controlAt + hart * LINK_BYTES);
  }

  private start(fetching: boolean): WasmFunction {
    const { options } = this;
    const { links } = options;
    const host = wasmHost()!;
    const memory = this.arena.memory!;
    const pages = memory.buffer.byteLength >> 16;
    this.table ??= new host.Table({ element: 'anyfunc', initial: CHUNK });
    // Who books fetches need not have them in its cache.
    const caches = options.caches && !fetching;
    const entriesAt = fetching ? links.fetchingAt : links.entriesAt;
    const module = compileOnce(linkModule({ ...options, caches, entriesAt, pages }));
    const { exports } = new host.Instance(module, { machine: { memory, regions: this.table } });
    return exported(exports, 'run');
  }

  private put(run: WasmFunction): number {
    const table = this.table!;
    if (this.used === table.length) table.grow(Math.max(CHUNK, table.length));
    table.set(this.used, run);
    return this.used++;
  }
}
