import { parentPort, workerData } from 'node:worker_threads';
import { accuracyShare, type ShareOptions } from './accuracy-share.js';

parentPort!.postMessage(accuracyShare(workerData as ShareOptions));
