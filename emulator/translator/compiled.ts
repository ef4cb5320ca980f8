import { wasmHost, type WasmModule } from '../wasm/index.js';

/** Compiled ones by their bytes; more than these are forgotten. */
const compiled = new Map<string, WasmModule>();
const MOST_COMPILED = 64;

/** A module compiled: machines of one form share those that do not depend on the code that they run. */
export function compileOnce(bytes: Uint8Array): WasmModule {
  const key = String.fromCharCode(...bytes);
  const found = compiled.get(key);
  if (found !== undefined) return found;
  if (compiled.size === MOST_COMPILED) compiled.clear();
  const module = new (wasmHost()!.Module)(bytes);
  compiled.set(key, module);
  return module;
}
