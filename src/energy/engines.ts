/** Prices of the engines of the cluster, and of two macros that are priced by the operation. */
import { digitalEngine } from './digital-engine.js';
import { engineEvents, perEvent } from './price.js';
import type { PriceTable } from './price.js';

const hermes =
  'HERMES core, 14 nm: 12.5 nJ for 256 x 256 with all converters (published); its split is a share of converters as in published analog macros, 16 to 61 %, mean 37 % (11 SRAM macros, mihirvk2 survey), and 5 to 15 % for the inputs';

const ima = (counter: string) => engineEvents('ima', counter);

/** Prices of the crossbar: scaled by the rows and columns in use, since a constant energy a job contradicts the published totals. */
export const imaPrices: PriceTable = {
  dac_conversion: perEvent('IMA', ima('dac_conversions'), {
    value: 4.9,
    range: [2.4, 7.3],
    scaling: 'analog',
    meaning: 'an input pulse on a row',
    source: `${hermes}: 0.10 x 12.5 nJ / 256`,
    status: 'assumed',
  }),
  cell: perEvent('IMA', ima('cells_active'), {
    value: 0.07603,
    range: [0.045, 0.374],
    scaling: 'analog',
    meaning: 'a cell between a driven row and a converted column, during a product',
    source: `fitted by octobar calibrate; may be: ${hermes}; the rest of it over 65,536 cells, times 1 to 2.47 = (22 / 14)^2 to 22 nm`,
    status: 'fitted',
  }),
  adc_conversion: perEvent('IMA', ima('adc_conversions'), {
    value: 47.41,
    range: [7.6, 73.9],
    scaling: 'analog',
    meaning: 'a conversion of a column',
    source: `fitted by octobar calibrate; may be: ${hermes}; 16 to 61 % of it over 256 columns, times 1 to 2.47 = (22 / 14)^2 to 22 nm`,
    status: 'fitted',
  }),
  accumulation: perEvent('IMA', ima('adc_conversions'), {
    value: 0.2,
    range: [0.05, 0.4],
    meaning: 'a code scaled and added to the register of its column',
    source:
      'an int32 addition of 0.1 pJ at 45 nm (Horowitz 2014), times 0.29, and a register of 32 bit',
    status: 'assumed',
  }),
  ...digitalEngine('IMA', 'ima'),
  program_cell: perEvent('IMA', ima('cells_programmed'), {
    value: 100,
    range: [20, 500],
    scaling: 'analog',
    meaning: 'programming of a cell',
    source: 'no published figure; pulses of 100 uA at 1 V for 1 us',
    status: 'assumed',
  }),
  read_back_word: perEvent('IMA', ima('words_read_back'), {
    value: 150,
    range: [50, 400],
    scaling: 'analog',
    meaning: 'a word of eight weights read back',
    source: 'eight columns of one row, read for a tenth of the time of a product, converted',
    status: 'assumed',
  }),
};

export const depthwisePrices: PriceTable = {
  mac: perEvent('depth-wise engine', engineEvents('depthwise', 'macs'), {
    value: 0.35,
    range: [0.2, 0.5],
    meaning: 'an 8-bit multiply-accumulate with its share of window and weight registers',
    source: '0.2 to 0.5 pJ (recalled)',
    status: 'assumed',
  }),
  ...digitalEngine('depth-wise engine', 'depthwise'),
};

const capram = (counter: string) => engineEvents('capram', counter);
const capramPaper = 'CAP-RAM (JSSC 2021): 573.4 GOPS at 49.4 TOPS/W';

export const capramPrices = {
  conversion: perEvent('CAP-RAM', capram('adc_conversions'), {
    value: 2.591,
    meaning: 'a column of an operation: charge, sharing, conversion and logic',
    source: `${capramPaper}: 11.61 mW at 35 MHz are 331.6 pJ an operation of 128 columns`,
    scaling: 'own',
    status: 'derived',
  }),
  requantisation: perEvent('CAP-RAM', capram('requantisations'), {
    value: 3,
    meaning: 'an output in 65 nm: 64-bit product, shift and clip',
    source: 'an int32 multiplication of 3.1 pJ at 45 nm (Horowitz 2014)',
    scaling: 'own',
    status: 'assumed',
  }),
  write_cell: perEvent('CAP-RAM', capram('cells_programmed'), {
    value: 0.4,
    meaning: 'writing of a 4-bit cell: four bits of SRAM',
    source: '0.1 pJ a bit, of the order of an SRAM of this size in 65 nm',
    scaling: 'own',
    status: 'assumed',
  }),
} satisfies PriceTable;

export const examplePrices = {} satisfies PriceTable;

const fpirm = (counter: string) => engineEvents('fpirm', counter);
const spimulator =
  'SPIMulator (Bera et al., ACM TECS 2024; Pitt-JonesLab/DWMsimulator), which prints no unit; it matches the 0.1 pJ a write of FPIRM (arXiv 2204.13788)';

const wire = (counter: string, value: number, meaning: string) =>
  perEvent('FPIRM', fpirm(counter), {
    value,
    meaning: `${meaning}, a nanowire that it drives`,
    source: spimulator,
    scaling: 'own',
    status: 'published',
  });

/** What the racetracks themselves take; decoders, buffers and the way to the TCDM were not published. */
export const fpirmPrices = {
  write: wire('write_wires', 0.1, 'write at an access point'),
  read: wire('read_wires', 0.7, 'read at an access point'),
  shift: wire('shift_wires', 0.3, 'shift by one domain'),
  transverse_read: wire(
    'transverse_read_wires',
    0.504676821 + 0.000958797,
    'transverse read and its logic',
  ),
  transverse_write: wire('transverse_write_wires', 0.3, 'transverse write'),
} satisfies PriceTable;
