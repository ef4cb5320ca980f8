export { Dma } from './dma.js';
export type { DmaEnvironment } from './dma.js';
export { dmaParameters } from './parameters.js';
export { dmaRegisters } from './registers.js';
