import type { Session } from './session.js';

/** Somebody who looks at a run that another room makes, e.g. of a whole network. */
export interface RunWatcher {
  /** The images are loaded, the run has not begun. */
  begin(session: Session): void;
  /** A part of the program, e.g. a stripe of a layer, took the cycles [from, to). */
  span(name: string, from: number, to: number): void;
  /** What all harts did since the last call, or since the measurement began, was this part. */
  part?(name: string): void;
  /** The run is over, the session is open still. */
  end(session: Session): void;
}
