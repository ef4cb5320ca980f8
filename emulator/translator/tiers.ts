import type { TierStats } from '../api.js';
import type { Translator } from './translator.js';

/** Why translated code gave a cycle to the interpreter. */
export const leaveReasons = ['untranslated', 'system', 'outer', 'fetch', 'probe', 'held'] as const;
export type Leaves = Record<(typeof leaveReasons)[number], number>;

/** What `--json` says of the tiers. */
export function tierStats(
  translator: Translator | undefined,
  harts: readonly { readonly instret: number }[],
): TierStats {
  translator?.settle();
  const instructions = harts.reduce((sum, { instret }) => sum + instret, 0);
  const translated = translator?.instructions ?? 0;
  const region = translator?.regions.instructions ?? 0;
  return {
    instructions: { region, translated, interpreted: instructions - translated - region },
    assisted: translator?.assist.count ?? 0,
    leaves: { ...translator?.leaves },
    visits: translator?.visits ?? 0,
    region_visits: translator?.regions.visits ?? 0,
    regions: translator?.regions.translated ?? 0,
    functions: Math.max((translator?.store.infos.length ?? 0) - 3, 0),
    modules: translator?.store.modules ?? 0,
    code_bytes: (translator?.store.codeBytes ?? 0) + (translator?.regions.codeBytes ?? 0),
    dropped: translator?.drops ?? 0,
  };
}
