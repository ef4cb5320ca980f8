import { OctobarError } from '../../../emulator/sim/error.js';

/** The error of a malformed model, or of one that cannot run here. */
export function modelError(reason: string, hint?: string): OctobarError {
  const context = hint === undefined ? {} : { hint };
  return new OctobarError('image', `the model cannot be imported: ${reason}`, context);
}

/** The same, naming the node and its operator. */
export const nodeError = (name: string, op: string, reason: string): OctobarError =>
  modelError(`node "${name}" (${op}): ${reason}`);
