import { networkImage, networkSteps } from '../deploy/codegen/network-layout.js';
import type { StepRow } from '../deploy/codegen/network-layout.js';
import { banner, cComment, cHex } from './c-header.js';

const upper = (name: string): string => name.toUpperCase();

function stepLines(step: StepRow, index: number): string[] {
  const operands = [...(step.layer ? ['layer'] : []), ...step.args].join(', ');
  return [
    `/* ${cComment(step.meaning)}: ${operands} */`,
    `#define NET_STEP_${upper(step.name)} ${index}u`,
  ];
}

/** The C header of the network image. */
export function networkHeader(): string {
  return [
    `/* ${banner('src/deploy/codegen/network-layout.ts')} */`,
    '/* How the tool hands a network to the firmware; all words little endian. */',
    '#ifndef OCTOBAR_GENERATED_NETWORK_IMAGE_H',
    '#define OCTOBAR_GENERATED_NETWORK_IMAGE_H',
    '',
    '#include <stdint.h>',
    '',
    '/* A guest address; 0 = absent. */',
    'typedef uint32_t net_address;',
    '',
    `#define NET_IMAGE_BASE ${cHex(networkImage.base)}`,
    `#define NET_IMAGE_MAGIC ${cHex(networkImage.magic)}`,
    `#define NET_IMAGE_VERSION ${networkImage.version}u`,
    `#define NET_SLOTS ${networkImage.slots}u`,
    '',
    ...networkSteps.flatMap(stepLines),
    ...networkImage.structs.flatMap((struct) => [
      '',
      `/* ${cComment(struct.meaning)} */`,
      `typedef struct ${struct.name} {`,
      ...struct.fields.map(
        ({ kind, name, meaning }) =>
          `  ${kind === 'pointer' ? 'net_address' : 'uint32_t'} ${name}; /* ${cComment(meaning)} */`,
      ),
      `} ${struct.name};`,
    ]),
    '',
    '#endif',
    '',
  ].join('\n');
}
