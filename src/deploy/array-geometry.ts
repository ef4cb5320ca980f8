import { OctobarError } from '../../emulator/sim/error.js';

/** The crossbars a block is laid out for; the firmware's engine must have the same. */
export interface ArrayGeometry {
  /** Rows of cells = inputs of one array, 16 to 4096. */
  readonly rows: number;
  /** Columns of cells of one array, 16 to 4096. */
  readonly cols: number;
  /** Most arrays a block may take. */
  readonly arrays: number;
  /** Resolution of the column converters in bits, 2 to 16. */
  readonly adcBits: number;
}

/** 256x256 cells and 8-bit converters; as many arrays as an engine can have. */
export const defaultArrays: ArrayGeometry = { rows: 256, cols: 256, arrays: 64, adcBits: 8 };

/** @throws OctobarError `config` when a number is out of range. */
export function checkGeometry(g: ArrayGeometry): void {
  const between = (name: keyof ArrayGeometry, lo: number, hi: number): void => {
    if (!Number.isInteger(g[name]) || g[name] < lo || g[name] > hi) {
      throw new OctobarError('config', `array ${name} is ${g[name]}, expected ${lo} to ${hi}`);
    }
  };
  between('rows', 16, 4096);
  between('cols', 16, 4096);
  between('arrays', 1, 64);
  between('adcBits', 2, 16);
}
