/** `octobar presets`: the machines, their parameters and where each number comes from. */
import type { Command } from 'commander';
import { presetJsonSchema, rangeOf } from '../config/index.js';
import { configure, defaultPreset, findPreset, presetNames } from '../session/index.js';
import { sessionOptions, withSettings } from './options.js';
import type { MachineOptions } from './options.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';

interface PresetOptions extends Omit<MachineOptions, 'preset'> {
  json?: true;
  schema?: true;
}

export function addPresets(program: Command, terminal: Terminal): void {
  const command = program
    .command('presets')
    .summary('list the machines and their parameters')
    .description('Lists the presets; with a name, every parameter with its value and source.')
    .argument('[name]', 'a preset, or a preset file');
  withSettings(command)
    .option('--json', 'as JSON')
    .option('--schema', 'the JSON Schema of preset files')
    .action((name: string | undefined, options: PresetOptions) => {
      if (options.schema) terminal.out(`${JSON.stringify(presetJsonSchema(), null, 2)}\n`);
      else if (name !== undefined) showPreset(name, options, terminal);
      // Settings without a name mean the default machine, as they do for the other verbs.
      else if (options.set || options.harts || options.isa) {
        showPreset(defaultPreset, options, terminal);
      } else listPresets(options, terminal);
    });
}

function listPresets(options: PresetOptions, terminal: Terminal): void {
  const presets = presetNames().map(findPreset);
  if (options.json) {
    terminal.out(`${JSON.stringify(presets, null, 2)}\n`);
    return;
  }
  const rows = presets.map((preset) => [preset.name, preset.meaning]);
  terminal.out(formatTable(['preset', 'machine'], rows));
}

function showPreset(name: string, options: PresetOptions, terminal: Terminal): void {
  const configuration = configure(sessionOptions({ ...options, preset: name }));
  if (options.json) {
    const { preset } = configuration;
    const parameters = configuration.provenance();
    terminal.out(`${JSON.stringify({ preset, parameters }, null, 2)}\n`);
    return;
  }
  const { meaning, source } = configuration.preset;
  terminal.out(`${configuration.preset.name}: ${meaning}\n${source}\n\n`);
  const rows = configuration
    .provenance()
    .map((row) => [
      row.key,
      String(row.value),
      rangeOf(configuration.schema.row(row.key).parameter),
      row.status,
      row.origin,
      row.meaning,
    ]);
  const header = ['parameter', 'value', 'may be', 'status', 'from', 'meaning'];
  terminal.out(formatTable(header, rows));
}
