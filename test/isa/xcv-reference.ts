/**
 * What the one-cycle CORE-V instructions compute, written from the prose of the CV32E40P user manual
 * over BigInt, bit strings and arrays of lanes. It shares nothing with the rows of emulator/isa.
 */
export interface Inputs {
  /** rs1, rs2 and the old rd, as unsigned 32-bit numbers. */
  readonly a: bigint;
  readonly b: bigint;
  readonly d: bigint;
  /** Is3, the six bits of an immediate, or the bound of clip. */
  readonly i: bigint;
  /** Is2. */
  readonly j: bigint;
}

const u32 = (x: bigint): bigint => BigInt.asUintN(32, x);
const s32 = (x: bigint): bigint => BigInt.asIntN(32, x);
const least = (x: bigint, y: bigint): bigint => (x < y ? x : y);
const greatest = (x: bigint, y: bigint): bigint => (x > y ? x : y);
/** 32 characters, most significant bit first. */
const bits = (x: bigint): string => u32(x).toString(2).padStart(32, '0');
const ofBits = (text: string): bigint => BigInt(`0b${text}`);
const half = (shift: bigint): bigint => (shift === 0n ? 0n : 1n << (shift - 1n));

function clip(x: bigint, low: bigint, high: bigint): bigint {
  if (s32(x) <= low) return low;
  return s32(x) >= high ? high : s32(x);
}
const bound = (i: bigint): bigint => (i === 0n ? 0n : (1n << (i - 1n)) - 1n);
const lowBound = (i: bigint): bigint => (i === 0n ? -1n : -(1n << (i - 1n)));

/** A field of bits as indices into `bits`, least significant first. */
const field = (extent: bigint, position: bigint): number[] => {
  const last = Number(least(extent + position, 31n));
  return Array.from({ length: last - Number(position) + 1 }, (_, k) => Number(position) + k);
};
const bitAt = (x: bigint, position: number): string => bits(x)[31 - position]!;
const withBits = (x: bigint, positions: number[], bit: (k: number) => string): bigint => {
  const text = [...bits(x)];
  positions.forEach((position, k) => (text[31 - position] = bit(k)));
  return ofBits(text.join(''));
};
const fieldOf = (b: bigint): [bigint, bigint] => [(b >> 5n) & 31n, b & 31n];

const extractUnsigned = (a: bigint, extent: bigint, position: bigint): bigint =>
  ofBits(
    field(extent, position)
      .map((p) => bitAt(a, p))
      .toReversed()
      .join(''),
  );
const extractSigned = (a: bigint, extent: bigint, position: bigint): bigint =>
  BigInt.asIntN(field(extent, position).length, extractUnsigned(a, extent, position));
const insert = (a: bigint, d: bigint, extent: bigint, position: bigint): bigint =>
  withBits(d, field(extent, position), (k) => bitAt(a, k));

function reverse(a: bigint, radix: bigint, points: bigint): bigint {
  const text = bits(a << points);
  const width = radix === 1n ? 2 : radix === 2n ? 3 : 1;
  const groups = text.match(new RegExp(`.{${width}}`, 'g'))!;
  return ofBits(groups.toReversed().join('').padStart(32, '0'));
}

function leadingBits(a: bigint): bigint {
  if (a === 0n) return 0n;
  const text = bits(a);
  let run = 1;
  while (run < 32 && text[run] === text[0]) run++;
  return BigInt(run - 1);
}

const onlyIf = (condition: boolean): bigint => (condition ? 1n : 0n);

