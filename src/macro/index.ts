export { cellErrors } from './cells.js';
export { characterise, macroReportSchema } from './characterise.js';
export type { MacroOptions, MacroReport } from './characterise.js';
export { histogramPicture } from './histogram.js';
export { macroTemplate } from './template.js';
