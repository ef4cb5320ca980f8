import { openSession } from '../../src/session/index.js';
import type { SessionOptions } from '../../src/session/index.js';

/** Runs a program to its end. Lines in the order in which they were completed. */
export function runProgram(
  bytes: Uint8Array,
  options: SessionOptions = {},
): { code: number; lines: string[]; cycles: number } {
  const session = openSession(options);
  const lines: string[] = [];
  session.load({ name: 'program.elf', bytes });
  session.onOutput((text) => lines.push(text.trimEnd()));
  const end = session.run();
  const cycles = session.now;
  session.close();
  return { code: end.reason === 'exit' ? end.code : -1, lines, cycles };
}
