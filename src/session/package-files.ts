/** Version and presets of the installed package. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../datasets/package-root.js';

export function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const presetFolder = (): string => join(packageRoot(), 'presets');

export function presetNames(): string[] {
  return readdirSync(presetFolder())
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();
}

export function presetText(name: string): string {
  return readFileSync(join(presetFolder(), `${name}.json`), 'utf8');
}
