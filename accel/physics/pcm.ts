import { exponential, naturalLog } from './elementary.js';
import { columnStep, gaussian, gaussianSigma, mix, noiseKey } from './noise.js';

/**
 * Phase-change memory cells: what a programmed 4-bit weight conducts when it is read.
 *
 * A weight w of -8 to 7 is a pair of branches; the one of its sign carries |w| / 8 of the largest
 * conductance, the other is switched off. Then, per cell and fixed for the life of a chip:
 *  - programming misses the target by a normal error;
 *  - conductance drifts by (t / t0)^-nu, with an exponent of its own per cell;
 *  - some cells are stuck, open or fully conducting;
 *  - the bit line loses voltage along its length, so that far rows count less.
 *
 * Sources: error of programming about 5 % of the largest conductance: HERMES (256x256, 8T4R cells).
 * Dependence on the state and drift: the statistical PCM model of IBM's aihwkit
 * (inference/noise/pcm.py, from 10,000 doped-Ge2Sb2Te5 devices): with g relative,
 * sigma = 0.26348 + 1.9650 g - 1.1731 g^2 of 25 uS, nu = -0.0155 ln g + 0.0244 in 0.049..0.1,
 * sigma_nu = -0.0125 ln g - 0.0059 in 0.008..0.045.
 * Limits: a cell that is programmed again to the same weight errs as before; no 1/f noise (white read noise is the
 * converter's); no dependence on temperature; the loss along a line is that of a mean load and does
 * not follow the data; the switched-off branch conducts nothing.
 */
export interface DeviceConfig {
  /** Standard deviation of programming, percent of the largest conductance. */
  readonly program_noise: number;
  /** `flat`, or `state`: the error depends on the conductance; `program_noise` is then that of the largest. */
  readonly program_curve: string;
  readonly drift_seconds: number;
  readonly drift_start: number;
  readonly stuck_low: number;
  readonly stuck_high: number;
  readonly ir_drop: number;
}

/** Conductances are whole multiples of 1/256 of the step between two weights. */
export const conductanceScale = 256;
/** |weight| of the largest conductance. */
const steps = 8;
/** No 16-bit conductance gets larger; 8 steps are 2,048. */
const largest = 32767;

/** Event numbers of the draws of a chip; products count from 0 up, capacitors and converters have -2 and -1. */
const draws = { program: -1024, drift: -2048, stuck: -3072 } as const;

export const hasDevices = (config: DeviceConfig): boolean =>
  config.program_noise > 0 ||
  config.drift_seconds > config.drift_start ||
  config.stuck_low > 0 ||
  config.stuck_high > 0 ||
  config.ir_drop > 0;

interface State {
  /** Of programming, relative to the largest conductance. */
  readonly sigma: number;
  readonly nu: number;
  readonly nuSigma: number;
}

/** The cells of one array. */
export class PcmDevices {
  private readonly states: readonly State[];
  private readonly age: number;

  constructor(
    private readonly config: DeviceConfig,
    private readonly rows: number,
    private readonly cols: number,
    private readonly seed: number,
    private readonly array: number,
  ) {
    this.states = Array.from({ length: steps + 1 }, (_, level) => stateOf(config, level));
    const { drift_seconds: now, drift_start: start } = config;
    this.age = now > start ? naturalLog(now / start) : 0;
  }

  /** Conductance of the pair at column x, row y that holds `weight`, in 1/256 of a step of weights. */
  conductance(x: number, y: number, weight: number): number {
    const place = y * this.cols + x;
    const stuck = this.stuck(place);
    const sign = weight < 0 ? -1 : 1;
    const level = stuck === undefined ? this.programmed(place, weight) : stuck * sign;
    const along = (y + 1) / this.rows;
    const lost = (this.config.ir_drop / 100) * along * (2 - along);
    const value = Math.round(level * (1 - lost) * steps * conductanceScale);
    return Math.max(-largest, Math.min(largest, value));
  }

  /** Relative conductance with its sign, after programming and drift. */
  private programmed(place: number, weight: number): number {
    const { sigma, nu, nuSigma } = this.states[Math.abs(weight)];
    const error = sigma * this.normal(draws.program, weight, place);
    let level = weight / steps + error;
    // A branch cannot conduct less than nothing; without a weight, either may conduct.
    if (weight > 0) level = Math.max(0, level);
    else if (weight < 0) level = Math.min(0, level);
    if (this.age === 0) return level;
    const exponent = Math.max(0, nu + nuSigma * this.normal(draws.drift, weight, place));
    return level * exponential(-exponent * this.age);
  }

  /** 0 or 1 for a cell that does not take what is programmed. */
  private stuck(place: number): number | undefined {
    const { stuck_low: low, stuck_high: high } = this.config;
    if (low === 0 && high === 0) return undefined;
    const key = noiseKey(this.seed, this.array, draws.stuck);
    const percent = ((mix(key + Math.imul(place, columnStep)) >>> 0) / 2 ** 32) * 100;
    if (percent < low) return 0;
    return percent < low + high ? 1 : undefined;
  }

  private normal(draw: number, weight: number, place: number): number {
    const key = noiseKey(this.seed, this.array, draw - weight);
    return gaussian(key, place) / gaussianSigma;
  }
}

function stateOf(config: DeviceConfig, level: number): State {
  const g = level / steps;
  const curve = (at: number): number => 0.26348 + 1.965 * at - 1.1731 * at * at;
  const shape = config.program_curve === 'state' ? curve(g) / curve(1) : 1;
  // An empty branch has the limits of the curve: ln 0 is far below what bounds it.
  const logarithm = level === 0 ? -100 : naturalLog(g);
  return {
    sigma: (config.program_noise / 100) * shape,
    nu: clamp(-0.0155 * logarithm + 0.0244, 0.049, 0.1),
    nuSigma: clamp(-0.0125 * logarithm - 0.0059, 0.008, 0.045),
  };
}

const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, value));
