/** Whole cycles that cover a time in ns; the margin keeps 130 ns at 500 MHz from becoming 66. */
export function cyclesOf(ns: number, clockHz: number): number {
  return Math.max(0, Math.ceil((ns * clockHz) / 1e9 - 1e-9));
}
