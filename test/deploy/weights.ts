import type { TestContext } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { loadNsfwjsMobileNet, type LayersModelFiles } from '../../src/datasets/index.js';

/**
 * The trained weights, or a test that is reported as skipped, with the reason, when they are
 * neither cached nor can be downloaded. Damaged weights still fail.
 */
export async function weightsOrSkip(context: TestContext): Promise<LayersModelFiles> {
  try {
    return await loadNsfwjsMobileNet();
  } catch (error) {
    if (!(error instanceof OctobarError) || error.code !== 'file') throw error;
    process.stderr.write(`\nNOT RUN: "${context.task.name}" needs the weights. ${error.message}\n`);
    return context.skip(`the weights of nsfwjs cannot be had: ${error.reason}`);
  }
}
