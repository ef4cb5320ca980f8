import { pageBytes, wasmHost, type WasmMemory } from '../wasm/index.js';

/** Where a part of the machine takes the bytes for its arrays from. */
export interface Arena {
  /** `bytes` zero bytes that begin a cache line. */
  take(bytes: number): { readonly buffer: ArrayBuffer; readonly at: number };
}

/** Each part has a buffer of its own: enough for a part that is tested alone. */
export const separateArena: Arena = {
  take: (bytes) => ({ buffer: new ArrayBuffer(bytes), at: 0 }),
};

const LINE = 64;

/**
 * One WebAssembly memory that never grows. Interpreter, units and translated code work on the same
 * bytes, so who executes the next cycle is nobody's business but the main loop's.
 */
export class SharedArena implements Arena {
  /** Undefined without translated code, or on a host without WebAssembly: an ordinary buffer takes its place. */
  readonly memory: WasmMemory | undefined;
  private readonly buffer: ArrayBuffer;
  private used = LINE;

  /**
   * @param bytes what all `take`s will ask for together; `arenaBytes` tells for one of them
   * @param translates whether there will be translated code: else an ordinary buffer does
   */
  constructor(bytes: number, translates = true) {
    const host = translates ? wasmHost() : undefined;
    const pages = Math.ceil((bytes + LINE) / pageBytes);
    this.memory = host && new host.Memory({ initial: pages, maximum: pages });
    this.buffer = this.memory?.buffer ?? new ArrayBuffer(pages * pageBytes);
  }

  take(bytes: number): { buffer: ArrayBuffer; at: number } {
    const at = this.used;
    this.used += arenaBytes(bytes);
    if (this.used > this.buffer.byteLength) throw new RangeError('the shared memory is too small');
    return { buffer: this.buffer, at };
  }
}

export const arenaBytes = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;
