import type { Counters } from '../../emulator/sim/unit.js';
import type { Cells } from '../mvm/cells.js';
import type { MvmJob } from '../mvm/job.js';
import { accumulate } from '../mvm/macro.js';
import type { Macro } from '../mvm/macro.js';
import { adcCode } from '../physics/adc.js';
import { dacInput } from '../physics/dac.js';
import type { WeightDomains } from './cells.js';
import { integerProduct } from './costs.js';
import { IntegerUnit } from './integer.js';
import type { FpirmConfig } from './parameters.js';
import { and, fromLanes, shiftLanes, toLanes } from './rows.js';
import type { Row } from './rows.js';
import type { Tally } from './tally.js';
import { primitiveTime } from './timing.js';

/** Wires of a lane of the integer product: sums of 1024 rows of 255 x 8 need 22 bits and a sign. */
export const lane = 32;
const inputBits = 8;

/**
 * Integer products: each bit of an input gates a shifted copy of its row of weights; all copies are reduced from
 * seven rows to three until one addition ends it. Exact, so the converters of the contract are only a scale.
 */
export class RacetrackProduct implements Macro {
  private readonly unit: IntegerUnit;
  private readonly columns: Int32Array;
  private readonly perRow: number;

  constructor(
    private readonly config: FpirmConfig,
    private readonly cells: Cells<WeightDomains>,
    private readonly tally: Tally,
    private readonly clockHz: number,
  ) {
    this.unit = new IntegerUnit(tally.dbc, lane);
    this.perRow = config.wires / lane;
    this.columns = new Int32Array(Math.ceil(config.cols / this.perRow) * this.perRow);
  }

  product(job: MvmJob, tile: number, input: Uint8Array, accumulators: Int32Array): number {
    const { array, x, y, rows } = job.tiles[tile];
    const count = job.outputs * job.columnsPerOutput;
    const weights = this.cells.array(array);
    const groups = Math.ceil(count / this.perRow);
    const cost = integerProduct(rows, inputBits, lane);
    for (let group = 0; group < groups; group++) {
      const first = group * this.perRow;
      const sums = (): bigint[] =>
        Array.from({ length: this.perRow }, (_, c) => {
          if (first + c >= count) return 0n;
          let sum = 0;
          for (let i = 0; i < rows; i++)
            sum += dacInput(input[i], job.inputSigned) * weights.get(x + first + c, y + i);
          return BigInt(sum);
        });
      const row = this.tally.next(
        cost,
        () => this.domains(job, tile, input, weights, first, Math.min(this.perRow, count - first)),
        () =>
          fromLanes(
            sums().map((sum) => BigInt.asUintN(lane, sum)),
            lane,
            this.config.wires,
          ),
      );
      const values = row === undefined ? sums() : this.signed(row);
      for (let c = 0; c < this.perRow; c++) this.columns[first + c] = Number(values[c]);
    }
    if (!this.config.ideal)
      for (let c = 0; c < count; c++) this.columns[c] = adcCode(this.columns[c], job.range);
    accumulate(job, this.columns, accumulators);
    const passes = Math.ceil(groups / this.config.tiles);
    const ns = passes * primitiveTime(cost, this.config);
    return Math.max(1, Math.ceil((ns * this.clockHz) / 1e9));
  }

  counters(): Counters {
    return {};
  }

  reset(): void {}

  save(): unknown {
    return null;
  }

  restore(): void {}

  private signed(row: Row): bigint[] {
    return toLanes(row, lane, this.config.wires).map((value) => BigInt.asIntN(lane, value));
  }

  /** Rows of weights are read one after the other, one domain apart; their gated copies are summed. */
  private domains(
    job: MvmJob,
    tile: number,
    input: Uint8Array,
    weights: WeightDomains,
    first: number,
    count: number,
  ): Row {
    const { unit } = this;
    const { x, y, rows } = job.tiles[tile];
    const { dbc } = this.tally;
    const copies: Row[] = [];
    let negative = 0;
    for (let i = 0; i < rows; i++) {
      const stored = Array.from({ length: count }, (_, c) =>
        BigInt.asUintN(lane, BigInt(weights.get(x + first + c, y + i))),
      );
      const row = fromLanes(stored, lane, this.config.wires);
      dbc.counts.shifts++;
      dbc.counts.reads++;
      for (let bit = 0; bit < inputBits; bit++) {
        const copy = shiftLanes(row, bit, lane, this.config.wires);
        const set = ((input[i] >> bit) & 1) === 1;
        // The top bit of a signed input counts negative: complement here, the ones for it at the end.
        const minus = job.inputSigned && bit === inputBits - 1;
        if (set && minus) negative++;
        copies.push(!set ? unit.zero() : minus ? unit.complement(copy) : copy);
      }
    }
    copies.push(unit.number(BigInt(negative)));
    return and(unit.addMany(copies), unit.number(-1n));
  }
}
