import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export interface Startup {
  /** Milliseconds by the wall clock, medians: an empty Node process, and a run that ends behind the first instruction. */
  readonly node_ms: number;
  readonly octobar_ms: number;
  /** What is ours. */
  readonly ours_ms: number;
}

/** `octobar run` of hello up to its first instruction, beside a Node process that does nothing. */
export function measureStartup(repeat: number): Startup {
  const cli = path('../../dist/src/cli/main.js');
  const guest = path('../../firmware/prebuilt/hello.elf');
  const commands = {
    node: ['-e', '0'],
    octobar: [cli, 'run', guest, '--max-cycles', '1'],
  };
  const times: Record<keyof typeof commands, number[]> = { node: [], octobar: [] };
  // In turns, so that a busy moment of the host does not meet one of them alone
  for (let round = 0; round < repeat; round++) {
    for (const name of ['node', 'octobar'] as const) {
      const started = performance.now();
      const { status } = spawnSync(process.execPath, commands[name]);
      times[name].push(performance.now() - started);
      // 124: the limit of cycles was reached, as it should be
      if (status !== (name === 'node' ? 0 : 124)) throw new Error(`${name} ended with ${status}`);
    }
  }
  const [node, octobar] = [median(times.node), median(times.octobar)];
  return { node_ms: node, octobar_ms: octobar, ours_ms: octobar - node };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
