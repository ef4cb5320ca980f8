/** A burst under way, with its data. Slots are reused, so that moving data allocates nothing. */
export class Burst {
  id = 0;
  external = 0;
  tcdm = 0;
  bytes = 0;
  /** The external address does not advance beyond one bus word. */
  fixed = false;
  /** Bytes that have crossed the external bus. */
  crossed = 0;
  /** Receiving: first cycle with data. Sending: cycle of the response, Infinity before it is known. */
  at = 0;
  /** Bytes of the direction's stream before this burst. */
  before = 0;

  /** @param data room for its bytes */
  constructor(readonly data: Uint8Array) {}

  /** External address of byte `i`. */
  externalAddress(i: number): number {
    return this.external + (this.fixed ? i & 7 : i);
  }

  save(): unknown {
    return { ...this, at: this.at === Infinity ? -1 : this.at, data: this.data.slice() };
  }

  restore(state: unknown): void {
    const s = state as Burst;
    this.id = s.id;
    this.external = s.external;
    this.tcdm = s.tcdm;
    this.bytes = s.bytes;
    this.fixed = s.fixed;
    this.crossed = s.crossed;
    this.at = s.at === -1 ? Infinity : s.at;
    this.before = s.before;
    this.data.set(s.data);
  }
}

/**
 * One of the two TCDM ports of a direction: it serves the words of odd or of even number, burst
 * after burst, at its own pace.
 */
export class Lane {
  /** Number of the burst and address of the word that is next. */
  burst = 0;
  word = 0;
  raised = false;

  /** @param parity of the word number: 0 or 1 */
  constructor(readonly parity: number) {}

  /** First word of this lane in a burst; at or beyond its end when it has none. */
  enter(number: number, burst: Burst): void {
    this.burst = number;
    const first = burst.tcdm & ~3;
    this.word = (((first >>> 2) & 1) === this.parity ? first : first + 4) >>> 0;
  }
}
