/** What a macro does to products, and what it takes: the figures that papers about macros print. */
import { productCycles } from '../../accel/ima/ima.js';
import { OctobarError } from '../../emulator/sim/error.js';
import { engineParts } from '../config/index.js';
import type { Configuration, Settings } from '../config/index.js';
import { areaOfMachine } from '../session/area.js';
import { configure, openArrays, pricesOf } from '../session/index.js';
import type { ProvenanceRow, SessionOptions } from '../session/index.js';
import { costOf } from './cost.js';
import type { Cost } from './cost.js';
import { Workload } from './workload.js';
import type { WorkloadOptions } from './workload.js';
import { errorOf } from './statistics.js';
import type { ErrorFigures } from './statistics.js';

export const macroReportSchema = 'octobar-macro-report/1';

export interface MacroReport {
  readonly schema: typeof macroReportSchema;
  readonly preset: string;
  readonly macros: readonly string[];
  readonly seed: number;
  readonly workload: { readonly products: number; readonly inputs: string };
  readonly geometry: {
    readonly rows: number;
    readonly cols: number;
    readonly dac_bits: number;
    readonly adc_bits: number;
  };
  /** Largest sum of the calibration products, in steps of input times steps of weight: the end of the range. */
  readonly full_scale: number;
  /** Everything at work. */
  readonly error: ErrorFigures;
  /** Each circuit that is not ideal alone, all others ideal. */
  readonly circuits: readonly ({ readonly name: string } & ErrorFigures)[];
  /** How often each code of the converters came, the lowest first. */
  readonly histogram: { readonly lowest: number; readonly counts: readonly number[] };
  readonly cost: Cost;
  /** The parameters of the macro that are not the default, with where they are from. */
  readonly parameters: readonly ProvenanceRow[];
}

export interface MacroOptions extends WorkloadOptions {
  readonly session: SessionOptions;
}

/** All that is not exact, switched off; 12 bits are the finest converter. */
const ideal = {
  'ima.program_noise': 0,
  'ima.drift_seconds': 0,
  'ima.stuck_low': 0,
  'ima.stuck_high': 0,
  'ima.ir_drop': 0,
  'ima.read_noise': 0,
  'ima.adc_transfer': '',
  'ima.dac_bits': 8,
  'ima.adc_bits': 12,
} satisfies Settings;

/** What of `ideal` each circuit takes back. */
const circuits: readonly (readonly [name: string, keys: readonly (keyof typeof ideal)[]])[] = [
  ['row converters', ['ima.dac_bits']],
  ['programming', ['ima.program_noise']],
  ['drift', ['ima.drift_seconds']],
  ['stuck cells', ['ima.stuck_low', 'ima.stuck_high']],
  ['bit lines', ['ima.ir_drop']],
  ['noise and steps of column converters', ['ima.read_noise']],
  ['transfer and steps of column converters', ['ima.adc_transfer']],
  ['steps of column converters', ['ima.adc_bits']],
];

/** @throws OctobarError `config` for a machine without an IMA */
export function characterise({ session, ...options }: MacroOptions): MacroReport {
  const configuration = configure(session);
  if (!configuration.engines.includes('ima'))
    throw new OctobarError('config', `preset ${configuration.preset.name} has no IMA`, {
      hint: 'a macro of your own goes behind the ima engine: --preset garofalo2022',
    });
  const config = configuration.of(engineParts.ima);
  if (config.ideal)
    throw new OctobarError('config', 'with ima.ideal=true there is nothing to characterise', {
      hint: 'leave it out',
    });
  const workload = new Workload(config, options);
  const measure = (changed: Settings) => {
    const opened = { ...session, set: { ...session.set, ...changed } };
    const arrays = openArrays(opened);
    const bits = Number(configure(opened).get('ima.adc_bits'));
    return workload.run(arrays, bits);
  };
  const present = ([, keys]: (typeof circuits)[number]): boolean =>
    keys.some((key) => configuration.get(key) !== ideal[key]);
  const whole = measure({});
  return {
    schema: macroReportSchema,
    preset: configuration.preset.name,
    macros: (session.macros ?? []).map(({ name }) => name),
    seed: session.seed ?? 1,
    workload: { products: workload.products, inputs: options.inputs },
    geometry: {
      rows: config.rows,
      cols: config.cols,
      dac_bits: config.dac_bits,
      adc_bits: config.adc_bits,
    },
    full_scale: workload.fullScale,
    error: errorOf(whole, workload.fullScale),
    circuits: circuits.filter(present).map(([name, keys]) => {
      const own = Object.fromEntries(keys.map((key) => [key, configuration.get(key)]));
      const outcome = measure({ ...ideal, ...own, ...noiseOf(keys, configuration) });
      return { name, ...errorOf(outcome, workload.fullScale) };
    }),
    histogram: whole.histogram,
    cost: costOf(
      whole.counters,
      workload.products,
      productCycles(config, configuration.number('clock_hz')),
      configuration,
      pricesOf(configuration),
      areaOfMachine(configuration),
    ),
    parameters: configuration
      .provenance()
      .filter(({ key, origin }) => /^(energy\.|area\.)?ima\./.test(key) && origin !== 'default'),
  };
}

/** Noise is told in codes of the converter it is in: it stays in the converter's own steps. */
const noiseOf = (keys: readonly string[], configuration: Configuration): Settings =>
  keys.some((key) => key === 'ima.read_noise' || key === 'ima.adc_transfer')
    ? { 'ima.adc_bits': configuration.get('ima.adc_bits') }
    : {};
