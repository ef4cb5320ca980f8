/**
 * Compares one program again, in each setting of our machine:
 *   npx tsx test/lockstep/replay.ts --seed 1 --program 123
 */
import { readArguments } from './arguments.js';
import { machineSettings } from './machine.js';
import { guiltyPiece } from './lockstep.js';

const { seed, program } = readArguments({ seed: 1, program: 0 });
for (const setting of machineSettings) {
  const lines = await guiltyPiece(seed, program, setting);
  process.stdout.write(`${setting.name}\n${lines.join('\n')}\n`);
}
