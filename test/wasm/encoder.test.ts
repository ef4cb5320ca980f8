import { describe, expect, it } from 'vitest';
import {
  ByteWriter,
  FunctionBody,
  ModuleBuilder,
  Op,
  Simd,
  Type,
  exported,
  wasmHost,
} from '../../emulator/wasm/index.js';
import type { WasmExport, WasmImports, WasmMemory } from '../../emulator/wasm/index.js';

const host = wasmHost()!;
const { i32, i64, f64, v128 } = Type;

function instantiate(builder: ModuleBuilder, imports?: WasmImports): Record<string, WasmExport> {
  const bytes = builder.finish();
  expect(host.validate(bytes)).toBe(true);
  return new host.Instance(new host.Module(bytes), imports).exports;
}

/** One exported function of i32 parameters and one i32 result. */
function run(parameters: number, write: (body: FunctionBody) => void, ...values: number[]): number {
  const builder = new ModuleBuilder();
  const body = new FunctionBody();
  const type = builder.type(
    Array.from({ length: parameters }, () => i32),
    [i32],
  );
  body.begin(parameters);
  write(body);
  builder.exportFunction('f', builder.code(type, body));
  return exported(instantiate(builder), 'f')(...values);
}

/** LEB128 by big integers, from the definition. */
function leb(value: bigint, signed: boolean): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = signed ? (rest === 0n && low < 64) || (rest === -1n && low >= 64) : rest === 0n;
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

describe('numbers', () => {
  const edges = [0, 1, 63, 64, 127, 128, 8191, 8192, 65535, 2 ** 27, 2 ** 31 - 1, 2 ** 31];
  const written = (write: (w: ByteWriter) => void): number[] => {
    const writer = new ByteWriter(1);
    write(writer);
    return [...writer.toBytes()];
  };

  it('are LEB128, unsigned', () => {
    for (const n of [...edges, 2 ** 32 - 1])
      expect(
        written((w) => w.unsigned(n)),
        String(n),
      ).toEqual(leb(BigInt(n), false));
  });

  it('are LEB128, signed, 32 bits', () => {
    for (const n of [...edges.slice(0, -1), -1, -63, -64, -65, -8192, -8193, -(2 ** 31)])
      expect(
        written((w) => w.signed(n)),
        String(n),
      ).toEqual(leb(BigInt(n), true));
  });

  it('are LEB128, signed, 64 bits', () => {
    for (const shift of [0n, 5n, 6n, 7n, 31n, 32n, 33n, 38n, 39n, 62n, 63n]) {
      for (const n of [1n << shift, (1n << shift) - 1n, -(1n << shift), -(1n << shift) - 1n]) {
        const value = BigInt.asIntN(64, n);
        const low = Number(BigInt.asIntN(32, value));
        const high = Number(BigInt.asIntN(32, value >> 32n));
        expect(
          written((w) => w.signed64(low, high)),
          String(value),
        ).toEqual(leb(value, true));
      }
    }
  });

  it('names are UTF-8', () => {
    for (const text of ['', 'step', 'größe', '日本', '😀'])
      expect(written((w) => w.name(text)).slice(1)).toEqual([...new TextEncoder().encode(text)]);
  });
});

