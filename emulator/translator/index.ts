export { sharedBytes } from './layout.js';
export { leaveReasons, Translator, type Leaves } from './translator.js';
