export { sharedBytes } from './layout.js';
export { leaveReasons, tierStats, type Leaves } from './tiers.js';
export { Translator } from './translator.js';
