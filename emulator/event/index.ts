export { EventUnit } from './event-unit.js';
export { EventLine, lineName, lineNames } from './lines.js';
export { eventParameters } from './parameters.js';
export { eventFastRegisters, eventSlowRegisters } from './registers.js';
