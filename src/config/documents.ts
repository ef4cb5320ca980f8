/** What is derived from the parameter tables: the JSON Schema of presets and the page of parameters. */
import type { Parameter } from '../../emulator/sim/parameters.js';
import {
  clusterAreaPart,
  clusterParts,
  clusterPricePart,
  engineAreaParts,
  engineParts,
  enginePriceParts,
  supplyPart,
} from './parts.js';
import { presetSchema, slots } from './preset.js';
import { Schema, keyOf, rangeOf } from './schema.js';
import type { Part } from './schema.js';

export interface GeneratedFile {
  /** Relative to the top of the repository. */
  readonly path: string;
  readonly text: string;
}

const allParts: Part[] = [
  ...Object.values<Part>(clusterParts),
  ...Object.values<Part>(engineParts),
  supplyPart,
  clusterPricePart,
  ...Object.values<Part>(enginePriceParts),
  clusterAreaPart,
  ...Object.values<Part>(engineAreaParts),
];

/** Files that `npm run generate` writes and `make test` compares. */
export function configDocuments(): GeneratedFile[] {
  return [
    {
      path: 'docs/generated/config-schema.json',
      text: `${JSON.stringify(presetJsonSchema(), undefined, 2)}\n`,
    },
    { path: 'docs/generated/parameters.md', text: parametersPage() },
  ];
}

/** JSON Schema (2020-12) of a preset file. */
export function presetJsonSchema(): object {
  const rows = new Schema(allParts).all();
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: presetSchema,
    title: 'Octobar preset: a machine as a difference from the defaults',
    type: 'object',
    additionalProperties: false,
    required: ['schema', 'name', 'meaning', 'source', 'engines', 'set'],
    properties: {
      $schema: { type: 'string' },
      schema: { const: presetSchema },
      name: { type: 'string', minLength: 1 },
      meaning: { type: 'string', minLength: 1 },
      source: { type: 'string', minLength: 1, description: 'paper or chip of the numbers' },
      engines: {
        type: 'array',
        maxItems: slots,
        items: { enum: [...Object.keys(engineParts), null] },
        description: 'engine in each accelerator slot, null for an empty one',
      },
      set: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(rows.map((row) => [row.key, valueSchema(row.parameter)])),
      },
    },
  };
}

function valueSchema(parameter: Parameter): object {
  const description = `${parameter.meaning} (${parameter.status}: ${parameter.source})`;
  const common = { default: parameter.value, description };
  if ('choices' in parameter) return { enum: parameter.choices, ...common };
  if ('numbers' in parameter) {
    const list = { type: 'array', items: { type: 'number' }, maxItems: parameter.numbers };
    return { anyOf: [{ type: 'string' }, list], ...common };
  }
  if (!('unit' in parameter)) return { type: 'boolean', ...common };
  const { min, max, unit } = parameter;
  if (parameter.powerOfTwo) return { enum: powersOfTwo(min, max), 'x-unit': unit, ...common };
  const type = parameter.fractional ? 'number' : 'integer';
  return { type, minimum: min, maximum: max, 'x-unit': unit, ...common };
}

function powersOfTwo(min: number, max: number): number[] {
  const powers: number[] = [];
  for (let value = 1; value <= max; value *= 2) if (value >= min) powers.push(value);
  return powers;
}

export function parametersPage(): string {
  const lines = [
    '# Parameters',
    '',
    'Every number of the machine. Turn one with `--set key=value`, or in a preset file.',
    'Numbers may be written `32`, `0x20`, `250e6`, `250M` or `512k`; k, M and G count in 1024 for',
    'bytes and in 1000 otherwise. `published` values stand in the source, `derived` ones follow from',
    'it or from a measurement, `fitted` ones were set to meet a published figure, and `assumed` ones',
    'are ours. `octobar presets NAME` prints the values of a preset.',
  ];
  for (const part of allParts) {
    lines.push(
      '',
      `## ${part.title}`,
      '',
      '| key | default | may be | meaning | status | source |',
    );
    lines.push('| --- | --- | --- | --- | --- | --- |');
    for (const [name, parameter] of Object.entries(part.table)) {
      const cells = [
        `\`${keyOf(part, name)}\``,
        String(parameter.value),
        rangeOf(parameter),
        parameter.meaning,
        parameter.status,
        parameter.source,
      ];
      lines.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
