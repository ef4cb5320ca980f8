import type { TestContext } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { loadNsfwjsMobileNet, type LayersModelFiles } from '../../src/datasets/index.js';

/**
 * What a download gives, or a test that is reported as skipped, with the reason, when it is
 * neither cached nor can be had. Damaged files still fail.
 */
export async function filesOrSkip<T>(context: TestContext, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof OctobarError) || error.code !== 'file') throw error;
    process.stderr.write(`\nNOT RUN: "${context.task.name}" needs the weights. ${error.message}\n`);
    return context.skip(`the weights of nsfwjs cannot be had: ${error.reason}`);
  }
}

/** The trained weights of MobileNetV2 1.0. */
export const weightsOrSkip = (context: TestContext): Promise<LayersModelFiles> =>
  filesOrSkip(context, () => loadNsfwjsMobileNet());
