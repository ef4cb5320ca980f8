import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../datasets/package-root.js';
import { generatedFiles, generatedFolders } from './files.js';
import { interpreterFiles } from './interpreter.js';

/** Writes the generated files and removes what is no longer generated. */
const root = packageRoot();
const files = generatedFiles();
for (const { path, text } of interpreterFiles(root)) files.set(path, text);

for (const folder of generatedFolders) {
  mkdirSync(join(root, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    if (!files.has(`${folder}/${name}`)) rmSync(join(root, folder, name));
  }
}
for (const [path, contents] of files) {
  writeFileSync(join(root, path), contents);
  process.stderr.write(`wrote ${path}\n`);
}
