import { OctobarError } from '../../emulator/sim/error.js';
import { pageBytes, wasmHost } from '../../emulator/wasm/index.js';
import type { WasmHost, WasmMemory } from '../../emulator/wasm/index.js';

/** Who computes what engines compute: vector code, or the readable reference. Results are the same. */
export const arithmetics = ['simd', 'reference'] as const;

/** @throws OctobarError `config` where this host cannot run vector code */
export function vectorHost(): WasmHost {
  const host = wasmHost();
  if (host !== undefined) return host;
  throw new OctobarError(
    'config',
    'this host has no WebAssembly for the arithmetic of the engines',
    {
      hint: 'choose --set hwpe.arithmetic=reference: the same results, some twenty times slower',
    },
  );
}

/**
 * Linear memory of the vector code of one engine, handed out in 16-byte steps and never given back.
 * Growing replaces the views: take `u8`, `i32` and the others afresh, do not keep them.
 */
export class Arena {
  readonly memory: WasmMemory;
  u8!: Uint8Array;
  i8!: Int8Array;
  i16!: Int16Array;
  i32!: Int32Array;
  private used = 64;

  constructor(host: WasmHost) {
    this.memory = new host.Memory({ initial: 1 });
    this.view();
  }

  /** Byte offset of `bytes` zeros. */
  allocate(bytes: number): number {
    const offset = this.used;
    // Vector loads and stores may pass the end by one vector
    this.used += (bytes + 16 + 15) & ~15;
    const missing = this.used - this.memory.buffer.byteLength;
    if (missing > 0) {
      this.memory.grow(Math.ceil(missing / pageBytes));
      this.view();
    }
    return offset;
  }

  private view(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.i8 = new Int8Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.i32 = new Int32Array(buffer);
  }
}
