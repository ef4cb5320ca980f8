import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import { adcLimits } from '../physics/adc.js';
import type { AdcRange } from '../physics/adc.js';
import type { Requantisation } from '../physics/requantise.js';
import { J, macroJobBase, macroJobWords } from './registers.js';

export const maxRowTiles = 16;

/** Cells as the driver tiles them: 4-bit cells, whatever the macro stores them in. */
export interface ArrayShape {
  /** Name of the engine, as in `--set <name>.arrays`. */
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly arrays: number;
  /** Most outputs of a pixel: one a column, more where a macro packs narrower weights. */
  readonly outputs: number;
}

/** A rectangle of cells: `rows` inputs from row `y` on, outputs from column `x` on. */
export interface RowTile {
  readonly array: number;
  readonly x: number;
  readonly y: number;
  readonly rows: number;
}

/** A job as its registers say it, decoded once at the start. */
export interface MvmJob extends Requantisation {
  readonly pixels: number;
  /** Outputs of a pixel. */
  readonly outputs: number;
  /** Columns of cells for one output: 1, or 2 with 8-bit weights. */
  readonly columnsPerOutput: number;
  readonly tiles: readonly RowTile[];
  readonly inputSigned: boolean;
  readonly range: AdcRange;
  readonly requantise: boolean;
  /** The 32-bit sums themselves are the output. */
  readonly raw: boolean;
  /** The macro's own registers of this context, by word from `macroJobBase` on. */
  readonly own: Int32Array;
  readonly mulAddress: number;
  readonly biasAddress: number;
}

export function tilesOf(job: JobRegisters): RowTile[] {
  const first = {
    array: job[J.ARRAY],
    x: job[J.J_START_X],
    y: job[J.J_START_Y],
    rows: job[J.J_HIGHT],
  };
  const tiles: RowTile[] = [first];
  const count = Math.min(job[J.ROW_TILES], maxRowTiles);
  for (let k = 1; k < count; k++) {
    const place = job[J.TILE_PLACE + 2 * k];
    tiles.push({
      array: place >>> 24,
      x: place & 0xfff,
      y: (place >>> 12) & 0xfff,
      rows: job[J.TILE_ROWS + 2 * k],
    });
  }
  return tiles;
}

/** Bytes that a pixel of the job writes. */
export const outputBytes = (job: MvmJob): number => (job.raw ? 4 : 1) * job.outputs;

export function decodeJob(job: JobRegisters): MvmJob {
  return {
    pixels: job[J.NUM_JOBS],
    outputs: job[J.J_WIDTH],
    columnsPerOutput: job[J.WEIGHT_BITS] === 8 ? 2 : 1,
    tiles: tilesOf(job),
    inputSigned: job[J.INPUT_SIGNED] === 1,
    range: { m: job[J.ADC_M], r: job[J.ADC_R] },
    requantise: job[J.REQUANT] === 1,
    raw: job[J.REQUANT] === 2,
    own: job.slice(macroJobBase >> 2, (macroJobBase >> 2) + macroJobWords),
    mulAddress: job[J.MUL_ADDR],
    biasAddress: job[J.BIAS_ADDR],
    shift: job[J.SHIFT],
    lo: job[J.CLIP_LO],
    hi: job[J.CLIP_HI],
  };
}

/** Columns of cells that the outputs take: one each, or two with 8-bit weights. */
const columnsOf = (job: JobRegisters): number => job[J.J_WIDTH] * (job[J.WEIGHT_BITS] / 4);

/**
 * Refuses a job that the hardware could not run, naming the register.
 * @param columns columns of cells that the outputs take
 */
export function checkJob(job: JobRegisters, shape: ArrayShape, columns = columnsOf(job)): void {
  const within = (name: keyof typeof J, low: number, high: number): void => {
    const value = job[J[name]];
    if (value < low || value > high)
      throw refuse(shape.name, name, value, low === high ? `${low}` : `${low} to ${high}`);
  };
  within('NUM_JOBS', 1, 2 ** 31 - 1);
  within('ROW_TILES', 1, maxRowTiles);
  within('SRC_TILE_STRIDE', 0, 0);
  within('INPUT_SIGNED', 0, 1);
  within('REQUANT', 0, 2);
  within('ADC_M', 0, adcLimits.maxM);
  within('ADC_R', adcLimits.minR, adcLimits.maxR);
  within('J_WIDTH', 1, shape.outputs);
  within('JOB_LINE_LENGTH', 1, 2 ** 31 - 1);
  within('JOB_FEAT_LENGTH', 1, 2 ** 31 - 1);
  within('ALPHA_IN_LENGTH', 0, 2 ** 31 - 1);
  within('ALPHA_OUT_LENGTH', 0, 2 ** 31 - 1);
  const bits = job[J.WEIGHT_BITS];
  if (bits !== 4 && bits !== 8) throw refuse(shape.name, 'WEIGHT_BITS', bits, '4 or 8');
  if (job[J.REQUANT] === 1) {
    within('SHIFT', 1, 62);
    within('CLIP_LO', -128, 255);
    within('CLIP_HI', job[J.CLIP_LO], 255);
  }
  for (const [k, tile] of tilesOf(job).entries()) checkTile(tile, k, columns, shape);
}

function checkTile(tile: RowTile, k: number, columns: number, shape: ArrayShape): void {
  const { array, x, y, rows } = tile;
  const { name } = shape;
  if (array < 0 || array >= shape.arrays)
    throw misuse(
      `${name}: row tile ${k} lies in array ${array}, there are ${shape.arrays}`,
      -1,
      `set ARRAY or TILE_PLACE, or configure more arrays with --set ${name}.arrays=n`,
    );
  if (rows < 1 || x < 0 || y < 0 || y + rows > shape.rows || x + columns > shape.cols)
    throw misuse(
      `${name}: row tile ${k} (${rows} rows from ${y}, ${columns} columns from ${x}) does not fit an array of ${shape.rows} x ${shape.cols}`,
      -1,
      'tile the layer by the ROWS and COLS of the capability block',
    );
}

const refuse = (engine: string, name: string, value: number, legal: string): Error =>
  misuse(`${engine}: ${name} is ${value}`, -1, `legal: ${legal}`);
