/** What the parts of a machine take of a die. Prices of energy have their room; this one has square millimetres. */
import type { NumberParameter } from '../../emulator/sim/parameters.js';

/** A row of an area table: a parameter, and how many of it a machine has. */
export interface Area extends NumberParameter {
  readonly component: string;
  /** From values of the configuration. */
  readonly count: (get: (key: string) => number) => number;
}

export type AreaTable = Readonly<Record<string, Area>>;

type AreaText = Pick<Area, 'value' | 'meaning' | 'source' | 'status'>;

const area = (component: string, count: Area['count'], text: AreaText): Area => ({
  ...text,
  unit: 'mm2',
  min: 0,
  max: 1e6,
  fractional: true,
  component,
  count,
});

const garofalo =
  'Garofalo et al., JETCAS 2022, 22 nm FDX: 2.5 mm2, a third of it IMA, a third TCDM';
const one = (): number => 1;

type Get = (key: string) => number;

const cellsOf = (get: Get, engine: string, rows: string, cols: string): number =>
  get(`${engine}.${rows}`) * get(`${engine}.${cols}`);

const megabits = (get: Get, arrays: string): number =>
  (get(arrays) * cellsOf(get, 'yoloc', 'rows', 'bit_columns')) / 2 ** 20;

export const clusterAreas = {
  tcdm_kib: area('TCDM', (get) => get('tcdm.size') / 1024, {
    value: 0.00162,
    meaning: 'a KiB of banks with their share of the interconnect',
    source: `${garofalo}; 0.83 mm2 for 512 KiB`,
    status: 'derived',
  }),
  hart: area('harts', (get) => get('harts'), {
    value: 0.0988,
    meaning:
      'a hart with its share of what all have: instruction cache, DMA, event unit, clock tree',
    source: `${garofalo}; what is left of 2.5 mm2 by eight, the depth-wise engine off`,
    status: 'derived',
  }),
} satisfies AreaTable;

export const engineAreas = {
  ima: {
    array: area('IMA', (get) => get('ima.arrays'), {
      value: 0.83,
      meaning: 'an array with its converters and its share of the streamers',
      source: `${garofalo}; 34 arrays about 30 mm2`,
      status: 'published',
    }),
  },
  depthwise: {
    engine: area('depth-wise engine', one, {
      value: 0.05,
      meaning: 'the engine with its line buffers',
      source: 'about 2 % of the cluster, recalled',
      status: 'assumed',
    }),
  },
  capram: {
    cell: area(
      'CAP-RAM',
      (get) => get('capram.arrays') * cellsOf(get, 'capram', 'rows', 'bit_columns'),
      {
        value: 0.525e-6,
        meaning: 'a cell of six transistors',
        source: 'a 6T cell in 65 nm (recalled); the area of the chip could not be read',
        status: 'assumed',
      },
    ),
    converter: area('CAP-RAM', (get) => cellsOf(get, 'capram', 'arrays', 'bit_columns'), {
      value: 580e-6,
      meaning: 'the converter of a column',
      source: 'MNSIM 2.0: a charge-injection SAR in 65 nm',
      status: 'assumed',
    }),
  },
  osahcim: {
    cell: area(
      'OSA-HCIM',
      (get) => get('osahcim.arrays') * cellsOf(get, 'osahcim', 'rows', 'bit_columns'),
      {
        value: 1.05e-6,
        meaning: 'a cell with split ports',
        source: 'twice a 6T cell of 0.525 um2 in 65 nm (recalled); no area was published',
        status: 'assumed',
      },
    ),
    full_adder: area(
      'OSA-HCIM',
      (get) => get('osahcim.arrays') * cellsOf(get, 'osahcim', 'rows', 'bit_columns'),
      {
        value: 9.5e-6,
        meaning: 'a full adder of the trees; a tree over n rows has about n',
        source: 'ZigZag: NAND2 of 0.614 um2 in 28 nm, 7 a full adder, times 2.2 to 65 nm',
        status: 'assumed',
      },
    ),
  },
  yoloc: {
    rom_mbit: area('YOLoC', (get) => megabits(get, 'yoloc.rom_arrays'), {
      value: 0.2,
      meaning: 'a megabit of ROM that computes, converters included',
      source: 'recalled: 1.2 Mb on 0.24 mm2 in 28 nm',
      status: 'assumed',
    }),
    sram_mbit: area('YOLoC', (get) => megabits(get, 'yoloc.sram_arrays'), {
      value: 0.96,
      meaning: 'a megabit of SRAM that computes, converters included',
      source: 'MNSIM 2.0: an SRAM macro of 1.041 Mb/mm2 in 28 nm',
      status: 'assumed',
    }),
  },
  fpirm: {
    domain: area('FPIRM', (get) => get('fpirm.tiles') * cellsOf(get, 'fpirm', 'wires', 'domains'), {
      value: 6.4e-9,
      meaning: 'a domain, without decoders and sense amplifiers',
      source: '4 F2 at F = 40 nm; FPIRM (arXiv 2204.13788): 1 to 4 F2',
      status: 'derived',
    }),
  },
  example: {},
} as const satisfies Record<string, AreaTable>;
