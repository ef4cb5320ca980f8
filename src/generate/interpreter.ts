import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitInterpreter } from '../../emulator/hart/emit.js';

/** Path and text of the interpreter generated out of the instruction table. */
export function interpreterFile(root: string): { path: string; text: string } {
  const template = readFileSync(join(root, 'emulator/hart/execute.template'), 'utf8');
  return { path: 'emulator/hart/generated/execute.ts', text: emitInterpreter(template) };
}
