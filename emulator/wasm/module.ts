import { ByteWriter } from './bytes.js';
import type { FunctionBody } from './body.js';
import { Op, Type } from './opcodes.js';

/** Limits of a memory (pages of 64 KiB) or of a table (elements). */
export interface Limits {
  readonly min: number;
  readonly max?: number;
}

const Kind = { function: 0, table: 1, memory: 2, global: 3 } as const;

const Section = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** The entries of one section, counted. */
class Entries extends ByteWriter {
  count = 0;

  override clear(): void {
    super.clear();
    this.count = 0;
  }
}

/**
 * One WebAssembly module, in the binary format. Functions, tables, memories and globals are numbered
 * as they come, the imported ones first: import before anything of the same kind is defined.
 * After `clear` the builder serves for the next module without new buffers.
 */
export class ModuleBuilder {
  private readonly types = new Entries();
  private readonly typeIndices = new Map<string, number>();
  private readonly imports = new Entries();
  private readonly functions = new Entries();
  private readonly tables = new Entries();
  private readonly memories = new Entries();
  private readonly globals = new Entries();
  private readonly exports = new Entries();
  private readonly elements = new Entries();
  private readonly codes = new Entries(1 << 12);
  private readonly datas = new Entries();
  private readonly names = new Entries();
  private readonly locals = new ByteWriter();
  /** Imported ones by kind. */
  private readonly imported = [0, 0, 0, 0];

  clear(): void {
    this.typeIndices.clear();
    this.imported.fill(0);
    for (const entries of this.sections()) entries.clear();
    this.names.clear();
  }

  /** Index that the next function will have; functions behind it follow in steps of one. */
  get nextFunction(): number {
    return this.imported[Kind.function] + this.functions.count;
  }

  /** Bytes of code so far. */
  get codeBytes(): number {
    return this.codes.length;
  }

  /** Index of a function type; equal types are one. */
  type(parameters: readonly number[], results: readonly number[]): number {
    const key = `${parameters.join()}>${results.join()}`;
    const known = this.typeIndices.get(key);
    if (known !== undefined) return known;
    this.types.byte(0x60);
    this.types.vector(parameters);
    this.types.vector(results);
    this.typeIndices.set(key, this.types.count);
    return this.types.count++;
  }

  importFunction(module: string, name: string, type: number): number {
    const index = this.import(module, name, Kind.function, this.functions);
    this.imports.unsigned(type);
    return index;
  }

  importTable(module: string, name: string, limits: Limits): number {
    const index = this.import(module, name, Kind.table, this.tables);
    this.imports.byte(Type.funcref);
    writeLimits(this.imports, limits);
    return index;
  }

  importMemory(module: string, name: string, limits: Limits): number {
    const index = this.import(module, name, Kind.memory, this.memories);
    writeLimits(this.imports, limits);
    return index;
  }

  importGlobal(module: string, name: string, type: number, mutable: boolean): number {
    const index = this.import(module, name, Kind.global, this.globals);
    this.imports.byte(type);
    this.imports.byte(mutable ? 1 : 0);
    return index;
  }

  table(limits: Limits): number {
    this.tables.byte(Type.funcref);
    writeLimits(this.tables, limits);
    return this.imported[Kind.table] + this.tables.count++;
  }

  memory(limits: Limits): number {
    writeLimits(this.memories, limits);
    return this.imported[Kind.memory] + this.memories.count++;
  }

  /** A global of 32 or 64 bits, or a double. */
  global(type: number, mutable: boolean, value: number): number {
    const { globals } = this;
    globals.byte(type);
    globals.byte(mutable ? 1 : 0);
    if (type === Type.f64) {
      globals.byte(Op.f64Const);
      globals.float64(value);
    } else if (type === Type.i64) {
      globals.byte(Op.i64Const);
      globals.signed64(value | 0, Math.floor(value / 0x1_0000_0000));
    } else {
      globals.byte(Op.i32Const);
      globals.signed(value);
    }
    globals.byte(Op.end);
    return this.imported[Kind.global] + globals.count++;
  }

  /** Adds the function that `body` holds, which must not end with `end` itself; returns its index. */
  code(type: number, body: FunctionBody): number {
    const { codes, locals } = this;
    locals.clear();
    body.writeLocals(locals);
    codes.unsigned(locals.length + body.length + 1);
    codes.append(locals.bytes, locals.length);
    codes.append(body.bytes, body.length);
    codes.byte(Op.end);
    codes.count++;
    this.functions.unsigned(type);
    return this.imported[Kind.function] + this.functions.count++;
  }

