/**
 * Writes the C source of the guest `big`: 600 different functions behind a table of pointers, some
 * 35,000 instructions, so that a translator cannot live on a handful of hot loops.
 *   npx tsx test/bench/guests/make-big.ts > build/big.c
 */
import { Random } from '../../lockstep/random.js';

const functions = 600;
const r = new Random(2026);

const value = (): string => r.pick(['x', 'y', 'z', `${r.word()}u`, 'data[x & 63]', 'data[y & 63]']);
const target = (): string => r.pick(['x', 'y', 'z']);

function expression(): string {
  const [a, b] = [value(), value()];
  switch (r.below(9)) {
    case 0:
      return `${a} ^ (${b} << ${r.between(1, 20)})`;
    case 1:
      return `${a} * ${b}`;
    case 2:
      return `(${a} >> ${r.between(1, 24)}) + ${b}`;
    case 3:
      return `(${a} & ${b}) | ${r.below(1000)}u`;
    case 4:
      return `${a} - ${b}`;
    case 5:
      return `(int32_t)${a} < (int32_t)${b} ? ${a} : ${b}`;
    case 6:
      return r.chance(20) ? `${a} / (${b} | 1)` : `${a} + ${b}`;
    default:
      return `${a} ${r.pick(['+', '^', '-', '|'])} ${b}`;
  }
}

function statement(depth: number): string {
  const pad = '  '.repeat(depth);
  const kind = r.below(depth < 3 ? 10 : 7);
  if (kind < 5) return `${pad}${target()} = ${expression()};`;
  if (kind < 7) return `${pad}data[${r.pick(['x', 'y', 'z'])} & 63] = ${expression()};`;
  const body = Array.from({ length: r.between(1, 3) }, () => statement(depth + 1)).join('\n');
  if (kind < 9) return `${pad}if (${value()} & ${1 << r.below(8)}) {\n${body}\n${pad}}`;
  const name = `i${depth}`;
  return `${pad}for (int ${name} = 0; ${name} < ${r.between(2, 5)}; ${name}++) {\n${body}\n${pad}}`;
}

const lines = ['#include "bench.h"', ''];
for (let i = 0; i < functions; i++) {
  const body = Array.from({ length: r.between(6, 10) }, () => statement(1)).join('\n');
  lines.push(
    `static __attribute__((noinline)) uint32_t f${i}(uint32_t x, uint32_t *data) {`,
    `  uint32_t y = x * ${r.word() | 1}u, z = x >> ${r.between(1, 9)};`,
    body,
    '  return x ^ y ^ z;',
    '}',
    '',
  );
}
lines.push(
  'static uint32_t (*const table[])(uint32_t, uint32_t *) = {',
  ...Array.from({ length: functions }, (_, i) => `  f${i},`),
  '};',
  '',
  'static uint32_t memory[MAX_HARTS][64 + 1]; /* neighbours start in different banks */',
  '',
  'uint32_t pass(int hart, int harts, uint32_t number) {',
  '  uint32_t *data = memory[hart];',
  '  uint32_t x = number * 2654435761u + (uint32_t)hart;',
  '  (void)harts;',
  '  for (int i = 0; i < 64; i++) data[i] = next_random(&x);',
  `  for (uint32_t i = 0; i < 2000; i++) x = table[(x + i) % ${functions}u](x, data);`,
  '  return x;',
  '}',
);
process.stdout.write(`${lines.join('\n')}\n`);
