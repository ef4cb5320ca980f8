/**
 * Source files to show beside a profile. Their names come out of an ELF file, which may name anything: only
 * sources below the folders that the user gave are read, and those of the firmware of the package.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, isAbsolute, relative, resolve } from 'node:path';
import { packageRoot } from '../datasets/package-root.js';
import { usage } from './options.js';

const extensions = new Set(['.c', '.h', '.S', '.s', '.cc', '.cpp', '.cxx', '.hpp', '.inc', '.rs']);
const mostBytes = 2_000_000;

/** Where names of the firmware's own programs begin: they are relative to where they were built. */
const ours = ['.', 'firmware', 'firmware/apps', 'firmware/examples'];

/** @param folders of sources that may be shown. @throws OctobarError `usage` for one that is not there */
export function sourceReader(
  folders: readonly string[],
): (file: string) => readonly string[] | undefined {
  for (const folder of folders)
    if (!existsSync(folder))
      throw usage(`the folder ${folder} does not exist`, 'for example --source-dir src');
  const roots = folders.map((folder) => realpathSync(folder));
  const firmware = resolve(packageRoot(), 'firmware');
  const known = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (!known.has(file)) {
      const own = ours.map((folder) => resolve(packageRoot(), folder, file));
      known.set(file, find(file, candidates(file, roots), roots) ?? find(file, own, [firmware]));
    }
    return known.get(file);
  };
}

/** A name may be absolute on the machine that compiled it: its tails are tried below each folder. */
function candidates(file: string, roots: readonly string[]): string[] {
  const parts = file.split('/').filter((part) => part !== '' && part !== '.');
  const tails = parts.map((_, i) => parts.slice(i).join('/'));
  return [
    ...(isAbsolute(file) ? [file] : []),
    ...roots.flatMap((root) => [...tails, basename(file)].map((tail) => resolve(root, tail))),
  ];
}

function find(
  file: string,
  places: readonly string[],
  roots: readonly string[],
): readonly string[] | undefined {
  if (!extensions.has(extname(file)) || file.includes('\0') || file.length > 4096) return undefined;
  for (const place of places) {
    try {
      const path = realpathSync(place);
      const status = statSync(path);
      if (!roots.some((root) => isInside(root, path))) continue;
      if (!extensions.has(extname(path)) || !status.isFile() || status.size > mostBytes) continue;
      return readFileSync(path, 'utf8').split(/\r?\n/);
    } catch {
      // Not there: the next place.
    }
  }
  return undefined;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
