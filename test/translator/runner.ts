/**
 * A process that compares random programs, for `fleet.ts`: `runner first count seed`. Tells its parent how
 * far it is, and the first difference.
 */
import { check } from './differential.js';

export interface Message {
  /** First program that has not been compared yet. */
  readonly next: number;
  /** Text of the difference that ended the run. */
  readonly difference?: string;
}

const STEP = 50;
const [first, count, seed] = process.argv.slice(2).map(Number);
const send = (message: Message): Promise<void> =>
  new Promise((resolve) => process.send!(message, () => resolve()));

process.on('disconnect', () => process.exit(1));
for (let next = first; next < first + count; next++) {
  const difference = differenceOf(next);
  if (difference !== undefined) {
    await send({ next, difference });
    process.exit(79);
  }
  if ((next + 1 - first) % STEP === 0) await send({ next: next + 1 });
}
await send({ next: first + count });
process.exit(0);

function differenceOf(program: number): string | undefined {
  try {
    return check(seed, program)?.text;
  } catch (error) {
    return `program ${program} of seed ${seed}: ${(error as Error).stack}`;
  }
}
