import { buildSync } from 'esbuild';
import { fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Message } from './runner.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/**
 * The host's optimising compiler makes large functions anew whenever a program has an instruction that none before
 * it had, and again when the machines that used them are gone: that was two thirds of all processor time. So it
 * comes late, and leaves large functions alone. Few large collections of garbage cost less than many small ones.
 */
const flags = [
  '--max-optimized-bytecode-size=2000',
  '--interrupt-budget=1000000',
  '--max-semi-space-size=64',
  '--single-threaded-gc',
];

/** Processes that compare programs. They run one bundled file: loaders of TypeScript make code slower. */
export class Fleet {
  private readonly file = path(`../../.cache/soak/runner-${process.pid}.mjs`);

  constructor(private readonly seed: number) {
    mkdirSync(path('../../.cache/soak'), { recursive: true });
    buildSync({
      entryPoints: [path('runner.ts')],
      outfile: this.file,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      packages: 'external',
      logLevel: 'warning',
    });
  }

  close(): void {
    rmSync(this.file, { force: true });
  }

  /** Compares programs [first, first + count) in a process of their own; gives the text of a difference. */
  compare(
    first: number,
    count: number,
    onProgress: (next: number) => void = () => undefined,
  ): Promise<string | undefined> {
    const child = fork(this.file, [first, count, this.seed].map(String), { execArgv: flags });
    let next = first;
    let difference: string | undefined;
    child.on('message', (message: Message) => {
      next = message.next;
      difference = message.difference;
      onProgress(next);
    });
    return new Promise((resolve) => {
      child.on('close', (code, signal) => {
        const failed = code !== 0 || next !== first + count;
        resolve(
          difference ??
            (failed
              ? `the process of programs ${next} on ended with ${code ?? signal}`
              : undefined),
        );
      });
    });
  }
}
