/** Rules between parameters of different parts; rules of one parameter stand in its row. */
import { OctobarError } from '../../emulator/sim/error.js';
import type { Configuration } from './configuration.js';

interface Rule {
  /** Keys the rule speaks of; it holds when one of them is not in this configuration. */
  readonly keys: readonly string[];
  /** What is wrong and what to do, or undefined when all is well. */
  check(get: (key: string) => number): { reason: string; hint: string } | undefined;
}

const wordBytes = 4;

const rules: readonly Rule[] = [
  {
    keys: ['harts', 'tcdm.masters'],
    check(get) {
      const [harts, masters] = [get('harts'), get('tcdm.masters')];
      if (harts <= masters) return undefined;
      return {
        reason: `${harts} harts do not fit the ${masters} ports of the arbitration trees`,
        hint: `--set tcdm.masters=${2 ** Math.ceil(Math.log2(harts))}`,
      };
    },
  },
  {
    keys: ['tcdm.size', 'tcdm.banks'],
    check(get) {
      const [size, banks] = [get('tcdm.size'), get('tcdm.banks')];
      if (size >= banks * wordBytes) return undefined;
      return {
        reason: `a TCDM of ${size} bytes does not give each of ${banks} banks a word`,
        hint: `choose tcdm.size of at least ${banks * wordBytes}`,
      };
    },
  },
  widePort('ima'),
  widePort('depthwise'),
  widePort('example'),
];

/** One spare lane lets a full-width access of an engine start at any byte. */
function widePort(engine: string): Rule {
  const key = `${engine}.port_bits`;
  return {
    keys: [key, 'tcdm.banks'],
    check(get) {
      const lanes = get(key) / (8 * wordBytes) + 1;
      if (lanes <= get('tcdm.banks')) return undefined;
      return {
        reason: `a port of ${get(key)} bits touches up to ${lanes} banks`,
        hint: `--set tcdm.banks=${2 ** Math.ceil(Math.log2(lanes))}, or choose a narrower port`,
      };
    },
  };
}

export function checkTogether(configuration: Configuration): void {
  for (const rule of rules) {
    if (!rule.keys.every((key) => configuration.schema.keys().includes(key))) continue;
    const broken = rule.check((key) => configuration.number(key));
    if (broken) {
      const values = rule.keys.map((key) => `${key} = ${configuration.get(key)}`).join(', ');
      throw new OctobarError('config', `${broken.reason} (${values})`, { hint: broken.hint });
    }
  }
}
