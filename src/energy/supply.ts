import type { ParameterTable } from '../../emulator/sim/parameters.js';

import { adcFamilies } from './adc.js';
import { nodes } from './scaling.js';

/** Supply and node of the cluster, and those that prices are given for. */
export const supplyParameters = {
  voltage: {
    value: 0.8,
    unit: 'V',
    min: 0.3,
    max: 1.5,
    fractional: true,
    meaning: 'supply; dynamic energy goes with its square, leakage in proportion',
    source: 'typical supply of 22FDX for the power figures of Garofalo 2022 (recalled)',
    status: 'assumed',
  },
  nominal_voltage: {
    value: 0.8,
    unit: 'V',
    min: 0.3,
    max: 1.5,
    fractional: true,
    meaning: 'supply that the prices of the cluster are given for',
    source: '22FDX, 25 C',
    status: 'assumed',
  },
  node: {
    value: nodes.nominal,
    unit: 'nm',
    min: nodes.smallest,
    max: nodes.largest,
    fractional: true,
    meaning:
      'node of the digital part; analog prices, leakage and macros with prices of their own stay',
    source:
      'prices are given for 22 nm; others by Stillmaker and Baas (Integration 2017) at the nominal supply',
    status: 'derived',
  },
  nominal_clock_hz: {
    value: 500_000_000,
    unit: 'Hz',
    min: 1_000_000,
    max: 10_000_000_000,
    meaning:
      'clock that the circuits reach at the nominal supply, in proportion at others; a faster one is remarked upon',
    source:
      '500 MHz is the clock of Garofalo 2022; delay with V^-1.1 in 22 nm (Wang, by way of CiMLoop), here V^-1',
    status: 'assumed',
  },
  adc_family: {
    value: 'own',
    choices: ['own', ...adcFamilies],
    meaning:
      'published family of converters whose cost replaces that of engines that can choose; own: the price of the row itself',
    source: 'own; neurosim: DNN+NeuroSim SAR, zigzag: ZigZag, survey: Accelergy regression',
    status: 'assumed',
  },
} as const satisfies ParameterTable;
