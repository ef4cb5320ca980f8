/** `npm run train:classifiers -- [name ...]`: trains fixtures/classifiers anew. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../datasets/package-root.js';
import { trainClassifier } from './classifier.js';
import { recipes } from './recipes.js';

const progress = (text: string): void => {
  process.stderr.write(`octobar: ${text}\n`);
};
/** Those whose data can be installed. */
const usual = Object.keys(recipes).filter((name) => !name.includes('cifar'));
const names = process.argv.length > 2 ? process.argv.slice(2) : usual;
for (const name of names) {
  const recipe = recipes[name];
  if (recipe === undefined) {
    progress(`there is no ${name}; the names are ${usual.join(', ')}`);
    process.exitCode = 64;
    break;
  }
  progress(`training ${name}`);
  const folder = join(packageRoot(), 'fixtures/classifiers');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), await trainClassifier(name, recipe, {}, progress));
}
