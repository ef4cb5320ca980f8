import type { Harts } from '../hart/harts.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { SharedArena } from '../memory/arena.js';
import { exported, wasmHost, type WasmFunction } from '../wasm/index.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import { bookedModule } from './booked-code.js';
import type { BookedOptions } from './booked-layout.js';
import { mergeModule } from './merge-code.js';
import { compileOnce } from './compiled.js';
import type { TranslatorArrays } from './layout.js';
import { scanModule } from './word-tags.js';

export interface PhaseCodeOptions {
  readonly harts: Harts;
  readonly crossbar: Crossbar;
  readonly arena: SharedArena;
  readonly arrays: TranslatorArrays;
  readonly icache: InstructionCache | undefined;
}

/** What is done with logs. */
export interface PhaseCode {
  /** Arbitrates what was booked (`bookedModule`). */
  readonly arbitrate: WasmFunction;
  /** The same, and fetches (`mergeModule`). */
  readonly merge: WasmFunction;
  /** Looks for races (`scanModule`); and where fetches may be among the accesses. */
  readonly scan: WasmFunction;
  readonly scanAll: WasmFunction;
}

export function compilePhases(options: PhaseCodeOptions): PhaseCode {
  const { harts, crossbar, arrays, arena, icache } = options;
  const host = wasmHost()!;
  const memory = arena.memory!;
  const pages = memory.buffer.byteLength >> 16;
  const arbitration: BookedOptions & { readonly pages: number } = {
    controlAt: arrays.booked.byteOffset,
    scratchAt: arrays.scratchAt,
    pointersAt: crossbar.pointers.byteOffset,
    sidesAt: crossbar.sides.byteOffset,
    conflictsAt: crossbar.conflictsPerBank.byteOffset,
    winnersAt: arrays.winnersAt,
    banks: crossbar.banks,
    harts: harts.state.count,
    hidden: harts.timing.jump - 1,
    pages,
  };
  const load = (bytes: Uint8Array, name: string): WasmFunction => {
    const { exports } = new host.Instance(compileOnce(bytes), { machine: { memory } });
    return exported(exports, name);
  };
  const scan = (fetches: boolean): WasmFunction =>
    load(scanModule(arrays.tagsAt, harts.tcdm.size, pages, fetches), 'scan');
  return {
    arbitrate: load(bookedModule(arbitration), 'arbitrate'),
    merge: load(mergeModule(icache ? { ...arbitration, cache: icache } : arbitration), 'arbitrate'),
    scan: scan(false),
    scanAll: scan(true),
  };
}
