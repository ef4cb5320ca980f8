/** Options that several verbs share, and how their texts become values. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { OctobarError } from '../../emulator/sim/error.js';
import { parseMacro, parsePreset, parseSettings } from '../config/index.js';
import type { MacroDocument, Settings } from '../config/index.js';
import { parseNumber } from '../config/schema.js';
import { defaultPreset } from '../session/index.js';
import type { SessionOptions } from '../session/index.js';
import { readText } from './terminal.js';

export interface MachineOptions {
  preset: string;
  set?: string[];
  harts?: string;
  isa?: string;
  seed?: string;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** An option that may be given several times; its value is a list, or undefined. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be given again`).argParser(collect);
}

export function withMachineOptions(command: Command, preset = defaultPreset): Command {
  return withSettings(
    command.option('--preset <name|file>', 'machine: a preset, or a preset file', preset),
  );
}

export function withSettings(command: Command): Command {
  // A verb may have a seed of its own, of something else.
  if (!command.options.some(({ long }) => long === '--seed'))
    command.option('--seed <n>', 'seed of the chip: of noise, devices, faults (default 1)');
  return command
    .addOption(repeatable('--set <key=value>', 'change one parameter'))
    .option('--harts <n>', 'number of harts, short for --set harts=n')
    .option('--isa <isa>', 'instruction set, short for --set isa=isa');
}

/** @throws OctobarError `config` */
export function sessionOptions(options: MachineOptions): SessionOptions {
  const { preset, harts, isa } = options;
  const isFile = preset.endsWith('.json') || preset.includes('/');
  const { set, macros } = splitMacros(parseSettings(options.set ?? []));
  const { seed } = options;
  return {
    ...(seed === undefined ? {} : { seed: parseCount('--seed', seed) }),
    preset: isFile ? parsePreset(readText(preset), preset) : preset,
    macros,
    set: {
      ...set,
      ...(harts === undefined ? {} : { harts }),
      ...(isa === undefined ? {} : { isa }),
    },
  };
}

/** Takes the `ima.macro=@file` out of settings and reads the files. @throws OctobarError `config` */
export function splitMacros(settings: Settings): { set: Settings; macros: MacroDocument[] } {
  const set = Object.create(null) as Record<string, Settings[string]>;
  const macros: MacroDocument[] = [];
  for (const [key, value] of Object.entries(settings)) {
    const engine = /^(\w+)\.macro$/.exec(key)?.[1];
    if (engine === undefined) set[key] = value;
    else if (typeof value === 'string' && value.startsWith('@')) {
      const file = value.slice(1);
      macros.push(parseMacro(readText(file), engine, file));
    } else {
      throw new OctobarError('config', `${key}=${String(value).slice(0, 80)} names no file`, {
        hint: `write --set ${key}=@mine.json; octobar macro --template prints a file to edit`,
      });
    }
  }
  return { set, macros };
}

/** `10000`, `0x100`, `10M`, `1e6` */
export function parseCount(option: string, text: string): number {
  const value = parseNumber(text, false);
  if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
    throw usage(`${option} ${text} is not a whole number`, `for example ${option} 10M`);
  }
  return value;
}

/** `a..b`, both ends included; either may be left out. */
export function parseRange(option: string, text: string): { from: number; to: number } {
  const match = /^([^.]*)\.\.([^.]*)$/.exec(text);
  if (!match || (match[1] === '' && match[2] === '')) {
    throw usage(`${option} ${text} is not a range`, `for example ${option} 1000..2000`);
  }
  const from = match[1] === '' ? 0 : parseCount(option, match[1]);
  const to = match[2] === '' ? Infinity : parseCount(option, match[2]);
  if (from > to) throw usage(`${option} ${text} ends before it begins`, 'swap the two numbers');
  return { from, to };
}

/** `name=from..to`, where from and to are symbols, symbols with an offset, or addresses. */
export function parseRegion(text: string): { name: string; from: string; to: string } {
  const match = /^([^=]+)=(.+?)\.\.(.+)$/.exec(text);
  if (!match) {
    throw usage(
      `--region ${text} is not name=from..to`,
      'for example --region kernel=mark_start..mark_end',
    );
  }
  return { name: match[1], from: match[2], to: match[3] };
}

export function usage(reason: string, hint: string): OctobarError {
  return new OctobarError('usage', reason, { hint });
}
