/**
 * The long form of the arithmetic tests of racetrack memory, behind `make soak`:
 *   npx tsx test/accel/fpirm-soak.ts [--cases 1000000] [--seed 1]
 * Every case goes through the domains; integers are compared with BigInt, floating point with an exact soft
 * float, and with the word path.
 */
import { Dbc } from '../../accel/fpirm/dbc.js';
import { bf16, fp32 } from '../../accel/fpirm/float-format.js';
import type { FloatFormat } from '../../accel/fpirm/float-format.js';
import { FloatUnit } from '../../accel/fpirm/float.js';
import { IntegerUnit } from '../../accel/fpirm/integer.js';
import { fromLanes, toLanes } from '../../accel/fpirm/rows.js';
import { addWords, multiplyWords } from '../../accel/fpirm/word.js';
import { random } from '../hwpe/random.js';
import { readArguments } from '../lockstep/arguments.js';
import { operands, softAdd, softMultiply } from './fpirm-softfloat.js';

const { cases, seed } = readArguments({ cases: 1_000_000, seed: 1 });
const wires = 512;
const next = random(seed);

const big = (bits: number): bigint => {
  let value = 0n;
  for (let i = 0; i < bits; i += 16) value = (value << 16n) | BigInt(next(1 << 16));
  return BigInt.asUintN(bits, value);
};

function expectEqual(what: string, found: readonly unknown[], expected: readonly unknown[]): void {
  expected.forEach((value, lane) => {
    if (found[lane] === value) return;
    process.stdout.write(
      `${what}, lane ${lane}: ${String(found[lane])}, expected ${String(value)}\n`,
    );
    process.exit(79);
  });
}

function done(what: string): void {
  process.stderr.write(`soak: ${cases} cases of ${what} equal\n`);
}

const row = (bits: number, lanes: number): bigint[] =>
  Array.from({ length: lanes }, () => big(bits));

function additions(bits: number): void {
  const unit = new IntegerUnit(new Dbc({ wires, domains: 32 }), bits);
  const lanes = wires / bits;
  for (let at = 0, round = 0; at < cases; at += lanes, round++) {
    const values = Array.from({ length: 2 + (round % 4) }, () => row(bits, lanes));
    const sum = unit.add(values.map((value) => fromLanes(value, bits, wires)));
    expectEqual(
      `${bits}-bit addition`,
      toLanes(sum, bits, wires),
      values[0].map((_, lane) =>
        BigInt.asUintN(
          bits,
          values.reduce((total, value) => total + value[lane], 0n),
        ),
      ),
    );
  }
  done(`${bits}-bit addition`);
}

function multiplications(bits: number): void {
  const unit = new IntegerUnit(new Dbc({ wires, domains: 32 }), 2 * bits);
  const lanes = wires / (2 * bits);
  for (let at = 0; at < cases; at += lanes) {
    const [a, b] = [row(bits, lanes), row(bits, lanes)];
    const [x, y] = [a, b].map((value) => fromLanes(value, 2 * bits, wires));
    expectEqual(
      `${bits}-bit multiplication`,
      toLanes(unit.multiply(x, y, bits), 2 * bits, wires),
      a.map((value, lane) => value * b[lane]),
    );
    expectEqual(
      `signed ${bits}-bit multiplication`,
      toLanes(unit.multiplySigned(x, y, bits), 2 * bits, wires),
      a.map((value, lane) =>
        BigInt.asUintN(2 * bits, BigInt.asIntN(bits, value) * BigInt.asIntN(bits, b[lane])),
      ),
    );
  }
  done(`${bits}-bit multiplication, with and without sign`);
}

function floats(format: FloatFormat): void {
  const unit = new FloatUnit(new Dbc({ wires, domains: 32 }), format);
  const { name, lane } = format;
  const wordsOf = (value: ReturnType<typeof fromLanes>): number[] =>
    toLanes(value, lane, wires).map(Number);
  for (let at = 0; at < cases; at += unit.lanes) {
    const pairs = Array.from({ length: unit.lanes }, () => operands(next, name));
    const [a, b] = [0, 1].map((k) =>
      fromLanes(
        pairs.map((pair) => BigInt(pair[k])),
        lane,
        wires,
      ),
    );
    const sums = pairs.map(([x, y]) => softAdd(x, y, name));
    const products = pairs.map(([x, y]) => softMultiply(x, y, name));
    const what = (kind: string): string => `${name} ${kind} of ${pairs.join(' ')}`;
    expectEqual(what('addition'), wordsOf(unit.add(a, b)), sums);
    expectEqual(what('multiplication'), wordsOf(unit.multiply(a, b)), products);
    expectEqual(
      what('word sum'),
      pairs.map(([x, y]) => addWords(x, y, format)),
      sums,
    );
    expectEqual(
      what('word product'),
      pairs.map(([x, y]) => multiplyWords(x, y, format)),
      products,
    );
  }
  done(`${name} addition and multiplication, by domains and by words`);
}

for (const bits of [8, 16, 32]) {
  additions(bits);
  multiplications(bits);
}
floats(fp32);
floats(bf16);
process.stdout.write(
  `${cases} random cases each of integer and floating-point arithmetic on racetracks are exact (seed ${seed})\n`,
);
