/** `octobar-stats/1`: everything a run has to say, as JSON. Described by docs/stats-schema.json. */
import type { HartStats, MachineStats, TierStats } from '../../emulator/api.js';
import type { OctobarError } from '../../emulator/sim/error.js';
import type { ErrorCode } from '../../emulator/sim/error.js';
import type { Configuration, ConfigValues } from '../config/index.js';
import { energyOf } from '../energy/index.js';
import type { EnergyReport } from '../energy/index.js';
import type { AreaReport } from '../area/index.js';
import { areaOfMachine } from './area.js';
import type { Metric } from './metrics.js';
import { pricesOf } from './prices.js';
import type { RegionRow } from './regions.js';

export const statsSchema = 'octobar-stats/1';

/** What every text says beside cycles that are no times. */
export const functionalNote = 'FUNCTIONAL timing: one cycle an instruction, cycles are no times';

/** How the run stands: still going, ended by the guest, or ended by an error. */
export type End =
  | { reason: 'none' }
  | { reason: 'exit'; hart: number }
  | {
      reason: 'error';
      code: ErrorCode;
      message: string;
      hart?: number;
      pc?: number;
      symbol?: string;
      address?: number;
      cycle?: number;
    };

export interface ImageInfo {
  /** File name without folders. */
  name: string;
  bytes: number;
  sha256: string;
}

export interface Stats {
  schema: typeof statsSchema;
  versions: { octobar: string };
  preset: string;
  /** Engine in each accelerator slot, null for an empty one. */
  slots: (string | null)[];
  isa: string;
  /** `functional`: cycles count instructions and are no times. */
  timing: string;
  seed: number;
  images: ImageInfo[];
  /** The guest's exit code, or the exit status of the error; null while the run goes on. */
  exit_code: number | null;
  end: End;
  cycles: number;
  clock_hz: number;
  harts: ({ hart: number } & HartStats)[];
  /** Sums over the harts. */
  total: HartStats;
  icache: MachineStats['icache'];
  tcdm: MachineStats['tcdm'];
  events: MachineStats['events'];
  dma: MachineStats['dma'];
  engines: MachineStats['engines'];
  energy: EnergyReport;
  /** Die area by part; it does not depend on the run. */
  area: AreaReport;
  regions: RegionRow[];
  /** Who executed the instructions: a matter of speed, results and cycles are the same. */
  tier: TierStats;
  /** Figures that the guest reported by `octobar_metric`. */
  metrics: Metric[];
  config: ConfigValues;
}

export interface StatsSources {
  readonly machine: MachineStats;
  readonly tier: TierStats;
  readonly configuration: Configuration;
  readonly version: string;
  readonly seed: number;
  readonly images: readonly ImageInfo[];
  readonly outcome: { exitCode: number | null; end: End };
  readonly regions: readonly RegionRow[];
  readonly metrics: readonly Metric[];
}

export function buildStats(sources: StatsSources): Stats {
  const { machine, configuration, outcome } = sources;
  return {
    schema: statsSchema,
    versions: { octobar: sources.version },
    preset: configuration.preset.name,
    slots: [...configuration.engines],
    isa: String(configuration.get('isa')),
    timing: String(configuration.get('timing.mode')),
    seed: sources.seed,
    images: [...sources.images],
    exit_code: outcome.exitCode,
    end: outcome.end,
    cycles: machine.cycles,
    clock_hz: configuration.number('clock_hz'),
    harts: machine.harts.map((hart, index) => ({ hart: index, ...hart })),
    total: machine.total,
    icache: machine.icache,
    tcdm: machine.tcdm,
    events: machine.events,
    dma: machine.dma,
    engines: machine.engines,
    energy: energyOf(machine, pricesOf(configuration)),
    area: areaOfMachine(configuration),
    regions: [...sources.regions],
    tier: sources.tier,
    metrics: [...sources.metrics],
    config: configuration.toJSON(),
  };
}

export function errorEnd(error: OctobarError): End {
  const { hart, pc, symbol, address, cycle } = error.context;
  return {
    reason: 'error',
    code: error.code,
    message: error.reason,
    ...(hart === undefined ? {} : { hart }),
    ...(pc === undefined ? {} : { pc }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(address === undefined ? {} : { address }),
    ...(cycle === undefined ? {} : { cycle }),
  };
}
