import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitInterpreter, emitRegisterFamilies } from '../../emulator/hart/emit.js';

const interpreters = [
  ['execute', { cached: false, observed: false }],
  ['execute-cached', { cached: true, observed: false }],
  // An ideal cache holds every line: one interpreter serves both.
  ['execute-observed', { cached: true, observed: true }],
] as const;

/** Paths and texts of the interpreter generated out of the instruction table. */
export function interpreterFiles(root: string): { path: string; text: string }[] {
  const template = (name: string): string =>
    readFileSync(join(root, `emulator/hart/${name}.template`), 'utf8');
  return [
    ...interpreters.map(([name, variant]) => ({
      path: `emulator/hart/generated/${name}.ts`,
      text: emitInterpreter(template('execute'), variant),
    })),
    {
      path: 'emulator/hart/generated/execute-registers.ts',
      text: emitRegisterFamilies(template('execute-registers')),
    },
  ];
}
