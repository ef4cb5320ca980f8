import type { Harts } from '../hart/harts.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { SharedArena } from '../memory/arena.js';
import { exported, wasmHost, type WasmFunction } from '../wasm/index.js';
import { bookedModule } from './booked-code.js';
import { compileOnce } from './compiled.js';
import type { TranslatorArrays } from './layout.js';
import { scanModule } from './word-tags.js';

export interface PhaseCodeOptions {
  readonly harts: Harts;
  readonly crossbar: Crossbar;
  readonly arena: SharedArena;
  readonly arrays: TranslatorArrays;
}

/** What is done with logs. */
export interface PhaseCode {
  /** Arbitrates what was booked (`bookedModule`). */
  readonly arbitrate: WasmFunction;
  /** Looks for races (`scanModule`). */
  readonly scan: WasmFunction;
}

export function compilePhases({ harts, crossbar, arrays, arena }: PhaseCodeOptions): PhaseCode {
  const host = wasmHost()!;
  const memory = arena.memory!;
  const pages = memory.buffer.byteLength >> 16;
  const arbitration = bookedModule({
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
  });
  const load = (bytes: Uint8Array, name: string): WasmFunction => {
    const { exports } = new host.Instance(compileOnce(bytes), { machine: { memory } });
    return exported(exports, name);
  };
  return {
    arbitrate: load(arbitration, 'arbitrate'),
    scan: load(scanModule(arrays.tagsAt, pages), 'scan'),
  };
}
