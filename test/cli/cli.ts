import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../src/cli/program.js';

export interface Outcome {
  status: number;
  out: string;
  err: string;
}

/** Runs the command line in this process, with a terminal that remembers. */
export async function cli(...argv: string[]): Promise<Outcome> {
  const decoder = new TextDecoder();
  let out = '';
  let err = '';
  const status = await runCli(argv, {
    out: (data) => void (out += typeof data === 'string' ? data : decoder.decode(data)),
    err: (text) => void (err += text),
  });
  return { status, out, err };
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-test-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export function save(path: string, bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  return path;
}
