/** What a deployer must know of the macro in the slot. */
import { OctobarError } from '../../emulator/sim/error.js';
import type { Configuration } from '../session/index.js';

export const engineNames = ['capram', 'osahcim', 'yoloc', 'ima'] as const;
export type EngineName = (typeof engineNames)[number];

export interface Target {
  readonly engine: EngineName;
  /** Of 4-bit cells. */
  readonly rows: number;
  readonly cols: number;
  /** Arrays that firmware writes, and those behind them that it cannot. */
  readonly writable: number;
  readonly fixed: number;
  /** Rows of a tile; rectangles start at multiples of it. */
  readonly tileRows: number;
  readonly ideal: boolean;
  readonly adcBits: number;
}

const bitsPerCell = 4;

/** @throws OctobarError `config` when the machine has no macro that classifiers run on */
export function targetOf(configuration: Configuration, tileRows?: number): Target {
  const engine = engineNames.find((name) => configuration.preset.engines.includes(name));
  if (engine === undefined)
    throw new OctobarError(
      'config',
      `preset ${configuration.preset.name} has no macro for classifiers`,
      {
        hint: `one of the engines ${engineNames.join(', ')}: choose --preset capram, osahcim, yoloc or garofalo2022`,
      },
    );
  const value = (name: string): number => configuration.number(`${engine}.${name}`);
  const common = {
    engine,
    rows: value('rows'),
    adcBits: value('adc_bits'),
    ideal: configuration.get(`${engine}.ideal`) === true,
  };
  const cols = engine === 'ima' ? value('cols') : value('bit_columns') / bitsPerCell;
  const [writable, fixed] =
    engine === 'yoloc' ? [value('sram_arrays'), value('rom_arrays')] : [value('arrays'), 0];
  // Row groups of CAP-RAM are the tiles: a tile in two of them takes two operations as well.
  const natural = engine === 'capram' ? common.rows / value('cells_per_mac') : common.rows;
  return { ...common, cols, writable, fixed, tileRows: tileRows ?? natural };
}
