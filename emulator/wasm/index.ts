export { FunctionBody } from './body.js';
export { ByteWriter } from './bytes.js';
export { exported, hostHints, pageBytes, wasmHost } from './host.js';
export type {
  WasmExport,
  WasmFunction,
  WasmGlobal,
  WasmHost,
  WasmImports,
  WasmMemory,
  WasmModule,
  WasmTable,
} from './host.js';
export { ModuleBuilder } from './module.js';
export type { Limits } from './module.js';
export { Op, Simd, Type } from './opcodes.js';
