import { OctobarError } from '../sim/error.js';
import type { Stateful } from '../sim/unit.js';
import { EventLine } from './lines.js';

/**
 * Hardware dispatch: one FIFO of values, each for a team of harts, with a read pointer per hart.
 * A reading hart steps over the values of other teams at one entry a cycle.
 */
export class Dispatch implements Stateful {
  private readonly values: Uint32Array;
  /** Harts that have not read the entry yet. */
  private readonly unread: Uint32Array;
  private readonly readPointer: Uint32Array;
  private writePointer = 0;
  private team = 0;
  /** Harts with a read under way, and those of them that have been told of their value. */
  private requesting = 0;
  private offered = 0;
  private pushing = false;
  private pushed = 0;
  private nextTeam = -1;

  constructor(
    readonly depth: number,
    private readonly harts: number,
  ) {
    this.values = new Uint32Array(depth);
    this.unread = new Uint32Array(depth);
    this.readPointer = new Uint32Array(harts);
  }

  setTeam(hartMask: number): void {
    this.nextTeam = hartMask;
  }

  push(value: number): void {
    if (this.pushing) {
      throw new OctobarError(
        'device-misuse',
        'event unit: two harts push into the dispatch FIFO in the same cycle',
        { hint: 'the hardware would mix the two values; let one hart dispatch' },
      );
    }
    if (this.unread[this.writePointer] !== 0) {
      throw new OctobarError(
        'device-misuse',
        `event unit: dispatch FIFO overflows, ${this.depth} values are unread`,
        { hint: `harts 0b${this.unread[this.writePointer].toString(2)} have not read the oldest` },
      );
    }
    this.pushing = true;
    this.pushed = value;
  }

  request(hart: number): void {
    this.requesting |= 1 << hart;
  }

  /** The read of `hart` is answered: its value, which is now read. */
  take(hart: number): number {
    const entry = this.readPointer[hart];
    this.requesting &= ~(1 << hart);
    this.offered &= ~(1 << hart);
    this.unread[entry] &= ~(1 << hart);
    this.readPointer[hart] = (entry + 1) % this.depth;
    return this.values[entry];
  }

  /** End of a cycle; adds to the event lines; true when the next cycle has work to do. */
  edge(lines: Uint32Array): boolean {
    let busy = this.pushing;
    for (let h = 0; h < this.harts; h++) {
      const bit = 1 << h;
      if ((this.requesting & bit) === 0 || (this.offered & bit) !== 0) continue;
      if ((this.unread[this.readPointer[h]] & bit) !== 0) {
        this.offered |= bit;
        lines[h] |= 1 << EventLine.DISPATCH;
      } else if (this.readPointer[h] !== this.writePointer) {
        this.readPointer[h] = (this.readPointer[h] + 1) % this.depth;
        busy = true;
      }
    }
    if (this.pushing) {
      this.values[this.writePointer] = this.pushed;
      this.unread[this.writePointer] = this.team;
      this.writePointer = (this.writePointer + 1) % this.depth;
      this.pushing = false;
    }
    if (this.nextTeam !== -1) this.team = this.nextTeam;
    this.nextTeam = -1;
    return busy;
  }

  reset(): void {
    this.values.fill(0);
    this.unread.fill(0);
    this.readPointer.fill(0);
    this.writePointer = this.team = this.requesting = this.offered = this.pushed = 0;
    this.pushing = false;
    this.nextTeam = -1;
  }

  save(): unknown {
    return {
      values: this.values.slice(),
      unread: this.unread.slice(),
      readPointer: this.readPointer.slice(),
      writePointer: this.writePointer,
      team: this.team,
      requesting: this.requesting,
      offered: this.offered,
      pushing: this.pushing,
      pushed: this.pushed,
      nextTeam: this.nextTeam,
    };
  }

  restore(state: unknown): void {
    const s = state as {
      values: Uint32Array;
      unread: Uint32Array;
      readPointer: Uint32Array;
      writePointer: number;
      team: number;
      requesting: number;
      offered: number;
      pushing: boolean;
      pushed: number;
      nextTeam: number;
    };
    this.values.set(s.values);
    this.unread.set(s.unread);
    this.readPointer.set(s.readPointer);
    this.writePointer = s.writePointer;
    this.team = s.team;
    this.requesting = s.requesting;
    this.offered = s.offered;
    this.pushing = s.pushing;
    this.pushed = s.pushed;
    this.nextTeam = s.nextTeam;
  }
}
