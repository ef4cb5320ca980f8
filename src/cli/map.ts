/** `octobar map`: the address map of a machine and, with an ELF file, what lies where. */
import type { Command } from 'commander';
import { hex } from '../../emulator/sim/error.js';
import { openSession } from '../session/index.js';
import { sessionOptions, withMachineOptions } from './options.js';
import type { MachineOptions } from './options.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';
import { readImageFile } from './terminal.js';

export function addMap(program: Command, terminal: Terminal): void {
  const command = program
    .command('map')
    .summary('show the address map, and the symbols of an ELF file')
    .argument('[elf]', 'static RV32 executable');
  withMachineOptions(command)
    .option('--json', 'as JSON')
    .action((elf: string | undefined, options: MachineOptions & { json?: true }) => {
      const session = openSession(sessionOptions(options));
      const regions = session.map().toSorted((a, b) => a.base - b.base);
      if (elf !== undefined) session.load(readImageFile(elf));
      const symbols = session.symbols.all();
      if (options.json) {
        terminal.out(`${JSON.stringify({ regions, symbols }, null, 2)}\n`);
        return;
      }
      const header = ['base', 'last', 'bytes', 'latency', 'name'];
      const rows = regions.map((r) => [
        hex(r.base),
        hex(r.base + r.size - 1),
        r.size,
        r.latency,
        r.name,
      ]);
      terminal.out(formatTable(header, rows));
      if (elf === undefined) return;
      const symbolRows = symbols.map((s) => [hex(s.address), s.size, s.kind, s.name]);
      terminal.out(`\n${formatTable(['address', 'bytes', 'kind', 'symbol'], symbolRows)}`);
    });
}
