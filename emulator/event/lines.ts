/** Event lines of a hart; source: event unit manual, table 1, and pulp_cluster's cluster_event_map. */
export const EventLine = {
  SOFTWARE: 0,
  DMA_EVENT: 8,
  DMA_INTERRUPT: 9,
  TIMER_LO: 10,
  TIMER_HI: 11,
  ACCELERATOR: 12,
  BARRIER: 16,
  MUTEX: 17,
  DISPATCH: 18,
  SOC: 27,
} as const;

export const SOFTWARE_EVENTS = 8;

/** `barrier (16)`, `software event 3 (3)`: the name of a line for people. */
export function lineName(line: number): string {
  if (line < SOFTWARE_EVENTS) return `software event ${line}`;
  const names: Record<number, string> = {
    [EventLine.DMA_EVENT]: 'DMA event',
    [EventLine.DMA_INTERRUPT]: 'DMA interrupt',
    [EventLine.TIMER_LO]: 'timer low',
    [EventLine.TIMER_HI]: 'timer high',
    12: 'accelerator slot 0',
    14: 'accelerator slot 1',
    [EventLine.BARRIER]: 'barrier',
    [EventLine.MUTEX]: 'mutex',
    [EventLine.DISPATCH]: 'dispatch',
    [EventLine.SOC]: 'SoC event FIFO',
  };
  return names[line] ?? `line ${line}`;
}

/** The lines of a mask in words: `barrier (16), DMA event (8)`. */
export function lineNames(mask: number): string {
  const names: string[] = [];
  for (let line = 31; line >= 0; line--) {
    if ((mask >>> line) & 1) names.push(`${lineName(line)} (${line})`);
  }
  return names.join(', ');
}
