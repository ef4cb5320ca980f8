import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { Memory } from '../memory/memory.js';
import type { SharedArena } from '../memory/arena.js';
import {
  exported,
  FunctionBody,
  ModuleBuilder,
  Type,
  wasmHost,
  type WasmFunction,
} from '../wasm/index.js';
import type { LoopTable } from './loops.js';
import type { TranslatorArrays } from './layout.js';
import { Region } from './region.js';
import { RegionEmitter } from './region-emitter.js';
import { Flow } from './region-flow.js';
import { isReturn, RegionGraph, type RegionSize, type RegionSource } from './region-graph.js';
import { Shape } from './region-shape.js';
import type { Variant } from './region-frame.js';
import { writesOf, type Step, type StepReader } from './tree.js';

export interface RegionMakerOptions {
  readonly harts: Harts;
  readonly crossbar: Crossbar;
  readonly arena: SharedArena;
  readonly arrays: TranslatorArrays;
  readonly icache: InstructionCache | undefined;
  readonly reader: StepReader;
  readonly loops: LoopTable;
  readonly eager: boolean;
  readonly l2: Memory;
  /** Cycles of an access to it. */
  readonly l2Latency: number;
}

/**
 * How large a region of harts that book is, by how many there are already. The first ones have all that can be reached from where they begin. What
 * follows would have most of that once more, for each place where a hart has come to stand: so later ones lead from there to others.
 */
const SIZES: readonly { readonly from: number; readonly size: RegionSize }[] = [
  { from: 0, size: { blocks: 220, steps: 1200 } },
  { from: 8, size: { blocks: 64, steps: 320 } },
  { from: 12, size: { blocks: 32, steps: 160 } },
];

/** Instructions of a region without loops that is worth while. */
const LEAST_STEPS = 4;

/** Where a region ends that is one of so many for harts that book. */
export const sizeOf = (others: number): RegionSize =>
  SIZES.findLast(({ from }) => from <= others)!.size;

/** Translates regions. */
export class RegionMaker {
  codeBytes = 0;
  private readonly targets = new Map<number, Set<number>>();
  private readonly body = new FunctionBody();
  private readonly builder = new ModuleBuilder();
  private readonly emitter: RegionEmitter;

  constructor(private readonly options: RegionMakerOptions) {
    const { harts, arrays, crossbar } = options;
    const { timing, tcdm } = harts;
    this.emitter = new RegionEmitter(this.body, {
      divBase: timing.div_base,
      tcdmAt: tcdm.u8.byteOffset,
      frameAt: arrays.frame.byteOffset,
      bankBitsAt: arrays.banksAt,
      banks: crossbar.banks,
      tcdm: { base: tcdm.base, size: tcdm.size },
      wordsAt: harts.state.words.byteOffset,
      hartId: harts.csrs.hartId(0),
      outer: {
        latency: options.l2Latency,
        at: options.l2.u8.byteOffset,
        base: options.l2.base,
        size: options.l2.size,
      },
    });
    this.emitter.lineOf = (pc) => this.lineOf(pc);
  }

  private lineOf(pc: number): number {
    const { harts, icache } = this.options;
    return harts.codeCache.indexOf(pc) >>> icache!.lineShift;
  }

  drop(): void {
    this.targets.clear();
  }

  /** An indirect jump led there. */
  learn(pc: number, target: number): void {
    const seen = this.targets.get(pc);
    if (seen === undefined) this.targets.set(pc, new Set([target]));
    else if (seen.size < MOST_SEEN) seen.add(target);
  }

