/** Buffers on both sides of the array: two each, so that streams overlap with the product. */
const depth = 2;

export interface InputVector {
  context: number;
  /** Row tile that this vector feeds. */
  tile: number;
  filled: number;
}

export interface OutputVector {
  context: number;
  address: number;
  bytes: number;
  sent: number;
  /** Whether the job is over when this vector has been stored. */
  last: boolean;
}

/** A ring of two vectors: `take` from the head, `put` at the tail. */
export interface Ring<T> {
  head: number;
  count: number;
  readonly slots: T[];
  readonly data: Uint8Array[];
}

export function ring<T>(slot: () => T, bytes: number): Ring<T> {
  return {
    head: 0,
    count: 0,
    slots: Array.from({ length: depth }, slot),
    data: Array.from({ length: depth }, () => new Uint8Array(bytes)),
  };
}

export const inputRing = (rows: number): Ring<InputVector> =>
  ring(() => ({ context: 0, tile: 0, filled: 0 }), rows);

export const outputRing = (outputs: number): Ring<OutputVector> =>
  ring(() => ({ context: 0, address: 0, bytes: 0, sent: 0, last: false }), outputs);

export const full = <T>(r: Ring<T>): boolean => r.count === depth;
/** Index of the slot behind the last full one. */
export const tail = <T>(r: Ring<T>): number => (r.head + r.count) % depth;

export function drop<T>(r: Ring<T>): void {
  r.head = (r.head + 1) % depth;
  r.count--;
}
