/** Loads the tool out of one file, with what the host's compiler made of it when it was built. */
import type { Script as HostScript } from 'node:vm';
import type * as Entry from './entry.js';

// An import of these would load all that they export, streams too.
const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
const { createRequire } = process.getBuiltinModule('node:module');
const { dirname, join } = process.getBuiltinModule('node:path');
const { fileURLToPath } = process.getBuiltinModule('node:url');
const { Script } = process.getBuiltinModule('node:vm');

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'bundle');
const file = join(folder, 'octobar.cjs');
/** The host takes it only from its own version, for the very same source; else it compiles as always. */
export const codeCacheFile = join(folder, 'octobar.cache');

export interface Bundle {
  readonly script: HostScript;
  readonly entry: typeof Entry;
}

/** Modules of the host that are loaded when they are first used: with them come streams and sockets. */
const heavy = new Set(['node:child_process', 'node:crypto', 'node:worker_threads', 'assert']);

function later(load: () => Record<PropertyKey, unknown>): object {
  return new Proxy({}, { get: (_, key) => load()[key] });
}

/** Undefined where nobody has bundled: a build by the TypeScript compiler alone. */
export function loadBundle(): Bundle | undefined {
  if (!existsSync(file)) return undefined;
  // The bundler writes ASCII only, and so this is the quickest way to read it.
  const source = readFileSync(file, 'latin1');
  const cachedData = existsSync(codeCacheFile) ? readFileSync(codeCacheFile) : undefined;
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${source}\n})`,
    { filename: file, ...(cachedData && { cachedData }) },
  );
  const module = { exports: {} };
  const run = script.runInThisContext() as (...parts: unknown[]) => void;
  const require = createRequire(file);
  const find = (name: string): unknown =>
    heavy.has(name) ? later(() => require(name)) : require(name);
  run(module.exports, find, module, file, folder);
  return { script, entry: module.exports as typeof Entry };
}
