import {
  FunctionBody,
  ModuleBuilder,
  wasmHost,
  type WasmFunction,
  type WasmMemory,
  type WasmModule,
  type WasmTable,
  exported,
  hostHints,
} from '../wasm/index.js';
import { MAX_PATHS, RESUME, type TranslatorArrays } from './layout.js';
import { functionParameters, functionResults } from './scheduler.js';
import { SegmentEmitter, type Links } from './segment.js';
import type { Root } from './demand.js';
import type { SegmentOptions } from './writer.js';
import { growTree, nodesOf, type Node, type StepReader, type Tree } from './tree.js';

/** One function of translated code. */
export interface FunctionInfo {
  readonly pc: number;
  /** Whether it begins with the end of a granted access. */
  readonly completes: boolean;
}

/**
 * Functions of one module: what can be reached from a few places comes along. Each module has a copy of the table
 * in the host, so there must be few.
 */
const REACHED = 128;
const REACHED_FROM_EACH = 8;
const BATCH = 1024;
const CHUNK = 4096;
/** Paths of one module at most, and of its last function. */
const BATCH_PATHS = 8192;
const FUNCTION_PATHS = 512;
/**
 * Functions after which code is too much for the instruction caches of the guest and of the host: a function
 * then ends where a line does, so that a fetch that misses is at its beginning, where nothing is to be saved.
 */
const MUCH = 1500;
/** First element of the table that is code of the guest. */
const FIRST = RESUME + 1;

/** All translated code: grows by modules, is dropped as a whole. */
export class CodeStore {
  /** By element of the table; none for those below `FIRST`. */
  readonly infos: (FunctionInfo | undefined)[] = Array.from({ length: FIRST });
  modules = 0;
  /** Functions so far, those that were dropped too. */
  made = 0;
  codeBytes = 0;
  private scheduled: WasmFunction | undefined;
  private readonly host = wasmHost()!;
  private table!: WasmTable;
  private readonly builder = new ModuleBuilder();
  private readonly body = new FunctionBody();
  private readonly emitter: SegmentEmitter;
  private readonly marked: number[] = [];

  constructor(
    private readonly memory: WasmMemory,
    private readonly arrays: TranslatorArrays,
    private readonly options: SegmentOptions,
    private readonly reader: StepReader,
    private readonly indexOf: (pc: number) => number,
    private readonly scheduler: () => WasmModule,
    private readonly interpreted: Record<'assist' | 'complete', WasmFunction>,
    /** Functions after which less code is worth a call more for each event. */
    private readonly compactFrom: number,
  ) {
    this.emitter = new SegmentEmitter(this.body, options);
  }

  /**
   * Runs the scheduler, which is made when it is needed: many a program ends before that.
   * @returns the first cycle that was not touched
   */
  run(time: number, until: number): number {
    this.scheduled ??= this.renew();
    return this.scheduled(time, until);
  }

  private renew(): WasmFunction {
    this.table = new this.host.Table({ element: 'anyfunc', initial: CHUNK });
    const { exports } = new this.host.Instance(this.scheduler(), this.imports());
    return exported(exports, 'run');
  }

  private imports(): Record<string, Record<string, unknown>> {
    return {
      machine: { memory: this.memory, functions: this.table, ...this.interpreted },
    };
  }

  get isEmpty(): boolean {
    return this.infos.length === FIRST;
  }

  /** Forgets all functions. */
  drop(): void {
    if (this.isEmpty) return;
    for (const index of this.marked) {
      this.arrays.entries[index] = 0;
      this.arrays.completions[index] = 0;
    }
    this.marked.length = 0;
    this.infos.length = FIRST;
    this.options.paths.clear();
    this.options.ends.clear();
    this.scheduled = undefined;
  }

  /** Whether the paths of one more module can be counted. */
  get hasRoom(): boolean {
    return this.options.paths.size <= MAX_PATHS - BATCH_PATHS - FUNCTION_PATHS;
  }

  private map(root: Root): Int32Array {
    return root.completes ? this.arrays.completions : this.arrays.entries;
  }

  /** Element of the table for a place, 0 when there is none. */
  find(pc: number, completes: boolean): number {
    const index = this.indexOf(pc);
    return index < 0 ? 0 : this.map({ pc, completes })[index >> 1];
  }

