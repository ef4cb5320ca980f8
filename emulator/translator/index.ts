export { sharedBytes } from './layout.js';
export { leaveReasons, tierStats, Translator, type Leaves } from './translator.js';
