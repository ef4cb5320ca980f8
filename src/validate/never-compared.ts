/** What no RTL run stands behind. A zero in the table above says nothing about these. */
export interface Uncompared {
  readonly what: string;
  /** What the figures rest on instead. */
  readonly instead: string;
}

export const neverCompared: readonly Uncompared[] = [
  {
    what: 'L2 and peripheral latency of the cluster, and the bus adapter that keeps one access in flight',
    instead:
      'parameters of status published or assumed; only the rule that a latency of L costs L was measured, on the bare core',
  },
  {
    what: 'instruction fetch: private and shared caches, refill',
    instead:
      'the RTL runs had an ideal fetch port (icache.ideal=true); the caches were read off the public RTL, docs/icache.md',
  },
  { what: 'DMA transfers and their contention in the TCDM', instead: 'published figures of MCHAN' },
  {
    what: 'the engines (IMA, depth-wise) and their branch of the interconnect',
    instead:
      'published throughput, two fitted parameters, and the published arbitration rule; no RTL of the engines is public',
  },
  {
    what: 'interrupts of the event unit and the timer',
    instead:
      'the cost of entry was measured on the core; how fast a line reaches it is our definition (docs/timing.md)',
  },
  {
    what: 'two kinds of masters (harts and DMA) in one bank in one cycle',
    instead: 'our definition: a flag of the bank, toggled at each grant',
  },
  { what: 'more than 8 harts, other than 16 or 32 banks', instead: 'the same rules, extrapolated' },
];
