import { blockImage, probedTensors, type ImageStruct } from '../deploy/image-layout.js';
import { banner, cComment, cHex } from './c-header.js';

const upper = (name: string): string => name.toUpperCase().replaceAll('-', '_');

function structLines(struct: ImageStruct): string[] {
  return [
    '',
    `/* ${cComment(struct.meaning)} */`,
    `typedef struct ${struct.name} {`,
    ...struct.fields.map(
      (field) =>
        `  ${field.kind === 'pointer' ? 'bn_address' : 'uint32_t'} ${field.name}; /* ${cComment(field.meaning)} */`,
    ),
    `} ${struct.name};`,
    `#define ${upper(struct.name)}_BYTES ${struct.fields.length * 4}u`,
  ];
}

/** The C header of the block image: one struct of 32-bit words for each table of the layout. */
export function imageHeader(): string {
  return [
    `/* ${banner('src/deploy/image-layout.ts')} */`,
    '/* How the tool hands one bottleneck to the firmware; all words little endian. */',
    '#ifndef OCTOBAR_GENERATED_BLOCK_IMAGE_H',
    '#define OCTOBAR_GENERATED_BLOCK_IMAGE_H',
    '',
    '#include <stdint.h>',
    '',
    '/* A guest address, also where pointers are wider; 0 = absent. */',
    'typedef uint32_t bn_address;',
    '',
    `#define BN_IMAGE_BASE ${cHex(blockImage.base)}`,
    `#define BN_IMAGE_MAGIC ${cHex(blockImage.magic)}`,
    `#define BN_IMAGE_VERSION ${blockImage.version}u`,
    '',
    '/* Values of bn_image.mapping. */',
    ...blockImage.mappings.map((name, index) => `#define BN_MAPPING_${upper(name)} ${index}u`),
    `#define BN_MAPPINGS ${blockImage.mappings.length}u`,
    '',
    '/* First argument of bn_probe_tensor. */',
    ...probedTensors.map((name, index) => `#define BN_TENSOR_${upper(name)} ${index}u`),
    ...blockImage.structs.flatMap((struct) => structLines(struct)),
    '',
    '#endif',
    '',
  ].join('\n');
}
