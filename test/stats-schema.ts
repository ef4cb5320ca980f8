import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/datasets/package-root.js';
import { schemaErrors } from './json-schema.js';

/** Errors of a statistics object against docs/stats-schema.json, as it reads from a file. */
export function checkStats(stats: unknown): string[] {
  const schema = JSON.parse(readFileSync(join(packageRoot(), 'docs', 'stats-schema.json'), 'utf8'));
  return schemaErrors(schema as object, JSON.parse(JSON.stringify(stats)));
}
