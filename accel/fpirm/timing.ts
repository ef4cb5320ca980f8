import type { Primitives } from './dbc.js';
import type { FpirmConfig } from './parameters.js';

/** Time of primitives that follow each other in one cluster, in ns. */
export function primitiveTime(count: Readonly<Primitives>, config: FpirmConfig): number {
  const { reads, writes, writeSteps, shifts, transverseReads, transverseWrites } = count;
  const cycles =
    config.profile === 'command'
      ? reads * config.read_cycles +
        writes * config.write_cycles +
        shifts * config.shift_cycles +
        transverseReads * config.transverse_read_cycles +
        transverseWrites * config.transverse_write_cycles
      : reads + writeSteps + shifts + transverseReads + transverseWrites;
  return cycles * config.cycle_ns;
}