describe('a function', () => {
  it('calculates', () => {
    const add = (b: FunctionBody): void => {
      b.get(0);
      b.get(1);
      b.op(Op.i32Add);
      b.i32(-1000);
      b.op(Op.i32Mul);
    };
    expect(run(2, add, 3, 4)).toBe(-7000);
  });

  it('holds locals of mixed types behind its parameters', () => {
    const sum = (b: FunctionBody): void => {
      const wide = b.local(i64);
      const wide2 = b.local(i64);
      const real = b.local(f64);
      const narrow = Array.from({ length: 200 }, () => b.local(i32));
      expect([wide, wide2, real, narrow[0], narrow[199]]).toEqual([1, 2, 3, 4, 203]);
      b.i64(2 ** 40 + 5);
      b.set(wide);
      b.i64(-(2 ** 40));
      b.tee(wide2);
      b.get(wide);
      b.op(Op.i64Add);
      b.op(Op.i32WrapI64);
      b.set(narrow[199]);
      b.f64(2.5);
      b.tee(real);
      b.get(real);
      b.op(Op.f64Mul);
      b.op(Op.i32TruncF64S);
      b.get(narrow[199]);
      b.op(Op.i32Add);
      b.get(0);
      b.op(Op.i32Add);
    };
    expect(run(1, sum, 100)).toBe(111);
  });

  it('branches: loop, if, br_table', () => {
    const factorial = (b: FunctionBody): void => {
      const product = b.local(i32);
      b.i32(1);
      b.set(product);
      b.block();
      b.loop();
      b.get(0);
      b.op(Op.i32Eqz);
      b.brIf(1);
      b.get(product);
      b.get(0);
      b.op(Op.i32Mul);
      b.set(product);
      b.get(0);
      b.i32(1);
      b.op(Op.i32Sub);
      b.set(0);
      b.br(0);
      b.end();
      b.end();
      b.get(product);
    };
    expect(run(1, factorial, 10)).toBe(3628800);

    const pick = (b: FunctionBody): void => {
      b.block();
      b.block();
      b.block();
      b.get(0);
      b.brTable([1, 0], 2, 2);
      b.end();
      b.i32(11);
      b.op(Op.return);
      b.end();
      b.i32(22);
      b.op(Op.return);
      b.end();
      b.get(0);
      b.if(i32);
      b.i32(33);
      b.else();
      b.i32(44);
      b.end();
    };
    expect([0, 1, 2, 9].map((n) => run(1, pick, n))).toEqual([22, 11, 33, 33]);
  });

  it('adds vectors', () => {
    const lanes = (b: FunctionBody): void => {
      const v = b.local(v128);
      b.v128(1, 2, 3, -4);
      b.get(0);
      b.op(Simd.i32x4Splat);
      b.op(Simd.i32x4Add);
      b.set(v);
      b.get(v);
      b.get(v);
      b.shuffle([12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      b.lane(Simd.i32x4ExtractLane, 0);
      b.get(v);
      b.lane(Simd.i32x4ExtractLane, 2);
      b.op(Op.i32Mul);
    };
    expect(run(1, lanes, 10)).toBe(6 * 13);
  });
});

describe('a module', () => {
  it('shares memory, table, functions and globals by import', () => {
    const builder = new ModuleBuilder();
    const body = new FunctionBody();
    const unary = builder.type([i32], [i32]);
    expect(builder.type([i32], [i32])).toBe(unary);
    const tell = builder.importFunction('env', 'tell', unary);
    builder.importMemory('env', 'memory', { min: 1, max: 4 });
    builder.importTable('env', 'table', { min: 4 });
    const count = builder.importGlobal('env', 'count', i32, true);
    const step = builder.global(i32, false, 5);

    expect(builder.nextFunction).toBe(1);
    body.begin(1);
    body.get(0);
    body.call(tell);
    body.globalGet(step);
    body.op(Op.i32Add);
    body.globalGet(count);
    body.i32(1);
    body.op(Op.i32Add);
    body.globalSet(count);
    const first = builder.code(unary, body);
    body.begin(1);
    body.i32(64);
    body.get(0);
    body.memory(Op.i32Store, 4);
    body.get(0);
    body.i32(3);
    body.returnCallIndirect(unary);
    const second = builder.code(unary, body);
    builder.exportFunction('chain', second);
    builder.element(3, [first]);
    builder.data(8, [1, 2, 3]);
    builder.name(first, 'first');
    builder.name(second, 'second');

    const memory = new host.Memory({ initial: 1, maximum: 4 });
    const table = new host.Table({ element: 'anyfunc', initial: 4 });
    const global = new host.Global({ value: 'i32', mutable: true }, 7);
    const told: number[] = [];
    const exports = instantiate(builder, {
      env: { memory, table, count: global, tell: (n: number) => (told.push(n), n * 2) },
    });
    expect(exported(exports, 'chain')(21)).toBe(47);
    expect(told).toEqual([21]);
    expect(global.value).toBe(8);
    expect(new Int32Array(memory.buffer)[17]).toBe(21);
    expect([...new Uint8Array(memory.buffer, 8, 3)]).toEqual([1, 2, 3]);
    expect(() => exported(exports, 'nothing')).toThrow(/no function nothing/);
    expect(() => builder.importFunction('env', 'late', unary)).toThrow(/behind a definition/);
  });

  it('is the same again from a cleared builder', () => {
    const builder = new ModuleBuilder();
    const body = new FunctionBody();
    const make = (): Uint8Array => {
      builder.memory({ min: 1 });
      const type = builder.type([], [i32]);
      body.begin(0);
      body.memorySize();
      builder.exportFunction('size', builder.code(type, body));
      builder.exportMemory('memory', 0);
      const segment = builder.passiveData([9, 8, 7]);
      body.begin(0);
      for (const n of [100, 0, 3]) body.i32(n);
      body.indexed(Op.memoryInit, segment);
      body.byte(0);
      for (const n of [200, 100, 3]) body.i32(n);
      body.memoryCopy();
      for (const n of [203, 5, 2]) body.i32(n);
      body.memoryFill();
      body.i32(200);
      body.memory(Op.i32Load8U, 0);
      builder.exportFunction('move', builder.code(type, body));
      return builder.finish();
    };
    const one = make();
    builder.clear();
    const two = make();
    expect([...two]).toEqual([...one]);
    const { exports } = new host.Instance(new host.Module(two));
    expect(exported(exports, 'size')()).toBe(1);
    expect(exported(exports, 'move')()).toBe(9);
    const bytes = new Uint8Array((exports['memory'] as WasmMemory).buffer, 200, 5);
    expect([...bytes]).toEqual([9, 8, 7, 5, 5]);
  });

  it('of many functions calls between them', () => {
    const builder = new ModuleBuilder();
    const body = new FunctionBody(16);
    const type = builder.type([i32], [i32]);
    const functions = 3000;
    for (let i = 0; i < functions; i++) {
      body.begin(1);
      body.get(0);
      body.i32(i);
      body.op(Op.i32Add);
      if (i + 1 < functions) body.returnCall(i + 1);
      builder.code(type, body);
    }
    builder.exportFunction('first', 0);
    expect(exported(instantiate(builder), 'first')(1)).toBe(1 + (functions * (functions - 1)) / 2);
  });
});

/** Every instruction once, with what it takes and leaves, so that a wrong opcode fails validation. */
describe('opcodes', () => {
  const kinds: Record<string, number> = { i32, i64, f64, v: v128 };

  function operands(name: string): { takes: number[]; gives: number } | undefined {
    const shape = /^(i32|i64|f64)(?!x)(\w+)$/.exec(name);
    if (shape === null) return undefined;
    const own = kinds[shape[1]];
    const rest = shape[2];
    if (/^(Const|Load|Store)/.test(rest)) return undefined;
    const from = /(?:Wrap|TruncSat|Trunc|Extend|Convert|Reinterpret)(I32|I64|F64)/.exec(rest);
    if (from !== null) return { takes: [kinds[from[1].toLowerCase()]], gives: own };
    if (rest === 'Eqz') return { takes: [own], gives: i32 };
    if (/^(Eq|Ne|Lt|Gt|Le|Ge)[SU]?$/.test(rest)) return { takes: [own, own], gives: i32 };
    if (/^(Clz|Ctz|Popcnt|Extend|Abs|Neg|Ceil|Floor|Trunc|Nearest|Sqrt)/.test(rest))
      return { takes: [own], gives: own };
    return { takes: [own, own], gives: own };
  }

  function vectorOperands(name: string): { takes: number[]; gives: number } | undefined {
    if (/Load|Store|Const|Shuffle|Lane/.test(name)) return undefined;
    const lane = /^(i8x16|i16x8|i32x4)Splat/.test(name) ? i32 : name.startsWith('i64') ? i64 : f64;
    if (name.endsWith('Splat')) return { takes: [lane], gives: v128 };
    if (/AnyTrue|AllTrue|Bitmask/.test(name)) return { takes: [v128], gives: i32 };
    if (/x\d+Sh[lr]/.test(name)) return { takes: [v128, i32], gives: v128 };
    if (name === 'v128Bitselect') return { takes: [v128, v128, v128], gives: v128 };
    if (/Not$|Abs|Neg|Floor|Extend|Extadd|Trunc|Convert/.test(name) && name !== 'v128AndNot')
      return { takes: [v128], gives: v128 };
    return { takes: [v128, v128], gives: v128 };
  }

  function constant(body: FunctionBody, type: number): void {
    if (type === i32) body.i32(1);
    else if (type === i64) body.i64(1);
    else if (type === f64) body.f64(1);
    else body.v128(1, 2, 3, 4);
  }

  const valid = (result: number[], write: (body: FunctionBody) => void): boolean => {
    const builder = new ModuleBuilder();
    const body = new FunctionBody();
    builder.memory({ min: 1 });
    body.begin(0);
    write(body);
    builder.code(builder.type([], result), body);
    return host.validate(builder.finish());
  };

  it('take and give what their names say', () => {
    let checked = 0;
    for (const [name, code] of Object.entries({ ...Op, ...Simd })) {
      const shape = code < 0xfd00 ? operands(name) : vectorOperands(name);
      if (shape === undefined) continue;
      const write = (b: FunctionBody): void => {
        for (const type of shape.takes) constant(b, type);
        b.op(code);
      };
      expect(valid([shape.gives], write), name).toBe(true);
      checked++;
    }
    expect(checked).toBeGreaterThan(170);
  });

  it('of memory have an alignment that validates, and none above it does', () => {
    for (const [name, code] of Object.entries({ ...Op, ...Simd })) {
      const found = /^(i32|i64|f64|v128)(Load|Store)/.exec(name);
      if (found === null) continue;
      const type = kinds[found[1]] ?? v128;
      const lane = name.endsWith('Lane');
      const store = found[2] === 'Store';
      const access = (more: number) => (b: FunctionBody) => {
        b.i32(0);
        if (store || lane) constant(b, type);
        if (more === 0) b.memory(code, 1000);
        else {
          const probe = new FunctionBody();
          probe.memory(code, 1000);
          b.memory(code, 1000, probe.bytes[code < 0x100 ? 1 : 2] + more);
        }
        if (lane) b.byte(0);
      };
      const result = store ? [] : [type];
      expect(valid(result, access(0)), name).toBe(true);
      expect(valid(result, access(1)), name).toBe(false);
    }
  });

  it('compute what their names say', () => {
    const cases: [keyof typeof Op, number, number, number][] = [
      ['i32Sub', 7, 9, -2],
      ['i32DivS', -7, 2, -3],
      ['i32DivU', -2, 2, 2 ** 31 - 1],
      ['i32RemS', -7, 2, -1],
      ['i32RemU', -1, 10, 5],
      ['i32And', 12, 10, 8],
      ['i32Or', 12, 10, 14],
      ['i32Xor', 12, 10, 6],
      ['i32Shl', 1, 33, 2],
      ['i32ShrS', -8, 1, -4],
      ['i32ShrU', -8, 28, 15],
      ['i32Rotl', 0x40000001, 2, 5],
      ['i32Rotr', 5, 2, 0x40000001],
      ['i32LtS', -1, 1, 1],
      ['i32LtU', -1, 1, 0],
      ['i32GtS', -1, 1, 0],
      ['i32GtU', -1, 1, 1],
      ['i32LeS', 1, 1, 1],
      ['i32LeU', 2, 1, 0],
      ['i32GeS', 1, 2, 0],
      ['i32GeU', -1, 1, 1],
      ['i32Eq', 3, 3, 1],
      ['i32Ne', 3, 3, 0],
    ];
    for (const [name, a, b, expected] of cases) {
      const binary = (body: FunctionBody): void => {
        body.get(0);
        body.get(1);
        body.op(Op[name]);
      };
      expect(run(2, binary, a, b), name).toBe(expected);
    }
    const unary: [keyof typeof Op, number, number][] = [
      ['i32Clz', 255, 24],
      ['i32Ctz', 8, 3],
      ['i32Popcnt', -1, 32],
      ['i32Extend8S', 128, -128],
      ['i32Extend16S', 32768, -32768],
      ['i32Eqz', 0, 1],
    ];
    for (const [name, a, expected] of unary) {
      const write = (body: FunctionBody): void => {
        body.get(0);
        body.op(Op[name]);
      };
      expect(run(1, write, a), name).toBe(expected);
    }
  });
});