const scalar: Readonly<Record<string, (x: Inputs) => bigint>> = {
  abs: ({ a }) => (s32(a) < 0n ? -s32(a) : s32(a)),
  slet: ({ a, b }) => onlyIf(s32(a) <= s32(b)),
  sletu: ({ a, b }) => onlyIf(a <= b),
  min: ({ a, b }) => least(s32(a), s32(b)),
  minu: ({ a, b }) => least(a, b),
  max: ({ a, b }) => greatest(s32(a), s32(b)),
  maxu: ({ a, b }) => greatest(a, b),
  exths: ({ a }) => BigInt.asIntN(16, a),
  exthz: ({ a }) => BigInt.asUintN(16, a),
  extbs: ({ a }) => BigInt.asIntN(8, a),
  extbz: ({ a }) => BigInt.asUintN(8, a),
  clip: ({ a, i }) => clip(a, lowBound(i), bound(i)),
  clipu: ({ a, i }) => clip(a, 0n, bound(i)),
  clipr: ({ a, b }) => clip(a, -((b & 0x7fffffffn) + 1n), b & 0x7fffffffn),
  clipur: ({ a, b }) => clip(a, 0n, b & 0x7fffffffn),
  mac: ({ a, b, d }) => d + s32(a) * s32(b),
  msu: ({ a, b, d }) => d - s32(a) * s32(b),
  extract: ({ a, i, j }) => extractSigned(a, i, j),
  extractu: ({ a, i, j }) => extractUnsigned(a, i, j),
  extractr: ({ a, b }) => extractSigned(a, ...fieldOf(b)),
  extractur: ({ a, b }) => extractUnsigned(a, ...fieldOf(b)),
  insert: ({ a, d, i, j }) => insert(a, d, i, j),
  insertr: ({ a, b, d }) => insert(a, d, ...fieldOf(b)),
  bclr: ({ a, i, j }) => withBits(a, field(i, j), () => '0'),
  bclrr: ({ a, b }) => withBits(a, field(...fieldOf(b)), () => '0'),
  bset: ({ a, i, j }) => withBits(a, field(i, j), () => '1'),
  bsetr: ({ a, b }) => withBits(a, field(...fieldOf(b)), () => '1'),
  bitrev: ({ a, i, j }) => reverse(a, i & 3n, j),
  ror: ({ a, b }) => {
    const amount = Number(b & 31n);
    const text = bits(a);
    return ofBits(text.slice(32 - amount) + text.slice(0, 32 - amount));
  },
  ff1: ({ a }) => BigInt(a === 0n ? 32 : 31 - bits(a).lastIndexOf('1')),
  fl1: ({ a }) => BigInt(a === 0n ? 32 : 31 - bits(a).indexOf('1')),
  clb: ({ a }) => leadingBits(a),
  cnt: ({ a }) => BigInt([...bits(a)].filter((bit) => bit === '1').length),
};

/** cv.add[u][R]N[r] and cv.sub...: sum, rounding and shift of 32-bit words. */
function normalised(name: string, { a, b, d, i }: Inputs): bigint | undefined {
  const match = /^(add|sub)(u?)(r?)n(r?)$/.exec(name);
  if (!match) return undefined;
  const [, operation, unsigned, round, register] = match;
  const [x, y, shift] = register === 'r' ? [d, a, b & 31n] : [a, b, i];
  const sum = (operation === 'add' ? x + y : x - y) + (round === 'r' ? half(shift!) : 0n);
  return unsigned === 'u' ? u32(sum) >> shift! : s32(sum) >> shift!;
}

function halfProduct(name: string, { a, b, d, i }: Inputs): bigint | undefined {
  const match = /^(mul|mac)(hh)?(s|u)(r?)n$/.exec(name);
  if (!match) return undefined;
  const [, operation, upper, sign, round] = match;
  const part = (x: bigint): bigint => {
    const sixteen = upper === 'hh' ? x >> 16n : x;
    return sign === 's' ? BigInt.asIntN(16, sixteen) : BigInt.asUintN(16, sixteen);
  };
  const sum = part(a) * part(b) + (operation === 'mac' ? d : 0n) + (round === 'r' ? half(i) : 0n);
  return sign === 's' ? s32(sum) >> i : u32(sum) >> i;
}

const split = (x: bigint, width: number, signed: boolean): bigint[] =>
  Array.from({ length: 32 / width }, (_, k) => {
    const part = x >> BigInt(k * width);
    return signed ? BigInt.asIntN(width, part) : BigInt.asUintN(width, part);
  });
