/** Classifiers of data that cannot be committed or installed: trained once, kept in the user's cache. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readModel } from '../classifier/index.js';
import type { Model } from '../classifier/index.js';
import { cacheFolder, sha256, writeCached } from '../datasets/cache.js';
import { loadData } from '../train/classifier.js';
import type { trainClassifier } from '../train/classifier.js';
import { recipes } from '../train/recipes.js';
import type { StudyOptions } from './entry.js';

/** @throws OctobarError `file` without a compiler, and what the data's reader throws */
export async function cachedModel(
  name: string,
  { folders, progress }: StudyOptions,
  train: typeof trainClassifier,
): Promise<Model> {
  const recipe = recipes[name]!;
  const data = await loadData(recipe.data, folders, progress);
  const digest = sha256(
    new TextEncoder().encode(
      JSON.stringify([recipe, sha256(data.train.pixels), sha256(data.train.labels)]),
    ),
  ).slice(0, 20);
  const file = `classifier-${name}-${digest}.json`;
  const path = join(cacheFolder(), file);
  if (!existsSync(path)) {
    progress(`training ${name}: some ten minutes, once`);
    writeCached(file, new TextEncoder().encode(await train(name, recipe, folders, progress)));
  }
  return readModel(path);
}
