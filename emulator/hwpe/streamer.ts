import type { WidePort } from '../interconnect/ports.js';

/** The wide port as an engine uses it, with the counts that every engine reports. */
export class Streamer {
  /** Cycles in which a request was granted, and in which it was not. */
  granted = 0;
  stalled = 0;
  /** Bank words touched by granted requests. */
  words = 0;
  bytesRead = 0;
  bytesWritten = 0;
  readonly width: number;
  private pending = 0;
  private bytes = 0;
  private lanes = 0;

  constructor(private readonly port: WidePort) {
    this.width = port.width;
  }

  /** Whether a request was raised in this cycle. */
  get raised(): boolean {
    return this.pending !== 0;
  }

  /** Data of a granted read, valid in `settle`. */
  get data(): Uint8Array {
    return this.port.buffer;
  }

  read(address: number, bytes: number): void {
    this.port.read(address >>> 0, bytes);
    this.note(1, address, bytes);
  }

  /** Writes `bytes` bytes of `source` from index `from` on. */
  write(address: number, source: Uint8Array, from: number, bytes: number): void {
    const buffer = this.port.buffer;
    for (let i = 0; i < bytes; i++) buffer[i] = source[from + i];
    this.port.write(address >>> 0, bytes);
    this.note(2, address, bytes);
  }

  /** In `settle`: whether the request of this cycle was granted. */
  settle(): boolean {
    const kind = this.pending;
    this.pending = 0;
    if (!this.port.granted) {
      this.stalled++;
      return false;
    }
    this.granted++;
    this.words += this.lanes;
    if (kind === 1) this.bytesRead += this.bytes;
    else this.bytesWritten += this.bytes;
    return true;
  }

  reset(): void {
    this.restore({ granted: 0, stalled: 0, words: 0, bytesRead: 0, bytesWritten: 0 });
  }

  save(): StreamerState {
    const { granted, stalled, words, bytesRead, bytesWritten } = this;
    return { granted, stalled, words, bytesRead, bytesWritten };
  }

  restore(state: StreamerState): void {
    Object.assign(this, state);
    this.pending = 0;
  }

  private note(kind: number, address: number, bytes: number): void {
    this.pending = kind;
    this.bytes = bytes;
    this.lanes = ((address & 3) + bytes + 3) >> 2;
  }
}

export interface StreamerState {
  granted: number;
  stalled: number;
  words: number;
  bytesRead: number;
  bytesWritten: number;
}
