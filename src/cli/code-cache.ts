/** The last step of a build: lets the host compile what runs use, and keeps the machine-independent code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../datasets/package-root.js';
import { codeCacheFile, loadBundle } from './bundle.js';

const bundle = loadBundle();
if (bundle === undefined) throw new Error('there is no bundle');
const guest = join(packageRoot(), 'firmware', 'prebuilt', 'hello.elf');
const nobody = { out: () => undefined, err: () => undefined };
for (const more of [
  ['--max-cycles', '1'],
  ['--set', 'engine=auto', '--set', 'translate_after=0'],
])
  await bundle.entry.runCli(['run', guest, ...more], nobody);
writeFileSync(codeCacheFile, bundle.script.createCachedData());
