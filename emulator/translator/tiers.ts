import type { TierStats } from '../api.js';
import type { MachineConfig } from '../parameters.js';
import { isFunctional } from '../functional.js';
import { wasmHost } from '../wasm/index.js';
import { MAX_HARTS } from './layout.js';
import type { Translator } from './translator.js';

/** Why translated code gave a cycle to the interpreter. */
export const leaveReasons = ['untranslated', 'system', 'outer', 'fetch', 'probe', 'held'] as const;
export type Leaves = Record<(typeof leaveReasons)[number], number>;

/** Why translated code is not used: in a whole run, while somebody looks at it, or for one hart. */
export type OffReason =
  | 'engine'
  | 'functional'
  | 'xpulpv2'
  | 'harts'
  | 'host'
  | 'short'
  | 'trace'
  | 'profile'
  | 'controller';

/** What of a configuration keeps translated code off. */
export function offReasons(config: MachineConfig, pulp: boolean): OffReason[] {
  const { present } = config.controller;
  const reasons: readonly (readonly [OffReason, boolean])[] = [
    ['engine', config.engine === 'interpreter'],
    // No banks to arbitrate.
    ['functional', isFunctional(config.timing)],
    // Loops of RI5CY have rules of their own.
    ['xpulpv2', pulp],
    ['harts', config.harts + (present ? 1 : 0) > MAX_HARTS],
    ['host', wasmHost() === undefined],
    ['controller', present],
  ];
  return reasons.flatMap(([reason, holds]) => (holds ? [reason] : []));
}

/** What `--json` says of the tiers. */
export function tierStats(
  engine: string,
  off: Iterable<OffReason>,
  translator: Translator | undefined,
  harts: readonly { readonly instret: number }[],
): TierStats {
  translator?.settle();
  const total = harts.reduce((sum, { instret }) => sum + instret, 0);
  const region = translator?.regions.instructions ?? 0;
  // What harts did ahead of a stop is counted, and then taken back.
  const translated = Math.min(translator?.instructions ?? 0, total - region);
  const instructions = { region, translated, interpreted: total - translated - region };
  const share = (count: number): number => (total === 0 ? 0 : count / total);
  return {
    engine,
    off: [...off, ...(translator?.waits ? ['short'] : [])],
    regions_off: translator?.regions.off ?? null,
    instructions,
    shares: {
      region: share(region),
      translated: share(translated),
      interpreted: share(instructions.interpreted),
    },
    assisted: translator?.assist.count ?? 0,
    leaves: { ...translator?.leaves },
    visits: translator?.visits ?? 0,
    region_visits: translator?.regions.visits ?? 0,
    regions: translator?.regions.translated ?? 0,
    phases: { ...translator?.phases.ends },
    phase_cycles: translator?.phases.cycles ?? 0,
    functions: Math.max((translator?.store.infos.length ?? 0) - 3, 0),
    modules: translator?.store.modules ?? 0,
    code_bytes: (translator?.store.codeBytes ?? 0) + (translator?.regions.codeBytes ?? 0),
    dropped: translator?.drops ?? 0,
  };
}
