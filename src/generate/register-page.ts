import type { Register, RegisterMap } from '../../emulator/sim/registers.js';
import { banner } from './c-header.js';

const hex = (value: number, digits: number): string =>
  `0x${(value >>> 0).toString(16).toUpperCase().padStart(digits, '0')}`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function bits(lsb: number, width: number): string {
  return width === 1 ? `${lsb}` : `${lsb + width - 1}:${lsb}`;
}

function registerRows(register: Register): string[] {
  const count = register.count ?? 1;
  const stride = register.stride ?? 4;
  const offset =
    count > 1
      ? `${hex(register.offset, 3)} + ${hex(stride, 2)} i, i < ${count}`
      : hex(register.offset, 3);
  const reset = register.reset === undefined ? '' : hex(register.reset, 2);
  const meaning =
    register.modelled === false ? `${register.meaning} (**not modelled**)` : register.meaning;
  return [
    `| ${offset} | ${register.name} | ${register.access} | ${reset} | ${cell(meaning)} |`,
    ...(register.fields ?? []).map(
      (field) =>
        `| | · ${field.name} | [${bits(field.lsb, field.width)}] | | ${cell(field.meaning)} |`,
    ),
  ];
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** One block: a heading, what it is, and the table of its registers. */
export function chapter(map: RegisterMap, base: number): string[] {
  const registers = [...map.registers].toSorted((a, b) => a.offset - b.offset);
  return [
    '',
    `## ${map.name}`,
    '',
    `${sentence(map.meaning)} Base ${hex(base, 8)}, window ${hex(map.size, 3)} bytes.`,
    '',
    '| offset | register | access | reset | meaning |',
    '|---|---|---|---|---|',
    ...registers.flatMap((register) => registerRows(register)),
  ];
}

interface Region {
  readonly base: number;
  readonly size: number;
  readonly meaning: string;
}

/** The page of all registers, in Markdown: the address map, then one table for each block. */
export function registerPage(
  regions: Readonly<Record<string, Region>>,
  maps: readonly { readonly map: RegisterMap; readonly region: string; readonly source: string }[],
): string {
  const size = (region: Region): string =>
    region.size === 0 ? 'configurable' : hex(region.size, 3);
  return [
    `<!-- ${banner('the register maps of emulator/ and accel/')} -->`,
    '# Registers',
    '',
    'Offsets are bytes from the base of a block; registers are 32 bits wide, little endian.',
    'The C headers in `firmware/hal/generated` have the same names.',
    '',
    '| base | size | region | what |',
    '|---|---|---|---|',
    ...Object.entries(regions).map(
      ([name, region]) =>
        `| ${hex(region.base, 8)} | ${size(region)} | ${name} | ${cell(region.meaning)} |`,
    ),
    ...maps.flatMap(({ map, region }) => chapter(map, regions[region].base)),
    '',
  ].join('\n');
}
