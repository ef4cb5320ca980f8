import { contexts } from './parameters.js';

/**
 * The contexts of an engine as a ring: the hart that holds the lock programs context `pointer`,
 * committed jobs follow from `running` on. hwpe-ctrl keeps the same three counters.
 */
export interface QueueState {
  /** Context that is, or will next be, programmed. */
  pointer: number;
  /** Context of the oldest unfinished job. */
  running: number;
  /** Committed, unfinished jobs; of these the first `released` may start, the first `started` have. */
  pending: number;
  released: number;
  started: number;
  /** Hart that programs, or -1. */
  lock: number;
  /** Whether a job register was written since the lock was taken. */
  touched: boolean;
  /** Per context: who committed it, and when it was committed. */
  owner: number[];
  since: number[];
  /** Jobs finished since the last look at FINISHED, saturating at 2, and since SOFT_CLEAR. */
  finished: number;
  total: number;
}

export function freshQueue(): QueueState {
  return {
    pointer: 0,
    running: 0,
    pending: 0,
    released: 0,
    started: 0,
    lock: -1,
    touched: false,
    owner: Array.from({ length: contexts }, () => -1),
    since: Array.from({ length: contexts }, () => 0),
    finished: 0,
    total: 0,
  };
}

/** ACQUIRE: the job id, -1 when no context is free, -2 while one is being programmed. */
export function acquire(queue: QueueState, hart: number): number {
  if (queue.lock >= 0) return -2;
  if (queue.pending === contexts) return -1;
  if (hart >= 0) {
    queue.lock = hart;
    queue.touched = false;
  }
  return (queue.total + queue.pending) & 0xff;
}

export function commit(queue: QueueState, now: number): void {
  queue.owner[queue.pointer] = queue.lock;
  queue.since[queue.pointer] = now;
  queue.pointer = (queue.pointer + 1) % contexts;
  queue.pending++;
  queue.lock = -1;
}

/** Lets all committed jobs start; one that was committed earlier counts from now. */
export function release(queue: QueueState, now: number): void {
  for (let i = queue.released; i < queue.pending; i++)
    queue.since[(queue.running + i) % contexts] = now;
  queue.released = queue.pending;
}

/** Context of the next job to start, or -1. */
export function startable(queue: QueueState): number {
  return queue.started < queue.released ? (queue.running + queue.started) % contexts : -1;
}

/** The oldest job is done. Returns the hart that committed it. */
export function finish(queue: QueueState): number {
  const owner = queue.owner[queue.running];
  queue.running = (queue.running + 1) % contexts;
  queue.pending--;
  queue.released--;
  queue.started--;
  queue.finished = Math.min(2, queue.finished + 1);
  queue.total++;
  return owner;
}

/** STATUS: one byte per context, 1 = committed or running. */
export function status(queue: QueueState): number {
  let value = 0;
  for (let i = 0; i < queue.pending; i++) value |= 1 << (8 * ((queue.running + i) % contexts));
  return value;
}
