/** The modes of a macro for each product of a model: what a calibration on validation pictures chooses. */
import { OctobarError } from '../../emulator/sim/error.js';
import { capramModes, osahcimModes, yolocModes } from './modes.js';
import type { Mode } from './modes.js';
import type { CellFormat } from './cells.js';
import type { Model } from './model.js';
import type { Product } from './products.js';
import type { Target } from './target.js';

/** By product name, or `all`. Steps are in sixteenths; see the registers of each macro. */
export interface Tuning {
  /** Rows of a tile; absent: as many as an array has. */
  readonly tileRows?: number;
  readonly step?: Readonly<Record<string, number>>;
  /** OSA-HCIM: 0 digital, 5 to 10 a fixed boundary, or thresholds of saliency behind its shift. */
  readonly boundary?: Readonly<Record<string, number | readonly number[]>>;
  /** Crossbar: largest sum of a column that its converter must hold. */
  readonly largest?: Readonly<Record<string, number>>;
}

/** How a product runs. */
export interface Setting {
  readonly format: CellFormat;
  readonly modes: readonly Mode[];
  readonly adc: { readonly m: number; readonly r: number };
  /** What one of the sums that come out is worth in (input step x weight step). */
  readonly unit: number;
}

/** A slope of one: sums as they are. */
const unitSlope = { m: 2, r: 1 } as const;
const stepUnit = 16;

const of = <T>(table: Readonly<Record<string, T>> | undefined, name: string, otherwise: T): T =>
  table?.[name] ?? table?.['all'] ?? otherwise;

/** @throws OctobarError `config` when the macro cannot run such weights */
export function settingOf(product: Product, model: Model, target: Target, tuning: Tuning): Setting {
  const { name } = product;
  const contract: CellFormat = { bits: model.weightBits === 8 ? 8 : 4, own: false };
  if (target.engine === 'capram' && model.inputLevels === 7) {
    const bits = model.weightBits;
    const step = of(tuning.step, name, stepUnit);
    return {
      format: { bits, own: true },
      modes: capramModes({
        WEIGHT_WIDTH: bits,
        ENCODING: Number(bits === 1),
        INPUT_LEVELS: 1,
        ADC_STEP: step,
      }),
      adc: unitSlope,
      // Codes come out, but exact sums where circuits are ideal
      unit: target.ideal ? 1 : step / stepUnit,
    };
  }
  if (model.weightBits !== 8 && (model.weightBits > 4 || model.weightBits === 1))
    throw new OctobarError(
      'config',
      `${target.engine} has no cells for weights of ${model.weightBits} bits`,
      {
        hint: 'weights of 2, 3, 4 and 8 bits run on every macro, of 1 to 6 bits on capram',
      },
    );
  const setting = { format: contract, modes: [], adc: unitSlope, unit: 1 };
  switch (target.engine) {
    case 'capram':
      return {
        ...setting,
        modes: capramModes({
          WEIGHT_WIDTH: 0,
          ENCODING: 0,
          INPUT_LEVELS: 0,
          ADC_STEP: of(tuning.step, name, stepUnit),
        }),
      };
    case 'yoloc':
      return { ...setting, modes: yolocModes({ ADC_STEP: of(tuning.step, name, stepUnit) }) };
    case 'osahcim':
      return {
        ...setting,
        modes: boundaryModes(of(tuning.boundary, name, 0), of(tuning.step, name, 896)),
      };
    default:
      return { ...setting, ...slope(target, of(tuning.largest, name, 0)) };
  }
}

function boundaryModes(boundary: number | readonly number[], step: number): Mode[] {
  if (typeof boundary === 'number') {
    const digital = boundary === 0;
    return osahcimModes({
      BOUNDARY_MODE: digital ? 2 : 1,
      BOUNDARY: digital ? 8 : boundary,
      ADC_STEP: step,
    });
  }
  const [shift, ...thresholds] = boundary;
  return osahcimModes({
    BOUNDARY_MODE: 0,
    OSE_SHIFT: shift!,
    ...Object.fromEntries(thresholds.map((value, i) => [`OSE_THRESHOLD_${i}`, value])),
    ADC_STEP: step,
  });
}

/** The converter's range ends where the largest sum does. */
function slope({ adcBits, ideal }: Target, largest: number): Pick<Setting, 'adc' | 'unit'> {
  if (ideal || largest === 0) return { adc: unitSlope, unit: 1 };
  const r = 24;
  const m = Math.max(1, Math.round(((2 ** (adcBits - 1) - 1) / largest) * 2 ** r));
  return { adc: { m, r }, unit: 2 ** r / m };
}
