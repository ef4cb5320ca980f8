import { isaExtensions } from './isa/table.js';
import type { ConfigOf, ParameterTable } from './sim/parameters.js';
import type { clusterControlParameters, timerParameters } from './peripherals/index.js';
import type { dmaParameters } from './dma/index.js';
import type { eventParameters } from './event/index.js';
import type { timingParameters } from './hart/timing.js';
import type { icacheParameters } from './icache/parameters.js';
import type {
  busParameters,
  controllerParameters,
  l2Parameters,
  tcdmParameters,
} from './interconnect/parameters.js';

/** Keys without a prefix: the cluster as a whole. */
export const clusterParameters = {
  harts: {
    value: 8,
    unit: 'hart',
    min: 1,
    max: 16,
    meaning: 'harts of the cluster',
    source: 'Garofalo 2022 (JETCAS): eight cores',
    status: 'published',
  },
  clock_hz: {
    value: 500e6,
    unit: 'Hz',
    min: 1e3,
    max: 1e10,
    meaning: 'clock of the cluster; turns analog times into cycles and cycles into seconds',
    source: 'the only clock at which 958 GOPS and 130 ns a job agree (68.4 cycles a job)',
    status: 'derived',
  },
  isa: {
    value: 'rv32imc_xcv',
    choices: Object.keys(isaExtensions),
    meaning: 'instruction set of the harts; rv32imc_xcv adds all CORE-V extensions of CV32E40P',
    source: 'Garofalo 2022: RV32IMC with PULP extensions',
    status: 'published',
  },
  cluster_id: {
    value: 0,
    unit: '',
    min: 0,
    max: 31,
    meaning: 'cluster number in mhartid = cluster << 5 | hart',
    source: 'PULP convention: the first cluster is 0',
    status: 'published',
  },
  engine: {
    value: 'auto',
    choices: ['auto', 'interpreter', 'eager'],
    meaning:
      'who executes instructions: auto translates hot code to WebAssembly, interpreter none, eager all code at once; results and cycles are the same',
    source: 'a property of the emulator, not of the hardware',
    status: 'assumed',
  },
  translate_after: {
    value: 100_000,
    unit: 'instruction',
    min: 0,
    max: 1e15,
    meaning:
      'engine=auto: what is interpreted before anything is translated, so that short runs do not wait for it; 0 also lets translation cost what it may; results and cycles are the same',
    source:
      'to begin with translated code costs the host more than to interpret these; most programs are longer',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

/** Everything `createMachine` needs, accelerators apart. */
export interface MachineConfig extends ConfigOf<typeof clusterParameters> {
  /** Seed of whatever is random in an engine. Default 1. */
  seed?: number;
  timing: ConfigOf<typeof timingParameters>;
  tcdm: ConfigOf<typeof tcdmParameters>;
  l2: ConfigOf<typeof l2Parameters>;
  bus: ConfigOf<typeof busParameters>;
  icache: ConfigOf<typeof icacheParameters>;
  event: ConfigOf<typeof eventParameters>;
  dma: ConfigOf<typeof dmaParameters>;
  timer: ConfigOf<typeof timerParameters>;
  control: ConfigOf<typeof clusterControlParameters>;
  controller: ConfigOf<typeof controllerParameters>;
}
