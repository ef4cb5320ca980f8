/** What an engine needs, in one import. */
export { createHwpe } from './hwpe.js';
export { hwpeParameters } from './parameters.js';
export type { HwpeConfig } from './parameters.js';
export type {
  Engine,
  EngineDescription,
  EngineHost,
  JobRegisters,
  RegisterVisit,
} from './engine.js';
export type { Accelerator, AcceleratorFactory, HwpeEnvironment } from './environment.js';
export { misuse } from './register-file.js';
export { hwpeRegisters, readOnly, readWrite, wordIndex, writeOnly } from './registers.js';
export type { Capability, HwpeRegisterMap } from './registers.js';
export { Streamer } from './streamer.js';
export { cyclesOf } from './time.js';
export * from './walk.js';
