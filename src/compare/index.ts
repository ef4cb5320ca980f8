/** Runs side by side, from the JSON that `octobar run` writes. */
export { compareRuns, comparisonSchema } from './compare.js';
export type { ComparedRow, Comparison } from './compare.js';
