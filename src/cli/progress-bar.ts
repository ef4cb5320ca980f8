/** One line on stderr that grows with the layers of a run. */
import type { Terminal } from './terminal.js';

const width = 30;

/** On a terminal the line is drawn over itself; elsewhere each tenth is a line. */
export function progressBar(
  terminal: Terminal,
  quiet: boolean,
): (done: number, total: number, name: string) => void {
  if (quiet) return () => undefined;
  const overwrite = process.stderr.isTTY === true;
  let shown = -1;
  return (done, total, name) => {
    const step = overwrite ? done : Math.floor((10 * done) / total);
    if (step === shown) return;
    shown = step;
    const filled = Math.round((width * done) / total);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
    const text = `octobar: ${bar} ${done}/${total} ${name.slice(-40)}`;
    if (!overwrite) terminal.err(`${text}\n`);
    else terminal.err(`\r${text.padEnd(90)}${done === total ? '\n' : ''}`);
  };
}
