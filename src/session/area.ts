import { areaOf } from '../area/index.js';
import type { AreaReport } from '../area/index.js';
import { areaParts } from '../config/index.js';
import type { Configuration } from '../config/index.js';

const known = new WeakMap<Configuration, AreaReport>();

/** What the machine of a configuration takes of a die. */
export function areaOfMachine(configuration: Configuration): AreaReport {
  const report = known.get(configuration) ?? addUp(configuration);
  known.set(configuration, report);
  return report;
}

function addUp(configuration: Configuration): AreaReport {
  const statuses = new Map(configuration.provenance().map(({ key, status }) => [key, status]));
  return areaOf(
    areaParts(configuration.engines),
    (key) => configuration.number(key),
    (key, area) => statuses.get(key) ?? area.status,
  );
}
