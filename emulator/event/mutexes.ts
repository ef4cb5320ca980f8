import { OctobarError } from '../sim/error.js';
import type { Stateful } from '../sim/unit.js';
import { EventLine } from './lines.js';

const NOBODY = -1;

/**
 * The hardware mutexes. Requests and unlocks of one cycle are judged together at its end: a free
 * mutex, or one that is being unlocked, goes to the lowest requesting hart, older requests included.
 */
export class Mutexes implements Stateful {
  /** Hart that holds the mutex, -1 when it is free. */
  readonly owner: Int32Array;
  /** What the last unlock wrote. */
  readonly message: Uint32Array;
  private readonly requests: Uint32Array;
  private readonly unlocking: Uint8Array;

  constructor(readonly count: number) {
    this.owner = new Int32Array(count).fill(NOBODY);
    this.message = new Uint32Array(count);
    this.requests = new Uint32Array(count);
    this.unlocking = new Uint8Array(count);
  }

  lock(mutex: number, hart: number): void {
    if (this.owner[mutex] === hart) {
      throw new OctobarError('device-misuse', `hart ${hart} locks mutex ${mutex}, which it holds`, {
        hint: 'a hardware mutex is not recursive: unlock it (write MUTEX) before the next lock',
      });
    }
    this.requests[mutex] |= 1 << hart;
  }

  unlock(mutex: number, hart: number, message: number): void {
    const owner = this.owner[mutex];
    if (owner !== NOBODY && owner !== hart) {
      throw new OctobarError(
        'device-misuse',
        `hart ${hart} unlocks mutex ${mutex}, which hart ${owner} holds`,
        {
          hint: 'only the owner may unlock; a hart whose event mask holds more than event 17 can leave the wait without owning the mutex',
        },
      );
    }
    this.message[mutex] = message;
    this.unlocking[mutex] = 1;
  }

  /** End of a cycle; adds to the event lines of the harts. */
  edge(lines: Uint32Array): void {
    for (let m = 0; m < this.count; m++) {
      const requests = this.requests[m];
      const free = this.owner[m] === NOBODY;
      if (free ? requests !== 0 : this.unlocking[m] !== 0) {
        if (requests === 0) {
          this.owner[m] = NOBODY;
        } else {
          const next = 31 - Math.clz32(requests & -requests);
          this.owner[m] = next;
          this.requests[m] = requests & ~(1 << next);
          if (next < lines.length) lines[next] |= 1 << EventLine.MUTEX;
        }
      }
      this.unlocking[m] = 0;
    }
  }

  reset(): void {
    this.owner.fill(NOBODY);
    this.message.fill(0);
    this.requests.fill(0);
    this.unlocking.fill(0);
  }

  save(): unknown {
    return {
      owner: this.owner.slice(),
      message: this.message.slice(),
      requests: this.requests.slice(),
      unlocking: this.unlocking.slice(),
    };
  }

  restore(state: unknown): void {
    const s = state as {
      owner: Int32Array;
      message: Uint32Array;
      requests: Uint32Array;
      unlocking: Uint8Array;
    };
    this.owner.set(s.owner);
    this.message.set(s.message);
    this.requests.set(s.requests);
    this.unlocking.set(s.unlocking);
  }
}
