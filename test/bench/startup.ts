import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export interface Startup {
  /** Milliseconds by the wall clock, medians: an empty Node process, and a whole run of a guest that ends at once. */
  readonly node_ms: number;
  readonly octobar_ms: number;
  /** What is ours. */
  readonly ours_ms: number;
}

/** A whole `octobar run` of hello on one hart, beside a Node process that does nothing. */
export function measureStartup(repeat: number): Startup {
  const cli = path('../../dist/src/cli/main.js');
  const guest = path('../../firmware/prebuilt/hello.elf');
  const commands = {
    node: ['-e', '0'],
    octobar: [cli, 'run', guest, '--harts', '1'],
  };
  const times: Record<keyof typeof commands, number[]> = { node: [], octobar: [] };
  // In turns, so that a busy moment of the host does not meet one of them alone
  for (let round = 0; round < repeat; round++) {
    for (const name of ['node', 'octobar'] as const) {
      const started = performance.now();
      const { status } = spawnSync(process.execPath, commands[name]);
      times[name].push(performance.now() - started);
      if (status !== 0) throw new Error(`${name} ended with ${status}`);
    }
  }
  const [node, octobar] = [median(times.node), median(times.octobar)];
  return { node_ms: node, octobar_ms: octobar, ours_ms: octobar - node };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
