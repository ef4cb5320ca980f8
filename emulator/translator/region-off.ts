import type { timingParameters } from '../hart/timing.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { ConfigOf } from '../sim/parameters.js';

/** What of a configuration leaves harts that are alone to segments. */
export type RegionsOff = 'div_base' | 'round-robin' | 'banks';

/** Cycles of the shortest division at least: a jump needs a loaded register two cycles behind the next instruction. */
const LEAST_DIVISION = 3;
/** The flags of banks are bits of one word. */
const MOST_BANKS = 32;

export function whyOff(
  timing: ConfigOf<typeof timingParameters>,
  crossbar: Crossbar,
): RegionsOff | undefined {
  // What was loaded before a division must be there before it is over.
  if (timing.div_base < LEAST_DIVISION) return 'div_base';
  if (!crossbar.fair) return 'round-robin';
  return crossbar.banks > MOST_BANKS ? 'banks' : undefined;
}