  exportFunction(name: string, index: number): void {
    this.export(name, Kind.function, index);
  }

  exportTable(name: string, index: number): void {
    this.export(name, Kind.table, index);
  }

  exportMemory(name: string, index: number): void {
    this.export(name, Kind.memory, index);
  }

  exportGlobal(name: string, index: number): void {
    this.export(name, Kind.global, index);
  }

  /** Puts functions into a table from `offset` on when the module is instantiated. */
  element(offset: number, functions: ArrayLike<number>, count = functions.length, table = 0): void {
    const { elements } = this;
    elements.unsigned(table === 0 ? 0 : 2);
    if (table !== 0) elements.unsigned(table);
    elements.byte(Op.i32Const);
    elements.signed(offset);
    elements.byte(Op.end);
    if (table !== 0) elements.byte(0);
    elements.unsigned(count);
    for (let i = 0; i < count; i++) elements.unsigned(functions[i]);
    elements.count++;
  }

  /** Puts bytes into memory 0 when the module is instantiated. */
  data(offset: number, bytes: ArrayLike<number>): void {
    this.datas.byte(0);
    this.datas.byte(Op.i32Const);
    this.datas.signed(offset);
    this.datas.byte(Op.end);
    this.datas.vector(bytes);
    this.datas.count++;
  }

  /** Bytes for `memory.init`; returns the index of the segment. */
  passiveData(bytes: ArrayLike<number>): number {
    this.datas.byte(1);
    this.datas.vector(bytes);
    return this.datas.count++;
  }

  /** A name for profilers and stack traces, in the order of the indices. */
  name(index: number, name: string): void {
    this.names.unsigned(index);
    this.names.name(name);
    this.names.count++;
  }

  finish(): Uint8Array {
    const out = new ByteWriter(this.codes.length + this.functions.length + 1024);
    out.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    section(out, Section.type, this.types);
    section(out, Section.import, this.imports);
    section(out, Section.function, this.functions);
    section(out, Section.table, this.tables);
    section(out, Section.memory, this.memories);
    section(out, Section.global, this.globals);
    section(out, Section.export, this.exports);
    section(out, Section.element, this.elements);
    if (this.datas.count > 0) {
      const count = new ByteWriter(5);
      count.unsigned(this.datas.count);
      out.byte(Section.dataCount);
      out.vector(count.toBytes());
    }
    section(out, Section.code, this.codes);
    section(out, Section.data, this.datas);
    this.writeNames(out);
    return out.toBytes();
  }

  private sections(): Entries[] {
    const { types, imports, functions, tables, memories, globals } = this;
    const { exports, elements, codes, datas } = this;
    return [types, imports, functions, tables, memories, globals, exports, elements, codes, datas];
  }

  private import(module: string, name: string, kind: number, defined: Entries): number {
    if (defined.count > 0) throw new RangeError(`import of ${module}.${name} behind a definition`);
    this.imports.name(module);
    this.imports.name(name);
    this.imports.byte(kind);
    this.imports.count++;
    return this.imported[kind]++;
  }

  private export(name: string, kind: number, index: number): void {
    this.exports.name(name);
    this.exports.byte(kind);
    this.exports.unsigned(index);
    this.exports.count++;
  }

  private writeNames(out: ByteWriter): void {
    if (this.names.count === 0) return;
    const map = new Entries();
    map.append(this.names.bytes, this.names.length);
    map.count = this.names.count;
    const body = new ByteWriter();
    body.name('name');
    section(body, 1, map);
    out.byte(Section.custom);
    out.vector(body.bytes, body.length);
  }
}

function writeLimits(to: ByteWriter, { min, max }: Limits): void {
  to.byte(max === undefined ? 0 : 1);
  to.unsigned(min);
  if (max !== undefined) to.unsigned(max);
}

function section(out: ByteWriter, id: number, entries: Entries): void {
  if (entries.count === 0) return;
  const count = new ByteWriter(5);
  count.unsigned(entries.count);
  out.byte(id);
  out.unsigned(count.length + entries.length);
  out.append(count.bytes, count.length);
  out.append(entries.bytes, entries.length);
}
