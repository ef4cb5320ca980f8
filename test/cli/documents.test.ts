/** What the documents say must be what the tool does. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../emulator/sim/error.js';
import { packageRoot } from '../../src/datasets/package-root.js';
import { cli } from './cli.js';

const root = packageRoot();
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

it('docs/exit-codes.md has the table of the code, no more and no less', () => {
  const rows = [...text('docs/exit-codes.md').matchAll(/^\| (\d+) \| `([a-z-]+)` \| (.*) \|$/gm)];
  const documented = rows.map(([, exit, code, meaning]) => [code, { exit: Number(exit), meaning }]);
  expect(Object.fromEntries(documented)).toEqual(errorCodes);
});

it('docs/cli.md names every verb and every option of run', async () => {
  const page = text('docs/cli.md');
  const verbs = [...(await cli('--help')).out.matchAll(/^ {2}([a-z]+) (?=.* {2})/gm)].map(
    ([, v]) => v,
  );
  for (const verb of verbs.filter((name) => name !== 'help')) expect(page).toMatch(`\`${verb}`);
  const options = [...(await cli('run', '--help')).out.matchAll(/^ {2}(?:-., )?(--[a-z-]+)/gm)];
  expect(options.length).toBeGreaterThan(10);
  for (const [, option] of options) if (option !== '--help') expect(page).toContain(option);
});

describe('links in the documents', () => {
  it.each([
    'README.md',
    'docs/cli.md',
    'docs/exit-codes.md',
    'docs/profiling.md',
    'docs/tutorial-profiling.md',
  ])('%s', (page) => {
    const links = [...text(page).matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link);
    for (const link of links.filter((target) => !target.includes('://'))) {
      expect(existsSync(join(root, dirname(page), link)), link).toBe(true);
    }
  });
});