const join = (parts: readonly bigint[], width: number): bigint =>
  parts.reduce((word, part, k) => word | (BigInt.asUintN(width, part) << BigInt(k * width)), 0n);

type LaneOperation = (x: bigint, y: bigint, width: number) => bigint;
const allOnes = (condition: boolean): bigint => (condition ? -1n : 0n);
const amount = (y: bigint, width: number): bigint => y & BigInt(width - 1);

/** By lane: whether the lanes of rs1 and of the second operand are signed, and the operation. */
const byLane: Readonly<Record<string, readonly [boolean, boolean, LaneOperation]>> = {
  add: [true, true, (x, y) => x + y],
  sub: [true, true, (x, y) => x - y],
  avg: [true, true, (x, y, width) => BigInt.asIntN(width, x + y) >> 1n],
  avgu: [false, false, (x, y, width) => BigInt.asUintN(width, x + y) >> 1n],
  min: [true, true, least],
  minu: [false, false, least],
  max: [true, true, greatest],
  maxu: [false, false, greatest],
  srl: [false, false, (x, y, width) => x >> amount(y, width)],
  sra: [true, false, (x, y, width) => x >> amount(y, width)],
  sll: [false, false, (x, y, width) => x << amount(y, width)],
  or: [true, true, (x, y) => x | y],
  xor: [true, true, (x, y) => x ^ y],
  and: [true, true, (x, y) => x & y],
  cmpeq: [true, true, (x, y) => allOnes(x === y)],
  cmpne: [true, true, (x, y) => allOnes(x !== y)],
  cmpgt: [true, true, (x, y) => allOnes(x > y)],
  cmpge: [true, true, (x, y) => allOnes(x >= y)],
  cmplt: [true, true, (x, y) => allOnes(x < y)],
  cmple: [true, true, (x, y) => allOnes(x <= y)],
  cmpgtu: [false, false, (x, y) => allOnes(x > y)],
  cmpgeu: [false, false, (x, y) => allOnes(x >= y)],
  cmpltu: [false, false, (x, y) => allOnes(x < y)],
  cmpleu: [false, false, (x, y) => allOnes(x <= y)],
};

/** Sign of rs1 and of the second operand. */
const dots: Readonly<Record<string, readonly [boolean, boolean]>> = {
  dotup: [false, false],
  dotusp: [false, true],
  dotsp: [true, true],
};

function second(
  mode: string | undefined,
  { b, i }: Inputs,
  width: number,
  signed: boolean,
): bigint[] {
  const lanes = split(b, width, signed);
  if (mode === undefined) return lanes;
  const value = mode === '.sc' ? lanes[0]! : signed ? BigInt.asIntN(6, i) : i;
  return lanes.map(() => value);
}

function packed(name: string, x: Inputs): bigint | undefined {
  const match = /^([a-z]+)(\.sci|\.sc)?\.([hb])$/.exec(name);
  if (!match) return undefined;
  const [, stem, mode, letter] = match;
  const width = letter === 'b' ? 8 : 16;
  const operation = byLane[stem!];
  if (operation) {
    const [firstSigned, secondSigned, of] = operation;
    const others = second(mode, x, width, secondSigned);
    return join(
      split(x.a, width, firstSigned).map((value, k) => of(value, others[k]!, width)),
      width,
    );
  }
  const accumulate = stem!.startsWith('s') && dots[stem!.slice(1)] !== undefined;
  const dot = dots[accumulate ? stem!.slice(1) : stem!];
  if (dot) {
    const others = second(mode, x, width, dot[1]);
    return split(x.a, width, dot[0]).reduce(
      (sum, value, k) => sum + value * others[k]!,
      accumulate ? x.d : 0n,
    );
  }
  return moved(stem!, mode, width, x);
}

