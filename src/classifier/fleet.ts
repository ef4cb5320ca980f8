/** Many runs of the firmware, on the processors that there are. Where a run happens has no influence on it. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../datasets/package-root.js';
import { OctobarError } from '../../emulator/sim/error.js';
import type { ErrorCode, ErrorContext } from '../../emulator/sim/error.js';
import type { SessionOptions } from '../session/index.js';
import type { Model } from './model.js';
import { classify } from './run.js';
import type { Classification, Labelled } from './run.js';
import type { Tuning } from './tuning.js';

export interface Run {
  readonly model: Model;
  readonly pictures: Labelled;
  readonly tuning: Tuning;
  readonly options: SessionOptions;
}

/** What a thread answers: an error as text, since a thread loses its type. */
export type Answer =
  | { readonly done: Classification }
  | { readonly code: ErrorCode; readonly reason: string; readonly context: ErrorContext };

/**
 * @param finished told of each run as it ends, by its place in the list
 * @param threads beside this one; 0: all runs in this one
 * @throws OctobarError what a run throws
 */
export async function classifyAll(
  runs: readonly Run[],
  finished: (index: number, result: Classification) => void = () => undefined,
  threads = availableParallelism(),
): Promise<Classification[]> {
  const script = join(packageRoot(), 'dist/src/classifier/worker.js');
  const workers = Math.min(threads, runs.length);
  const results: Classification[] = [];
  let next = 0;
  const serve = async (answer: (run: Run) => Promise<Classification>): Promise<void> => {
    while (next < runs.length) {
      const index = next++;
      const result = await answer(runs[index]!);
      results[index] = result;
      finished(index, result);
    }
  };
  // A source tree that was never built has no script for threads
  if (workers < 2 || !existsSync(script))
    await serve(({ model, pictures, tuning, options }) =>
      Promise.resolve(classify(model, pictures, tuning, options)),
    );
  else
    await Promise.all(Array.from({ length: workers }, () => serve((run) => inThread(script, run))));
  return results;
}

function inThread(script: string, run: Run): Promise<Classification> {
  return new Promise((resolve, reject) => {
    // A view would take all pictures along
    const { pictures } = run;
    const copy = { ...pictures, pixels: pictures.pixels.slice(), labels: pictures.labels.slice() };
    const worker = new Worker(script, { workerData: { ...run, pictures: copy } });
    worker.once('message', (answer: Answer) => {
      if ('done' in answer) resolve(answer.done);
      else {
        reject(new OctobarError(answer.code, answer.reason, answer.context));
      }
    });
    worker.once('error', reject);
  });
}
