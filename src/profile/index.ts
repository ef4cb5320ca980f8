export * from './model.js';
export { addCounts, eventNames, noCounts } from './counts.js';
export { Profiler, type ProfileOptions } from './profiler.js';
