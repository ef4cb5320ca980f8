/**
 * The part of the WebAssembly interface of the host that is used here, typed, since neither the
 * language nor the types of Node declare it. Source: WebAssembly JavaScript Interface.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Returns the former size; all views of `buffer` are dead afterwards. */
  grow(pages: number): number;
}

export interface WasmTable {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
  grow(count: number): number;
}

export interface WasmGlobal {
  value: number | bigint;
}

/** Opaque: only `Instance` takes it. */
export interface WasmModule {
  readonly wasmModule?: never;
}

export type WasmFunction = (...values: number[]) => number;

export type WasmExport = WasmFunction | WasmMemory | WasmTable | WasmGlobal;

export type WasmImports = Record<string, Record<string, unknown>>;

export interface WasmHost {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports?: WasmImports,
  ) => { readonly exports: Record<string, WasmExport> };
  readonly Memory: new (limits: { initial: number; maximum?: number }) => WasmMemory;
  readonly Table: new (limits: {
    element: 'anyfunc';
    initial: number;
    maximum?: number;
  }) => WasmTable;
  readonly Global: new (
    type: { value: 'i32' | 'i64' | 'f64'; mutable: boolean },
    value: number | bigint,
  ) => WasmGlobal;
  validate(bytes: Uint8Array): boolean;
}

/** WebAssembly of this host, or undefined where there is none. */
export function wasmHost(): WasmHost | undefined {
  return (globalThis as { WebAssembly?: WasmHost }).WebAssembly;
}

/** What the host may be told; the emulator itself knows no host. */
export const hostHints: {
  /** A machine has so much code that there will be thousands of functions. */
  muchCode: () => void;
} = { muchCode: () => undefined };

export const pageBytes = 65536;

/** A function out of the exports of an instance. */
export function exported(exports: Record<string, WasmExport>, name: string): WasmFunction {
  const found = exports[name];
  if (typeof found !== 'function') throw new TypeError(`the module exports no function ${name}`);
  return found;
}
