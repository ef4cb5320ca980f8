export * from './model.js';
export { addCounts, eventNames, noCounts } from './counts.js';
export { Observation, type Observed, type ObservationOptions } from './observe.js';
export { parseWindow, Window, type WindowSpec } from './window.js';
export { Profiler, type ProfileOptions } from './profiler.js';
