import type { ParameterTable } from '../../emulator/sim/parameters.js';

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
} as const satisfies ParameterTable;
