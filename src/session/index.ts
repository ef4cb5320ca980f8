/** What `import ... from 'octobar'` gives. Everything else is not public. */
export type {
  HartStats,
  HartView,
  MachineStats,
  Probe,
  Stop,
  TraceSink,
} from '../../emulator/api.js';
export { OctobarError, errorCodes } from '../../emulator/sim/error.js';
export type { ErrorCode, ErrorContext } from '../../emulator/sim/error.js';
export { Configuration, checkPreset, parsePreset } from '../config/index.js';
export type { ConfigValues, Preset, ProvenanceRow, Settings } from '../config/index.js';
export {
  countedBetween,
  energyOf,
  energyOfHart,
  energyOfRest,
  hartPrices,
} from '../energy/index.js';
export type { CountedRun, EnergyReport, HartCounts, PriceList } from '../energy/index.js';
export type { ElfFile, ElfSection, ElfSegment } from '../loader/index.js';
export type { LineRow, LineTable, Symbol, SymbolTable } from '../loader/index.js';
export type { FunctionalEngine, Plot } from '../../accel/mvm/functional.js';
export type { MvmJob } from '../../accel/mvm/job.js';
export { configure, openArrays, openSession } from './open.js';
export type { SessionOptions } from './open.js';
export type { Image } from './images.js';
export type { Place } from './place.js';
export { defaultPreset, findPreset, presetNames } from './presets.js';
export type { RegionRow } from './regions.js';
export { pricesOf } from './prices.js';
export { Session, defaultMaxCycles } from './session.js';
export type { RunWatcher } from './watcher.js';
export type { OutputListener, RunOptions, RunResult, StopResult } from './session.js';
export { functionalNote, statsSchema } from './stats.js';
export type { End, ImageInfo, Stats } from './stats.js';
