/**
 * Sources for annotated listings. Their names come out of an ELF file, which may name anything on this
 * machine: only files below the folders that the user gives, and the firmware of this package, are read.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join, posix, sep } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { packageRoot } from '../datasets/package-root.js';

const extensions = new Set(['.c', '.h', '.S', '.s', '.cc', '.cpp', '.cxx', '.hpp', '.inc', '.rs']);
const mostBytes = 2_000_000;
const mostFiles = 1000;

export class SourceFiles {
  private readonly roots: readonly string[];
  private readonly known = new Map<string, readonly string[] | undefined>();

  /**
   * @param folders given by the user; they come before the firmware of the package
   * @throws OctobarError `usage` for one that is not there
   */
  constructor(folders: readonly string[] = []) {
    const firmware = join(packageRoot(), 'firmware');
    const own = [firmware, join(firmware, 'apps'), join(firmware, 'examples')];
    this.roots = [...folders, ...own].map((folder) => {
      const real = realPath(folder);
      if (real !== undefined) return real;
      throw new OctobarError('usage', `the folder ${folder} does not exist`, {
        hint: 'for example --source-dir src',
      });
    });
  }

  /** Lines of a file by its name in the debug data; undefined when no folder has it. */
  lines(file: string): readonly string[] | undefined {
    if (!this.known.has(file) && this.known.size < mostFiles) this.known.set(file, this.read(file));
    return this.known.get(file);
  }

  /** The name, or what is left of it without its first folders, below each root in turn. */
  private read(file: string): readonly string[] | undefined {
    const parts = posix.normalize(file.replaceAll('\\', '/')).split('/');
    const names = parts.filter((part) => part !== '' && part !== '.');
    if (names.includes('..') || file.includes('\0')) return undefined;
    for (const root of this.roots) {
      for (let first = 0; first < names.length; first++) {
        const text = readBelow(root, names.slice(first));
        if (text !== undefined) return text.split(/\r?\n/);
      }
    }
    return undefined;
  }
}

function readBelow(root: string, names: readonly string[]): string | undefined {
  const path = realPath(join(root, ...names));
  // A link may lead out of the folder.
  if (path === undefined || !path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    return undefined;
  }
  // And to something that is no source.
  if (!extensions.has(extname(path))) return undefined;
  const status = statSync(path);
  return status.isFile() && status.size <= mostBytes ? readFileSync(path, 'utf8') : undefined;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
