import { parentPort, workerData } from 'node:worker_threads';
import { OctobarError } from '../../emulator/sim/error.js';
import type { Answer, Run } from './fleet.js';
import { classify } from './run.js';

function answer({ model, pictures, tuning, options }: Run): Answer {
  try {
    return { done: classify(model, pictures, tuning, options) };
  } catch (cause) {
    if (!(cause instanceof OctobarError)) throw cause;
    const { code, reason, context } = cause;
    return { code, reason, context };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort!.postMessage(answer(workerData as Run));
