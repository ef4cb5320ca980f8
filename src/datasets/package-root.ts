import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OctobarError } from '../../emulator/sim/error.js';

/**
 * Folder of the installed package. The same module runs from `src/` under the test runner and from
 * `dist/src/` after a build, so the root is searched upwards rather than counted in `..`.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && /"name":\s*"octobar"/.test(readFileSync(manifest, 'utf8'))) {
      return folder;
    }
    const parent = dirname(folder);
    if (parent === folder) {
      throw new OctobarError('internal', 'the folder of the octobar package was not found', {
        hint: 'run octobar from an unpacked package or a checkout',
      });
    }
    folder = parent;
  }
}

/** Path of a committed fixture. */
export const fixturePath = (...parts: string[]): string =>
  join(packageRoot(), 'fixtures', ...parts);