  /**
   * The region at the place of a hart; undefined where there is none that is worth while.
   * @param variant as it will run first
   * @param harts whose instruction caches must have its lines, one bit each
   * @param evenShort whether a few instructions are worth while, too
   * @param limits where it ends
   * @param whole whether it is worth nothing where it leads to a line that one of these caches has not: `cut`
   */
  make(
    hart: number,
    pc: number,
    version: number,
    variant: Variant,
    harts: number,
    evenShort: boolean,
    whole: boolean,
    limits: Pick<RegionSource, 'most' | 'isHead'>,
  ): Region | 'cut' | undefined {
    const { reader, loops, eager } = this.options;
    const { codeCache, timing } = this.options.harts;
    loops.learn();
    const { generation } = codeCache;
    let isCut = false;
    const source: RegionSource = {
      ...limits,
      reader,
      timing,
      fetched: (step) => {
        const isFetched = variant === 'fetching' || this.isFetchedBy(harts, step);
        isCut ||= !isFetched;
        return isFetched;
      },
      targets: (at) => this.targets.get(at) ?? none,
    };
    const graph = this.grow(hart, source, pc);
    if (whole && isCut) return 'cut';
    // A loop that was found there changes the code.
    if (graph === undefined || codeCache.generation !== generation) return undefined;
    const outer = new Set([...graph.steps].filter((step) => this.isOuter(step)));
    const shape = new Shape(graph.blocks, (step) => step.row.timing === 'div' || outer.has(step));
    const jumps = graph.blocks.map(({ end }) => end).filter((end) => end.kind === 'jalr');
    // Where a jump leads is learnt by running up to it.
    const open = jumps.some(({ targets, far }) => targets.length === 0 && !far);
    const leads = jumps.length > 0 && graph.steps.size >= LEAST_STEPS;
    if (!shape.loops && !open && !leads && !eager && !evenShort) return undefined;
    const flow = new Flow(graph.blocks, shape.depths, [...shape.tight.values()]);
    const emit = (of: Variant) => {
      // Looking at the code of the region may have moved the end.
      this.emitter.codeEnd = Math.min(this.options.harts.tcdmCodeEnd, 0x7fffffff);
      this.emitter.variant = of;
      this.emitter.outerLoads = outer;
      return this.emitter.emit(graph, shape, flow, reader, timing);
    };
    const emitted = emit(variant);
    if (emitted === undefined) return undefined;
    const first = this.compile();
    return new Region(
      pc,
      (of) => {
        if (of === variant) return first;
        emit(of);
        return this.compile();
      },
      this.linesOf(graph),
      [...graph.steps].filter(({ endsLoop }) => endsLoop).map((step) => step.pc),
      [...this.emitter.exits],
      graph.blocks,
      flow,
      emitted,
      version,
      new Set([...outer].map((step) => step.pc)),
      variant === 'fetching',
    );
  }

  /** Where nothing changes the link register of a function, it returns to where the hart came from. */
  private grow(hart: number, source: RegionSource, pc: number): RegionGraph | undefined {
    const graph = RegionGraph.grow(source, pc);
    const jumps = graph?.blocks.map(({ end }) => end).filter(({ kind }) => kind === 'jalr') ?? [];
    const unknown = jumps.flatMap((end) =>
      'step' in end &&
      end.step !== undefined &&
      isReturn(end.step) &&
      !this.targets.has(end.step.pc)
        ? [end.step]
        : [],
    );
    if (graph === undefined || unknown.length === 0) return graph;
    const { registers } = this.options.harts.state;
    let news = false;
    for (const { pc: at, rs1 } of unknown) {
      const target = registers[(hart << HART_SHIFT) + rs1] & -2;
      if ([...graph.steps].some((step) => writesOf(step) === rs1)) continue;
      if (this.options.reader.at(target) === undefined) continue;
      this.learn(at, target);
      news = true;
    }
    return news ? RegionGraph.grow(source, pc) : graph;
  }

  /** Whether a step is a load that reached L2. What is tried at first sight takes every second one for such: tests see both. */
  isOuter({ pc, row }: Step): boolean {
    if (row.timing !== 'load') return false;
    const { codeCache } = this.options.harts;
    if (this.options.eager && (pc & 4) !== 0) return true;
    return codeCache.loadsL2[codeCache.indexOf(pc) >> 1] !== 0;
  }

  /** Whether the fetch of an instruction has no consequence for a hart now. */
  isFetched(hart: number, { pc, after }: Step): boolean {
    const { icache, harts } = this.options;
    if (icache === undefined) return true;
    const { codeCache } = harts;
    return (
      icache.hits(hart, codeCache.indexOf(pc)) && icache.hits(hart, codeCache.indexOf(after - 2))
    );
  }

  private isFetchedBy(harts: number, step: Step): boolean {
    for (let rest = harts; rest !== 0; rest &= rest - 1)
      if (!this.isFetched(31 - Math.clz32(rest & -rest), step)) return false;
    return true;
  }

  private compile(): WasmFunction {
    const { builder, options } = this;
    const host = wasmHost()!;
    const memory = options.arena.memory!;
    const pages = memory.buffer.byteLength >> 16;
    builder.clear();
    builder.importMemory('machine', 'memory', { min: pages, max: pages });
    const type = builder.type([Type.i32], [Type.i32]);
    builder.exportFunction('run', builder.code(type, this.body));
    const bytes = builder.finish();
    this.codeBytes += bytes.length;
    const { exports } = new host.Instance(new host.Module(bytes), { machine: { memory } });
    return exported(exports, 'run');
  }

  private linesOf(graph: RegionGraph): Int32Array {
    const { icache } = this.options;
    const lines = new Set<number>();
    if (icache !== undefined) {
      for (const { pc, after } of graph.steps) {
        lines.add(this.lineOf(pc));
        lines.add(this.lineOf(after - 2));
      }
    }
    return Int32Array.from(lines);
  }
}

const none: ReadonlySet<number> = new Set();
/** Targets of a jump that are remembered. */
const MOST_SEEN = 16;