/** Lanes that change places. */
function moved(
  stem: string,
  mode: string | undefined,
  width: number,
  x: Inputs,
): bigint | undefined {
  const lanes = split(x.a, width, false);
  const old = split(x.d, width, false);
  const count = lanes.length;
  const selectors = split(x.b, width, false).map(Number);
  const named = Number(x.i) % count;
  switch (stem) {
    case 'abs':
      return join(
        split(x.a, width, true).map((value) => (value < 0n ? -value : value)),
        width,
      );
    case 'extract':
      return split(x.a, width, true)[named];
    case 'extractu':
      return lanes[named];
    case 'insert':
      return join(old.with(named, lanes[0]!), width);
    case 'shuffle':
      if (mode === '.sci')
        return join([lanes[Number(x.i & 1n)]!, lanes[Number((x.i >> 1n) & 1n)]!], 16);
      return join(
        selectors.map((selector) => lanes[selector % count]!),
        width,
      );
    default:
      return undefined;
  }
}

/** Complex numbers [real, imaginary] of 16-bit parts. */
const complex = (x: bigint): [bigint, bigint] => split(x, 16, true) as [bigint, bigint];

const special: Readonly<Record<string, (x: Inputs) => bigint>> = {
  'shuffle2.h': ({ a, b, d }) =>
    join(
      split(b, 16, false).map((s) => split((s >> 1n) & 1n ? a : d, 16, false)[Number(s & 1n)]!),
      16,
    ),
  'shuffle2.b': ({ a, b, d }) =>
    join(
      split(b, 8, false).map((s) => split((s >> 2n) & 1n ? a : d, 8, false)[Number(s & 3n)]!),
      8,
    ),
  pack: ({ a, b }) => join([b, a], 16),
  'pack.h': ({ a, b }) => join([b >> 16n, a >> 16n], 16),
  'packhi.b': ({ a, b, d }) => join([d, d >> 8n, b, a], 8),
  'packlo.b': ({ a, b, d }) => join([b, a, d >> 16n, d >> 24n], 8),
  cplxconj: ({ a }) => join([complex(a)[0], -complex(a)[1]], 16),
};

function topByte(name: string, { a, i }: Inputs): bigint | undefined {
  const match = /^shufflei(\d)\.sci\.b$/.exec(name);
  if (!match) return undefined;
  const bytes = split(a, 8, false);
  const low = [0n, 2n, 4n].map((shift) => bytes[Number((i >> shift) & 3n)]!);
  return join([...low, bytes[Number(match[1])]!], 8);
}

function scaled(name: string, { a, b, d }: Inputs): bigint | undefined {
  const match = /^(cplxmul\.[ri]|subrotmj|add|sub)(?:\.div([248]))?$/.exec(name);
  if (!match || ((match[1] === 'add' || match[1] === 'sub') && match[2] === undefined)) {
    return undefined;
  }
  const shift = BigInt(Math.log2(Number(match[2] ?? 1)));
  const [[ar, ai], [br, bi]] = [complex(a), complex(b)];
  const sixteen = (x: bigint): bigint => BigInt.asIntN(16, x) >> shift;
  switch (match[1]) {
    case 'cplxmul.r':
      return join([s32(ar * br - ai * bi) >> (15n + shift), d >> 16n], 16);
    case 'cplxmul.i':
      return join([d, s32(ar * bi + ai * br) >> (15n + shift)], 16);
    case 'subrotmj':
      return join([sixteen(ai - bi), sixteen(br - ar)], 16);
    case 'add':
      return join([sixteen(ar + br), sixteen(ai + bi)], 16);
    default:
      return join([sixteen(ar - br), sixteen(ai - bi)], 16);
  }
}

/** rd after `name` (without `cv.`), unsigned; undefined when the manual has no such instruction. */
export function reference(name: string, inputs: Inputs): bigint | undefined {
  const value =
    scalar[name]?.(inputs) ??
    special[name]?.(inputs) ??
    normalised(name, inputs) ??
    halfProduct(name, inputs) ??
    scaled(name, inputs) ??
    topByte(name, inputs) ??
    packed(name, inputs);
  return value === undefined ? undefined : u32(value);
}