  /** Translates a place and what can be reached from it, up to a number of functions. */
  translate(roots: readonly Root[], atMost: number): void {
    const trees = this.collect(roots, atMost);
    if (trees.length === 0) return;
    this.made += trees.length;
    const { builder, emitter, infos } = this;
    builder.clear();
    const signature = builder.type(functionParameters, functionResults);
    const pages = this.memory.buffer.byteLength >> 16;
    builder.importMemory('machine', 'memory', { min: pages, max: pages });
    builder.importTable('machine', 'functions', { min: 1 });
    const first = infos.length;
    const places = new Map<number, number>();
    const completions = new Map<number, number>();
    trees.forEach((tree, i) => (tree.completes ? completions : places).set(tree.pc, i));
    const links: Links = {
      own: (pc) => places.get(pc) ?? -1,
      entry: (pc) => {
        const i = places.get(pc);
        return i === undefined ? this.find(pc, false) : first + i;
      },
      completion: (pc) => {
        const i = completions.get(pc);
        return i === undefined ? this.find(pc, true) : first + i;
      },
    };
    trees.forEach((tree, i) => {
      emitter.compact = first + i >= this.compactFrom;
      emitter.emit(tree, first + i, signature, links);
      builder.code(signature, this.body);
      infos.push({ pc: tree.pc, completes: tree.completes !== undefined });
    });
    builder.element(
      first,
      trees.map((_, i) => i),
    );
    if (infos.length > this.table.length) {
      this.table.grow(Math.max(this.table.length, infos.length - this.table.length));
    }
    if (first < this.compactFrom && infos.length >= this.compactFrom) hostHints.muchCode();
    const bytes = builder.finish();
    // Instantiating puts the functions into the table, which keeps them alive.
    const instance = new this.host.Instance(new this.host.Module(bytes), this.imports());
    if (instance !== undefined) this.modules++;
    this.codeBytes += bytes.length;
    trees.forEach((tree, i) => {
      const index = this.indexOf(tree.pc) >> 1;
      this.marked.push(index);
      this.map({ pc: tree.pc, completes: tree.completes !== undefined })[index] = first + i;
      if (tree.completes) this.options.ends.completed(tree.pc, first + i);
    });
  }

  private collect(roots: readonly Root[], atMost: number): Tree[] {
    const trees: Tree[] = [];
    const { fetch } = this.options;
    const lineShift = fetch && this.infos.length > MUCH ? fetch.lineShift : undefined;
    const most = Math.min(Math.max(REACHED, REACHED_FROM_EACH * roots.length), BATCH, atMost);
    let paths = 0;
    this.options.loops.learn();
    const seen = [new Set<number>(), new Set<number>()] as const;
    const waiting: Root[] = [];
    const want = (pc: number, completes: boolean): void => {
      const set = seen[completes ? 1 : 0];
      if (set.has(pc)) return;
      set.add(pc);
      if (this.indexOf(pc) >= 0 && this.find(pc, completes) === 0) waiting.push({ pc, completes });
    };
    for (const { pc, completes } of roots) {
      want(pc, completes);
      // A jump may lead to an access.
      if (completes) want(pc, false);
    }
    for (let root = waiting.shift(); root !== undefined; root = waiting.shift()) {
      if (trees.length === most || paths > BATCH_PATHS) break;
      const tree = growTree(this.reader, root.pc, root.completes, lineShift);
      if (tree === undefined || isEmpty(tree)) continue;
      trees.push(tree);
      paths += mostPaths(tree.body);
      for (const { steps, end } of nodesOf(tree.body)) {
        for (const step of steps)
          if (step.row.timing === 'jump' && isLink(step.rd)) want(step.after, false);
        if (end.kind === 'request') want(end.step.pc, true);
        else if (end.kind === 'chain') want(end.pc, false);
        else if (end.kind === 'jalr' && isLink(end.step.rd)) want(end.step.after, false);
        else if (end.kind === 'leave' && end.reason === 'system') {
          const step = this.reader.at(end.pc);
          if (step) want(step.after, false);
        }
      }
    }
    // What runs together lies together: for the host's caches, code and counters.
    return trees.toSorted((a, b) => a.pc - b.pc);
  }
}

const isLink = (rd: number): boolean => rd === 1 || rd === 5;

/** A function that would do nothing but leave. */
function isEmpty({ completes, body }: Tree): boolean {
  return completes === undefined && body.steps.length === 0 && body.end.kind === 'leave';
}

/** Paths that its code may have: ends, guards before them, and fetches that miss. */
function mostPaths(body: Node): number {
  let paths = 0;
  for (const { steps, setUps } of nodesOf(body)) paths += 3 + steps.length + setUps.size;
  return paths;
}
