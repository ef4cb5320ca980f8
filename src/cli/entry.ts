/** What the executable needs of the tool. */
export { runCli } from './program.js';
export { processTerminal } from './terminal.js';
