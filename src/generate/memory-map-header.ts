import { addressMap } from '../../emulator/interconnect/address-map.js';
import { banner, cComment, cHex } from './c-header.js';

/** The C header of the address map: `<REGION>_ADDR` for memories and peripherals alike. */
export function memoryMapHeader(): string {
  return [
    `/* ${banner('emulator/interconnect/address-map.ts')} */`,
    '#ifndef OCTOBAR_GENERATED_MEMORY_MAP_H',
    '#define OCTOBAR_GENERATED_MEMORY_MAP_H',
    ...Object.entries(addressMap).flatMap(([name, region]) => [
      '',
      `/* ${cComment(region.meaning)} */`,
      `#define ${name.toUpperCase()}_ADDR ${cHex(region.base)}`,
    ]),
    '',
    '#endif',
    '',
  ].join('\n');
}
