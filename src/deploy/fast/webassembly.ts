/**
 * The part of the WebAssembly JavaScript Interface that we use; neither the library of the language
 * nor the types of Node 20 declare it.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** @returns the size before, in pages of 64 KiB */
  grow(pages: number): number;
}

interface WasmInstance {
  readonly exports: { readonly [name: string]: unknown };
}

interface WebAssemblyInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => WasmInstance;
  Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
  .WebAssembly;
