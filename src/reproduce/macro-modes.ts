import { capramRegisters } from '../../accel/capram/registers.js';
import { osahcimRegisters } from '../../accel/osahcim/registers.js';
import type { RegisterMap } from '../../emulator/sim/registers.js';
import type { Mode } from './macro-app.js';

/** Registers by name as pairs for the applications. */
function named(map: RegisterMap, values: Readonly<Record<string, number>>): Mode[] {
  return Object.entries(values).map(([name, value]): Mode => {
    const register = map.registers.find((candidate) => candidate.name === name)!;
    return [register.offset, value];
  });
}

/** Modes of CAP-RAM; what is absent stays as it comes out of reset. */
export const wordsOfCapram = (modes: {
  readonly width?: number;
  readonly levels?: boolean;
  readonly step?: number;
}): Mode[] =>
  named(capramRegisters, {
    ...(modes.width === undefined ? {} : { WEIGHT_WIDTH: modes.width }),
    ...(modes.levels === undefined ? {} : { INPUT_LEVELS: Number(modes.levels) }),
    ...(modes.step === undefined ? {} : { ADC_STEP: modes.step }),
  });

/** Modes of OSA-HCIM by register name. */
export const wordsOfOsahcim = (values: Readonly<Record<string, number>>): Mode[] =>
  named(osahcimRegisters, values);
