import type { ParameterTable } from '../../emulator/sim/parameters.js';

import { adcFamilies } from './adc.js';

/** The supply of the cluster, and the one that prices are given for. */
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
  adc_family: {
    value: 'own',
    choices: ['own', ...adcFamilies],
    meaning:
      'published family of converters whose cost replaces that of engines that can choose; own: the price of the row itself',
    source: 'own; neurosim: DNN+NeuroSim SAR, zigzag: ZigZag, survey: Accelergy regression',
    status: 'assumed',
  },
} as const satisfies ParameterTable;
