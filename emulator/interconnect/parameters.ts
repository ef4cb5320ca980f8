import type { ParameterTable } from '../sim/parameters.js';

export const tcdmParameters = {
  size: {
    value: 512 * 1024,
    unit: 'byte',
    min: 4096,
    max: 1024 * 1024,
    powerOfTwo: true,
    meaning: 'size of the tightly coupled data memory',
    source: 'Garofalo 2022 (JETCAS), cluster configuration',
    status: 'published',
  },
  banks: {
    value: 32,
    unit: 'bank',
    min: 1,
    max: 256,
    powerOfTwo: true,
    meaning: 'word-interleaved banks: bank = (address / 4) mod banks',
    source: 'Garofalo 2022 (JETCAS), cluster configuration',
    status: 'published',
  },
  arbitration: {
    value: 'fair',
    choices: ['fair', 'round-robin'],
    meaning: 'how the arbiter of a bank moves its pointer after a grant',
    source:
      "fair: today's PULP tcdm_interconnect; round-robin: its predecessor XBAR_TCDM; both measured on RTL",
    status: 'derived',
  },
  masters: {
    value: 8,
    unit: 'port',
    min: 1,
    max: 32,
    powerOfTwo: true,
    meaning: "hart ports of each bank's arbitration tree, at least the number of harts",
    source: 'the crossbar whose grants were measured has 8',
    status: 'derived',
  },
} as const satisfies ParameterTable;

export const l2Parameters = {
  size: {
    value: 2 * 1024 * 1024,
    unit: 'byte',
    min: 64 * 1024,
    max: 64 * 1024 * 1024,
    powerOfTwo: true,
    meaning: 'size of the memory outside the cluster, code and constants',
    source: 'room for the block images; the PULP chip has 512 kB',
    status: 'assumed',
  },
  latency: {
    value: 10,
    unit: 'cycle',
    min: 1,
    max: 1000,
    meaning: 'cycles of a load or store of a hart to L2',
    source: 'DORY hardware description of GAP8 and PULP (L2 latency 10)',
    status: 'published',
  },
} as const satisfies ParameterTable;

export const busParameters = {
  peripheral_latency: {
    value: 4,
    unit: 'cycle',
    min: 1,
    max: 1000,
    meaning: 'cycles of an access to a cluster peripheral through the peripheral bus',
    source: 'comment in the GVSoC IMA model: four cycles through the peripheral bus',
    status: 'assumed',
  },
  fast_port_latency: {
    value: 1,
    unit: 'cycle',
    min: 1,
    max: 1000,
    meaning: 'cycles of an access through the direct link to event unit and DMA',
    source: 'event-unit RTL measurement: a plain access over the direct link costs 1',
    status: 'derived',
  },
  soc_latency: {
    value: 10,
    unit: 'cycle',
    min: 1,
    max: 1000,
    meaning: 'cycles of an access to a peripheral outside the cluster',
    source: 'same path as L2',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

/** The hart outside the cluster that boots it, with its chip around it (preset `pulp-open`). */
export const controllerParameters = {
  present: {
    value: false,
    meaning:
      'the machine has a controller hart that boots the cluster, and the PULP chip around it; without it all harts of the cluster start at the entry',
    source: 'PULP chip: the fabric controller; the cluster of Garofalo 2022 stands alone',
    status: 'published',
  },
  cluster_id: {
    value: 31,
    unit: '',
    min: 0,
    max: 31,
    meaning: 'cluster number in the mhartid of the controller',
    source: 'pulp-runtime properties.h, ARCHI_FC_CID',
    status: 'published',
  },
  l2_latency: {
    value: 2,
    unit: 'cycle',
    min: 1,
    max: 1000,
    meaning: 'cycles of a load or store of the controller to L2',
    source: 'the controller sits at the L2 interconnect of the chip; its cycles were not measured',
    status: 'assumed',
  },
  soc_latency: {
    value: 8,
    unit: 'cycle',
    min: 1,
    max: 1000,
    meaning: 'cycles of an access of the controller to a peripheral of the chip',
    source: 'gvsoc-pulp pulp_open/soc.py: the APB router has a latency of 8',
    status: 'derived',
  },
  cluster_latency: {
    value: 14,
    unit: 'cycle',
    min: 1,
    max: 1000,
    meaning:
      'cycles of an access of the controller to the TCDM or a peripheral of the cluster; it does not contend for banks',
    source: 'gvsoc-pulp pulp_open: AXI router 12, cluster router 2',
    status: 'derived',
  },
} as const satisfies ParameterTable;
