/** What the harts ask of the machine around them. */
export interface HartsHost {
  /** An instruction at a probed pc; true stops the run before it. */
  probed(hart: number, pc: number, now: number): boolean;
  exit(code: number, hart: number, now: number): void;
  /** Whether the event unit holds an event for a hart, so that `wfi` does not sleep. */
  eventPending(hart: number, now: number): boolean;
  /** A hart enters the handler of an interrupt line. */
  interruptTaken(hart: number, line: number): void;
  /** A sleeping read of the event unit is taken back for an interrupt. */
  withdraw(hart: number): void;
  output(hart: number, byte: number): void;
  /** A hart that ran ahead must stand where it is in this cycle. */
  takeBack(hart: number): void;
}
