import { chipControlRegisters } from '../../emulator/chip/chip-control.js';
import { clockGeneratorRegisters } from '../../emulator/chip/clock-generators.js';
import { interruptControllerRegisters } from '../../emulator/chip/interrupt-controller.js';
import { socEventRegisters } from '../../emulator/chip/soc-events.js';
import { performanceEvents } from '../../emulator/hart/performance-events.js';
import { PULP_EVENT_BITS } from '../../emulator/hart/pulp-counters.js';
import { addressMap, type RegionName } from '../../emulator/interconnect/address-map.js';
import { csrRows, pulpCsrRows, type CsrRow } from '../../emulator/isa/csr.js';
import { rows } from '../../emulator/isa/table.js';
import { socPeripheralRegisters } from '../../emulator/peripherals/index.js';
import type { RegisterMap } from '../../emulator/sim/registers.js';
import { banner } from './c-header.js';
import { chapter } from './register-page.js';

/** Blocks that only a machine with a controller hart has. */
const blocks: readonly (readonly [RegionName, RegisterMap])[] = [
  ['fll', clockGeneratorRegisters],
  ['soc_control', chipControlRegisters],
  ['soc_events', socEventRegisters],
  ['fc_itc', interruptControllerRegisters],
];

const hex = (value: number, digits: number): string =>
  `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`;

const csrLine = (row: CsrRow): string =>
  `| ${hex(row.address, 3)} | ${row.name} | ${row.writable ? 'rw' : 'ro'} | ${row.meaning} |`;

/** `mhpmcounter3` to `mhpmcounter31` are one line. */
function csrLines(all: readonly CsrRow[]): string[] {
  const stem = (row: CsrRow): string => row.name.replace(/\d+/, '');
  const lines: string[] = [];
  for (let first = 0; first < all.length;) {
    let last = first;
    while (
      /\d/.test(all[first].name) &&
      last + 1 < all.length &&
      stem(all[last + 1]) === stem(all[first]) &&
      all[last + 1].address === all[last].address + 1
    ) {
      last++;
    }
    const row = all[first];
    if (last - first < 3) for (let i = first; i <= last; i++) lines.push(csrLine(all[i]));
    else {
      const range = `${hex(row.address, 3)} to ${hex(all[last].address, 3)}`;
      const names = `${row.name} to ${all[last].name}`;
      const meaning = row.meaning.replace(/\d+/, 'n');
      lines.push(`| ${range} | ${names} | ${row.writable ? 'rw' : 'ro'} | ${meaning} |`);
    }
    first = last + 1;
  }
  return lines;
}

/** What the preset `pulp-open` answers beside the cluster: blocks, CSRs, events, instructions. */
export function pulpOpenPage(): string {
  const older = rows.flatMap((row) =>
    row.pulp === undefined ? [] : [{ coreV: row.name, ...row.pulp }],
  );
  const table = ['| address | register | access | meaning |', '|---|---|---|---|'];
  return [
    `<!-- ${banner('the tables of emulator/')} -->`,
    '# What the PULP chip answers',
    '',
    'The blocks, CSRs and instructions of machines with a controller hart (preset `pulp-open`).',
    'Those of the cluster are in [registers.md](registers.md). The timer of the controller, at',
    `${hex(addressMap.fc_timer.base, 8)}, is a second TIMER. Everything else is an error that names what was touched.`,
    ...blocks.flatMap(([region, map]) => chapter(map, addressMap[region].base)),
    '',
    '## Named, but not modelled',
    '',
    '| base | what |',
    '|---|---|',
    `| ${hex(addressMap.boot_rom.base, 8)} | ${addressMap.boot_rom.meaning} |`,
    ...socPeripheralRegisters.registers
      .map((block) => ({ ...block, base: addressMap.soc_unmodelled.base + block.offset }))
      .filter((block) => !blocks.some(([region]) => addressMap[region].base === block.base))
      .filter((block) => block.base !== addressMap.fc_timer.base)
      .map((block) => `| ${hex(block.base, 8)} | ${block.meaning} |`),
    `| ${hex(addressMap.fc_view.base, 8)} | ${addressMap.fc_view.meaning} |`,
    '',
    '## CSRs of RI5CY',
    '',
    'With `isa=rv32imc_xpulpv2`, beside those of the base below. RI5CY has no `mie`: here it reads all ones.',
    '',
    ...table,
    ...csrLines(pulpCsrRows),
    '',
    '## CSRs of the base',
    '',
    ...table,
    ...csrLines(csrRows.filter((row) => !row.coreV)),
    '',
    '## Events of the counters',
    '',
    '| bit of `pcer`, number of `pccr` | counts |',
    '|---|---|',
    ...PULP_EVENT_BITS.map((bit, event) => {
      const row = performanceEvents.find((entry) => entry.bit === bit);
      return `| ${event} | ${row?.meaning} |`;
    }),
    '',
    '## Instructions of XpulpV2',
    '',
    `${older.length} encodings; each means what its CORE-V row means.`,
    '',
    '| XpulpV2 | CORE-V | operands | match | mask |',
    '|---|---|---|---|---|',
    ...older.map(
      ({ name, coreV, format, match, mask }) =>
        `| ${name} | ${coreV} | ${format} | ${hex(match >>> 0, 8)} | ${hex(mask >>> 0, 8)} |`,
    ),
    '',
  ].join('\n');
}
