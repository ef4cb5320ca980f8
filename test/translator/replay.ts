/**
 * One program of the comparison again, with the first cycle in which the two differ and the
 * instructions around it:
 *   npx tsx test/translator/replay.ts --seed 1 --program 123 [--limit 4]
 */
import { readArguments } from '../lockstep/arguments.js';
import { firstDifference } from './compare.js';
import { engineOf, open } from './differential.js';
import { stateOf } from './machines.js';
import { makeClusterProgram } from './program.js';

const { seed, program: number, limit } = readArguments({ seed: 1, program: 0, limit: 1e6 });
const program = makeClusterProgram(seed, number, limit);
const out = (text: string): void => void process.stdout.write(`${text}\n`);
out(JSON.stringify(program.settings));

/** First cycle after which the two differ, by halving: a run up to a cycle is always the same. */
function differsAt(cycle: number): string | undefined {
  const [reference, machine] = [open(program, 'interpreter'), open(program, engineOf(number))];
  return firstDifference(
    stateOf(reference, reference.runUntil(cycle)),
    stateOf(machine, machine.runUntil(cycle)),
  );
}

if (differsAt(program.cycles) === undefined) out('no difference in one run to the end');
let low = 0;
let high = program.cycles;
while (high - low > 1) {
  const middle = Math.floor((low + high) / 2);
  if (differsAt(middle) === undefined) low = middle;
  else high = middle;
}
out(`first difference at cycle ${high}: ${differsAt(high)}`);
const reference = open(program, 'interpreter');
const last: string[] = [];
reference.trace((hart, pc, cycle) => {
  if (cycle < high - 40) return;
  last.push(`  ${cycle} hart ${hart} ${pc.toString(16)} ${textAt(pc)}`);
});
reference.runUntil(high + 2);
out(last.join('\n'));

function textAt(pc: number): string {
  try {
    return reference.disassemble(pc).text;
  } catch (error) {
    return `(${(error as Error).message.split('\n')[0]})`;
  }
}
