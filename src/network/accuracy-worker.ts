import { parentPort, workerData } from 'node:worker_threads';
import { accuracyShare, type ShareOptions } from './accuracy-share.js';

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort!.postMessage(accuracyShare(workerData as ShareOptions));
