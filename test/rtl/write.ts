import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { elfOf } from './elf.js';
import { type Kind, makeProgram } from './program.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import { findPreset } from '../../src/session/presets.js';

/**
 * Writes random programs as ELF files, and beside each what our harts do: a line "hart pc cycle" for every
 * instruction that leaves decode. Whoever has a model of the RTL runs the same files there and compares.
 *
 *     npx tsx test/rtl/write.ts --kind cluster --seed 1 --count 10 --banks 16 --to /tmp/programs
 */
const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'xcv' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10' },
    banks: { type: 'string', default: '16' },
    to: { type: 'string', default: 'programs' },
  },
});
const kinds: readonly Kind[] = ['base', 'xcv', 'cluster'];
const kind = kinds.find((name) => name === values.kind);
if (kind === undefined) throw new Error(`--kind is one of ${kinds.join(', ')}`);
const [seed, count, banks] = [Number(values.seed), Number(values.count), Number(values.banks)];
const folder = values.to;
mkdirSync(folder, { recursive: true });

for (let n = 0; n < count; n++) {
  const program = makeProgram(seed, n, kind);
  writeFileSync(join(folder, `${kind}-${seed}-${n}.elf`), elfOf(program));
  const machine = composeMachine(
    configure({
      preset: { ...findPreset('garofalo2022'), engines: [] },
      harts: program.harts,
      isa: 'rv32imc_xcv',
      set: { 'l2.latency': 1, 'icache.ideal': true, 'tcdm.banks': banks },
    }),
  );
  for (const { address, bytes } of program.segments) machine.write(address, bytes);
  const lines: string[] = [];
  machine.trace((hart, pc, cycle) => lines.push(`${hart} ${pc.toString(16)} ${cycle}`));
  machine.start(program.entry);
  const stop = machine.runUntil(100_000);
  lines.push(`end ${stop.reason}`);
  writeFileSync(join(folder, `${kind}-${seed}-${n}.trace`), `${lines.join('\n')}\n`);
}
process.stdout.write(`${count} programs of kind ${kind} in ${folder}\n`);
