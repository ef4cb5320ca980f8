/** Registers of the macros' own extensions, by name, as pairs of offset and value. */
import { capramRegisters } from '../../accel/capram/registers.js';
import { osahcimRegisters } from '../../accel/osahcim/registers.js';
import { yolocRegisters } from '../../accel/yoloc/registers.js';
import { OctobarError } from '../../emulator/sim/error.js';
import type { RegisterMap } from '../../emulator/sim/registers.js';

export type Mode = readonly [offset: number, value: number];

const named =
  (map: RegisterMap) =>
  (values: Readonly<Record<string, number>>): Mode[] =>
    Object.entries(values).map(([name, value]): Mode => {
      const register = map.registers.find((candidate) => candidate.name === name);
      if (register === undefined) throw new OctobarError('internal', `${map.name} has no ${name}`);
      return [register.offset, value];
    });

export const capramModes = named(capramRegisters);
export const osahcimModes = named(osahcimRegisters);
export const yolocModes = named(yolocRegisters);
