import { parentPort, workerData } from 'node:worker_threads';
import { OctobarError } from '../../emulator/sim/error.js';
import { accuracyShare, type ShareAnswer, type ShareOptions } from './accuracy-share.js';

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const send = (message: ShareAnswer | 'picture'): void => parentPort!.postMessage(message);

/** Classes do not travel between threads: an OctobarError goes as its parts. */
function answer(): ShareAnswer {
  try {
    return { results: accuracyShare(workerData as ShareOptions, () => send('picture')) };
  } catch (error) {
    if (!(error instanceof OctobarError)) throw error;
    const { code, reason, context } = error;
    return { code, reason, context };
  }
}

send(answer());
