export { sharedBytes } from './layout.js';
export { leaveReasons, offReasons, tierStats, type Leaves, type OffReason } from './tiers.js';
export { Translator } from './translator.js';
