/** Tools that we did not write, as judges of what we write. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

export const packages = {
  callgrind_annotate: 'valgrind',
  vcd2fst: 'gtkwave',
  fst2vcd: 'gtkwave',
  chromium: 'chromium',
} as const;
export type Tool = keyof typeof packages;

/** Where a tool is; undefined when it is not there. */
export const pathOf = (tool: Tool): string | undefined =>
  spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim() || undefined;

/** Standard output of a tool that must succeed. */
export function runTool(tool: Tool, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  expect(stderr, `${tool} ${args.join(' ')}`).toBe('');
  expect(status).toBe(0);
  return stdout;
}

/** Inside `describe`: whether the tools are there; says so as a test where they are not. */
export function needs(...tools: Tool[]): boolean {
  const missing = tools.filter((tool) => pathOf(tool) === undefined);
  if (missing.length === 0) return true;
  const hint = `install ${missing.join(', ')} (Debian: apt-get install ${missing.map((tool) => packages[tool]).join(' ')}), or set OCTOBAR_ALLOW_MISSING=1 to have this reported as not run`;
  it(`needs ${missing.join(' and ')}`, ({ skip }) => {
    if (process.env['OCTOBAR_ALLOW_MISSING'] !== '1') expect.fail(hint);
    skip(`not run: ${hint}`);
  });
  return false;
}
