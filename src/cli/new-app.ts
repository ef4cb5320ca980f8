/** `octobar new app NAME`: a folder with an application that builds and runs. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { OctobarError } from '../../emulator/sim/error.js';
import { packageRoot } from '../datasets/package-root.js';
import { usage } from './options.js';
import { readText, writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

export function addNew(program: Command, terminal: Terminal): void {
  program
    .command('new')
    .summary('make the folder of a new application: new app NAME')
    .command('app')
    .description('Makes a folder NAME with a Makefile and a C file; build and run it by make run.')
    .argument('<name>', 'folder to make; its last part names the application')
    .action((folder: string) => {
      const files = newApplication(folder);
      terminal.out(files.map((file) => `${join(folder, file)}\n`).join(''));
      terminal.err(`octobar: now run make -C ${folder} clean all run\n`);
    });
}

/** @returns the files made, relative to the folder */
function newApplication(folder: string): string[] {
  const name = basename(folder);
  if (!/^[a-z][a-z0-9_-]*$/i.test(name)) {
    throw usage(
      `${JSON.stringify(name)} cannot name an application`,
      'use letters, digits, - and _, beginning with a letter',
    );
  }
  if (existsSync(folder)) {
    throw new OctobarError('file', `${folder} exists already`, { hint: 'choose another name' });
  }
  const root = packageRoot();
  const template = join(root, 'firmware', 'template');
  const files = readdirSync(template);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new OctobarError('file', `${folder} cannot be made: ${(error as Error).message}`, {
      hint: 'check the path and its permissions',
    });
  }
  for (const file of files) {
    const text = readText(join(template, file))
      .replaceAll('@APP@', name)
      .replaceAll('@OCTOBAR@', root);
    writeText(join(folder, file), text);
  }
  return files;
}
