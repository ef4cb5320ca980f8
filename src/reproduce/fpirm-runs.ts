/** Runs behind `reproduce fpirm`: single operations on a cluster, and steps of training. */
import { addPrimitives, Dbc, noPrimitives } from '../../accel/fpirm/dbc.js';
import type { Primitives } from '../../accel/fpirm/dbc.js';
import { wiresOf } from '../../accel/fpirm/costs.js';
import { FloatUnit } from '../../accel/fpirm/float.js';
import type { FloatFormat } from '../../accel/fpirm/float-format.js';
import { IntegerUnit } from '../../accel/fpirm/integer.js';
import { fpirmParameters } from '../../accel/fpirm/parameters.js';
import { fromLanes } from '../../accel/fpirm/rows.js';
import { primitiveTime } from '../../accel/fpirm/timing.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { fpirmPrices } from '../energy/index.js';
import type { LabelledPictures } from '../datasets/index.js';
import { infer, train } from '../lenet/index.js';

export type Profile = 'micro-operation' | 'command';

/** What one operation on a row took, counted domain by domain. */
export interface Operation {
  readonly counts: Readonly<Primitives>;
  /** Numbers worked on at once. */
  readonly lanes: number;
}

const { wires, domains } = defaultsOf(fpirmParameters);
const cluster = (): Dbc => new Dbc({ wires, domains });

/** 8-bit numbers of the lanes, different ones in each. */
const someNumbers = (lanes: number, factor: number): bigint[] =>
  Array.from({ length: lanes }, (_, lane) => BigInt((lane * factor + 3) % 256));

export function integerOperation(kind: 'add' | 'multiply'): Operation {
  const lane = kind === 'add' ? 8 : 16;
  const unit = new IntegerUnit(cluster(), lane);
  const lanes = wires / lane;
  const rowOf = (factor: number) => fromLanes(someNumbers(lanes, factor), lane, wires);
  if (kind === 'add') unit.add([7, 11, 13, 17, 19].map(rowOf));
  else unit.multiply(rowOf(7), rowOf(11), 8);
  return { counts: { ...unit.dbc.counts }, lanes };
}

/** A multiplication and an addition. */
export function multiplyAdd(format: FloatFormat): Operation {
  const dbc = cluster();
  const unit = new FloatUnit(dbc, format);
  const one = format.name === 'fp32' ? 0x3f800000 : 0x3f80;
  const rowOf = (offset: number) =>
    fromLanes(
      Array.from({ length: unit.lanes }, (_, lane) => BigInt(one + 5 * lane + offset)),
      format.lane,
      wires,
    );
  const product = unit.multiply(rowOf(1), rowOf(2));
  unit.add(product, rowOf(3));
  return { counts: { ...dbc.counts }, lanes: unit.lanes };
}

export const without = (counts: Readonly<Primitives>, some: Readonly<Primitives>): Primitives => {
  const rest = noPrimitives();
  addPrimitives(rest, counts);
  addPrimitives(rest, some, -1);
  return rest;
};

export const nanoseconds = (counts: Readonly<Primitives>, profile: Profile): number =>
  primitiveTime(counts, { ...defaultsOf(fpirmParameters), profile });

export const memoryCycles = (counts: Readonly<Primitives>, profile: Profile): number =>
  nanoseconds(counts, profile) / defaultsOf(fpirmParameters).cycle_ns;

/**
 * pJ of an operation on a row.
 * @param all every primitive is paid for all wires of the row, not only for those that it drives
 */
export function picojoules({ counts, lanes }: Operation, all = false): number {
  const prices = fpirmPrices;
  const events = all
    ? {
        reads: counts.reads * wires,
        writes: counts.writes * wires,
        shifts: counts.shifts * wires,
        transverseReads: counts.transverseReads * wires,
        transverseWrites: counts.transverseWrites * wires,
      }
    : wiresOf(counts, wires, lanes);
  return (
    events.reads * prices.read.value +
    events.writes * prices.write.value +
    events.shifts * prices.shift.value +
    events.transverseReads * prices.transverse_read.value +
    events.transverseWrites * prices.transverse_write.value
  );
}

/** GFLOPS of one tile that multiplies and adds without pause. */
export const tileGflops = (operation: Operation, profile: Profile): number =>
  (2 * operation.lanes) / nanoseconds(operation.counts, profile);

export interface Timed {
  readonly tiles: number;
  readonly profile: Profile;
  /** Additions and multiplications. */
  readonly operations: number;
  /** Seconds in which the engine had a job, and of these the ones in which it computed. */
  readonly busy: number;
  readonly computing: number;
  readonly joule: number;
}

const clockHz = 500e6;
const pictures = 8;

/** Counts and cycles depend on shapes, not on values: any pictures do. */
function somePictures(): LabelledPictures {
  const side = 28;
  const pixels = Uint8Array.from({ length: pictures * side * side }, (_, i) => (i * 37) % 256);
  const labels = Uint8Array.from({ length: pictures }, (_, i) => i % 10);
  return { side, count: pictures, pixels, labels };
}

/** One step of training, or one batch of inference, of the LeNet of firmware/apps/lenet. */
export function timeLenet(work: 'training' | 'inference', tiles: number, profile: Profile): Timed {
  const data = { train: somePictures(), test: somePictures() };
  const set = { 'fpirm.tiles': tiles, 'fpirm.profile': profile };
  const { engine } =
    work === 'training'
      ? train({ samples: pictures, test: 0, rate: 0.1, seed: 1, reportEvery: 1 }, data, { set })
      : infer('fp32', new Float32Array(44426).fill(0.01), data, pictures, { set });
  const price = (name: keyof typeof fpirmPrices, counter: string): number =>
    fpirmPrices[name].value * engine[counter];
  return {
    tiles,
    profile,
    operations: engine['float_operations'],
    busy: engine['busy_cycles'] / clockHz,
    computing: engine['compute_cycles'] / clockHz,
    joule:
      (price('read', 'read_wires') +
        price('write', 'write_wires') +
        price('shift', 'shift_wires') +
        price('transverse_read', 'transverse_read_wires') +
        price('transverse_write', 'transverse_write_wires')) *
      1e-12,
  };
}
