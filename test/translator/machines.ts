import type { MachineApi, Stop } from '../../emulator/api.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import { defaultPreset, findPreset } from '../../src/session/presets.js';
import type { Settings } from '../../src/config/index.js';
import { l2Bytes, place, tcdmBytes } from './writer.js';

/** The machine that defines what is right, and the one under test. */
export type Engine = 'interpreter' | 'auto' | 'eager';

const preset = findPreset(defaultPreset);

export function openMachine(engine: Engine, settings: Settings): MachineApi {
  return composeMachine(configure({ preset, set: { ...settings, ...switches(engine) } }));
}

/** What chooses the tier: the reference never translates, `eager` does at first sight. */
const switches = (engine: Engine): Settings => ({ engine, translate_after: 0 });

/** Everything that a user can see of a machine, as plain data. */
export interface State {
  readonly stop: unknown;
  readonly now: number;
  readonly stats: unknown;
  readonly harts: readonly unknown[];
  readonly memory: readonly (readonly [number, Uint8Array])[];
}

/** Memory that programs of the generator use. */
const ranges = [
  [place.tcdm, tcdmBytes],
  [place.l2, l2Bytes],
] as const;

export function stateOf(machine: MachineApi, stop: Stop, withMemory = true): State {
  const stats = machine.stats();
  return {
    stop: stop.reason === 'fault' ? { reason: 'fault', error: describe(stop.error) } : stop,
    now: machine.now,
    stats,
    harts: stats.harts.map((_hart, index) => machine.hart(index)),
    memory: withMemory
      ? ranges.map(([from, bytes]) => [from, machine.read(from, bytes)] as const)
      : [],
  };
}

const describe = (error: { code: string; message: string }): string =>
  `${error.code}: ${error.message}`;
