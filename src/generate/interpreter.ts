import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitInterpreter, emitRegisterFamilies } from '../../emulator/hart/emit.js';

/** Paths and texts of the interpreter generated out of the instruction table. */
export function interpreterFiles(root: string): { path: string; text: string }[] {
  const template = (name: string): string =>
    readFileSync(join(root, `emulator/hart/${name}.template`), 'utf8');
  return [
    {
      path: 'emulator/hart/generated/execute.ts',
      text: emitInterpreter(template('execute'), false),
    },
    {
      path: 'emulator/hart/generated/execute-cached.ts',
      text: emitInterpreter(template('execute'), true),
    },
    {
      path: 'emulator/hart/generated/execute-registers.ts',
      text: emitRegisterFamilies(template('execute-registers')),
    },
  ];
}
