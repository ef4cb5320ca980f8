import { exported, wasmHost, type WasmFunction, type WasmTable } from '../wasm/index.js';
import type { SharedArena } from '../memory/arena.js';
import { compileOnce } from './compiled.js';
import { linkModule } from './region-link-code.js';
import type { LinkOptions } from './region-link-words.js';
import type { Region } from './region.js';

/** Elements that the table of functions grows by. */
const CHUNK = 256;

/** Runs regions one after the other, and keeps their functions. */
export class RegionRunner {
  private table: WasmTable | undefined;
  private started: WasmFunction | undefined;
  private used = 1;

  constructor(
    private readonly arena: SharedArena,
    private readonly options: Omit<LinkOptions, 'pages'>,
  ) {}

  /** Forgets all functions. */
  drop(): void {
    this.table = this.started = undefined;
    this.used = 1;
  }

  /**
   * Runs a region, then others where it leads to; `base`: address of the hart's words.
   * @returns the exit of the last one
   */
  run(region: Region, tracking: boolean, base: number): number {
    this.started ??= this.start();
    const field = tracking ? 'tracking' : 'element';
    const { links } = this.options;
    if (links.get(region.number, field) === 0)
      links.set(region.number, field, this.put(region.compile(tracking)));
    return this.started(base, tracking ? 4 : 0);
  }

  private start(): WasmFunction {
    const host = wasmHost()!;
    const memory = this.arena.memory!;
    const pages = memory.buffer.byteLength >> 16;
    this.table = new host.Table({ element: 'anyfunc', initial: CHUNK });
    const module = compileOnce(linkModule({ ...this.options, pages }));
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
