/**
 * The public API. A session is one machine from its configuration to its result:
 * open it, load images, watch what you like, run, ask. Times are cycles, addresses are guest
 * addresses. Watching never changes the run. Whatever goes wrong throws an OctobarError.
 */
import type {
  HartView,
  MachineApi,
  MachineStats,
  Probe,
  Stop,
  TraceSink,
} from '../../emulator/api.js';
import type { HartProfiler, ProfilerOptions } from '../../emulator/hart/profiler.js';
import { OctobarError } from '../../emulator/sim/error.js';
import type { UnitObserver } from '../../emulator/sim/intervals.js';
import type { Configuration } from '../config/index.js';
import { LineTable, SymbolTable } from '../loader/index.js';
import type { ElfFile } from '../loader/index.js';
import { checkLoadable, imageInfo, loadImage, preloadArrays, readImage } from './images.js';
import type { Image } from './images.js';
import { Metrics, metricSymbol } from './metrics.js';
import type { Metric } from './metrics.js';
import { OutputLines } from './output-lines.js';
import { findSymbol, resolvePlace } from './place.js';
import type { Place } from './place.js';
import { Region } from './regions.js';
import { machineReport, place } from './report.js';
import { inTurn, together, type Tracers } from './observers.js';
import { buildStats, errorEnd } from './stats.js';
import type { End, ImageInfo, Stats } from './stats.js';

export interface RunOptions {
  /** The run is an error `cycle-limit` when it has not ended by then. Default `defaultMaxCycles`. */
  maxCycles?: number;
}

/** A guest that hangs must not hang its caller: 2 s of guest time at 500 MHz. */
export const defaultMaxCycles = 1_000_000_000;

/** How `run` came back: the guest ended the run, or a probe stopped it. */
export type RunResult = Extract<Stop, { reason: 'exit' | 'probe' }>;

/** How `runUntil` came back: also when the cycle is reached. */
export type StopResult = Exclude<Stop, { reason: 'fault' }>;

/** One complete line of guest output; the last one of a run may lack its newline. */
export type OutputListener = (text: string, hart: number, bytes: Uint8Array) => void;

/** Looks at the machine between cycles; must move its `nextCycle` on. */
export interface Sampler {
  /** Infinity: never. */
  readonly nextCycle: number;
  sample(cycle: number): void;
}

interface Snapshot {
  schema: 'octobar-snapshot/1';
  images: ImageInfo[];
  config: unknown;
  machine: unknown;
  started: boolean;
  end: End;
  exitCode: number | null;
  regions: unknown[];
  output: unknown;
  metrics: Metric[];
}

export interface SessionParts {
  readonly machine: MachineApi;
  readonly configuration: Configuration;
  readonly version: string;
  readonly seed: number;
}

export class Session {
  readonly configuration: Configuration;
  /** Number of harts; the last one is the controller when the machine has one. */
  readonly harts: number;
  private machine: MachineApi | undefined;
  private readonly files: ElfFile[] = [];
  private readonly images: ImageInfo[] = [];
  private symbolTable = SymbolTable.of([]);
  private lineTable: LineTable | undefined;
  private entry: number | undefined;
  private started = false;
  private end: End = { reason: 'none' };
  private exitCode: number | null = null;
  private error: OctobarError | undefined;
  private readonly regions: Region[] = [];
  private readonly probes = new Map<number, Probe[]>();
  private readonly listeners: OutputListener[] = [];
  private readonly samplers: Sampler[] = [];
  private readonly observers: UnitObserver[] = [];
  private readonly tracers: Tracers = {};
  /** The run must come back for a new cut, and whether the last probe stopped it for its own sake. */
  private cutAgain = false;
  private probeStops = false;
  private readonly output: OutputLines;
  private readonly metrics = new Metrics();

  constructor(private readonly parts: SessionParts) {
    this.configuration = parts.configuration;
    const hasController = this.configuration.get('controller.present') === true;
    this.harts = this.configuration.number('harts') + (hasController ? 1 : 0);
    this.machine = parts.machine;
    const decoder = new TextDecoder();
    this.output = new OutputLines((bytes, hart) => {
      const text = this.listeners.length > 0 ? decoder.decode(bytes) : '';
      for (const listener of this.listeners) listener(text, hart, bytes);
    });
    parts.machine.onOutput((hart, byte) => this.output.put(hart, byte));
  }

  /** Cycles so far. */
  get now(): number {
    return this.open.now;
  }

  get symbols(): SymbolTable {
    return this.symbolTable;
  }

  /** Source lines of addresses, where the images carry them. */
  get lines(): LineTable {
    // Read at the first use: most runs never ask.
    return (this.lineTable ??= LineTable.of(this.files));
  }

  /**
   * Copies the segments of ELF images into memory and their `.ima.<n>` sections into the arrays.
   * The first image with code names the entry; the others may add data.
   */
  load(...images: Image[]): void {
    if (this.started) {
      throw new OctobarError('usage', 'images must be loaded before the run begins', {
        hint: 'open a new session for another image',
      });
    }
    const read = images.map(readImage);
    const all = [...this.files, ...read.map((image) => image.elf)];
    // All checks come before the first byte, so that a refused image leaves nothing behind.
    checkLoadable(this.open, all);
    const symbols = SymbolTable.of(all);
    for (const { elf, bytes } of read) {
      loadImage(this.open, elf);
      this.entry ??= elf.entry;
      this.files.push(elf);
      this.images.push(imageInfo(elf.name, bytes));
    }
    this.symbolTable = symbols;
    this.lineTable = undefined;
    const toHost = symbols.find('tohost')[0];
    if (toHost) this.open.setToHost(toHost.address);
    if (symbols.find(metricSymbol)[0]) {
      this.probe(metricSymbol, (hart) => {
        const { registers } = this.open.hart(hart);
        this.metrics.record(hart, registers, (address) => this.open.read(address, 1)[0]);
      });
    }
    // The runtime's word for the end of its heap: the TCDM of this machine, not the one it was linked for.
    const heapEnd = symbols.find('octobar_l1_end')[0];
    if (heapEnd) {
      const tcdm = this.open.map().find(({ name }) => name === 'tcdm');
      if (tcdm) this.writeWord(heapEnd.address, tcdm.base + tcdm.size);
    }
  }

  /** Runs to the end. @throws OctobarError when the run does not end by the guest itself */
  run(options: RunOptions = {}): RunResult {
    const limit = options.maxCycles ?? defaultMaxCycles;
    const stop = this.runUntil(limit);
    if (stop.reason !== 'cycle') return stop;
    throw this.fail(
      new OctobarError('cycle-limit', `the run did not end within ${limit} cycles`, {
        ...this.busiest(),
        cycle: this.now,
        hint: 'look at what the harts are doing, or give more with --max-cycles (maxCycles)',
      }),
    );
  }

  /** Runs every cycle before `cycle`, or until the run ends or a probe stops it. */
  runUntil(cycle: number): StopResult {
    if (!Number.isSafeInteger(cycle) || cycle < 0) {
      throw new OctobarError('usage', `${cycle} is not a number of cycles`);
    }
    if (this.error) throw this.error;
    if (this.end.reason === 'exit') {
      return { reason: 'exit', code: this.exitCode ?? 0, hart: this.end.hart };
    }
    this.begin();
    const stop = this.advance(cycle);
    if (stop.reason === 'fault') throw this.fail(stop.error);
    if (stop.reason === 'exit') {
      this.exitCode = stop.code;
      this.end = { reason: 'exit', hart: stop.hart };
      this.output.flush();
    }
    return stop;
  }

  /** Runs to `limit` in stretches that end where a sampler wants to look. */
  private advance(limit: number): Stop {
    for (;;) {
      let cut = limit;
      for (const { nextCycle } of this.samplers) cut = Math.min(cut, Math.max(nextCycle, this.now));
      const stop = this.open.runUntil(cut);
      if (stop.reason === 'cycle') {
        for (const sampler of this.samplers) {
          if (this.now >= sampler.nextCycle) sampler.sample(this.now);
        }
      }
      if (this.cutAgain && stop.reason === 'probe' && !this.probeStops) {
        this.cutAgain = false;
        continue;
      }
      if (stop.reason !== 'cycle' || cut === limit) return stop;
    }
  }

  /** Runs `cycles` cycles, one by default. */
  step(cycles = 1): StopResult {
    return this.runUntil(this.now + cycles);
  }

  /** Memory as it is; no time passes. */
  read(at: Place, bytes: number): Uint8Array {
    return this.open.read(this.address(at), bytes);
  }

  readWord(at: Place): number {
    const data = this.read(at, 4);
    return new DataView(data.buffer, data.byteOffset, 4).getUint32(0, true);
  }

  write(at: Place, data: Uint8Array): void {
    this.open.write(this.address(at), data);
  }

  writeWord(at: Place, value: number): void {
    const data = new Uint8Array(4);
    new DataView(data.buffer).setUint32(0, value >>> 0, true);
    this.write(at, data);
  }

  hart(index: number): HartView {
    if (!Number.isInteger(index) || index < 0 || index >= this.harts) {
      throw new OctobarError('usage', `there is no hart ${index}`, {
        hint: `the harts are 0 to ${this.harts - 1}`,
      });
    }
    return this.open.hart(index);
  }

  /** Address of `main`, `main+0x1c` or `0x1c008080`. */
  address(at: Place): number {
    return resolvePlace(this.symbolTable, at);
  }

  /** Addresses that a function or label covers: its size, else up to the next symbol. */
  extent(name: string): { from: number; to: number } {
    const symbol = findSymbol(this.symbolTable, name);
    const from = symbol.address;
    if (symbol.size > 0) return { from, to: from + symbol.size };
    const next = this.symbolTable.all().find((other) => other.address > from);
    return { from, to: next?.address ?? from + 1 };
  }

  /** `0x1c00809c <main+0x1c> main.c:12`, as far as known. */
  describe(address: number): string {
    return place(this.reportSources(), address);
  }

  /** Calls back when an instruction at this place leaves decode; true stops the run there. */
  probe(at: Place, callback: Probe): void {
    const pc = this.address(at);
    const known = this.probes.get(pc);
    if (known) {
      known.push(callback);
      return;
    }
    const callbacks = [callback];
    this.probes.set(pc, callbacks);
    this.open.probe(pc, (hart, _, cycle, instret) => {
      let stop = false;
      for (const call of callbacks) stop = call(hart, pc, cycle, instret) === true || stop;
      this.probeStops = stop;
      return stop || this.cutAgain;
    });
  }

  /** Measures each hart from the instruction at `from` to the one at `to`; see `Region`. */
  region(name: string, from: Place, to: Place): void {
    if (this.regions.some((region) => region.name === name)) {
      throw new OctobarError('usage', `there are two regions named ${JSON.stringify(name)}`, {
        hint: 'give each region a name of its own',
      });
    }
    const region = new Region(name, this.address(from), this.address(to));
    this.regions.push(region);
    for (const pc of new Set([region.from, region.to])) {
      this.probe(pc, (hart, _, cycle, instret) => region.visit(hart, pc, cycle, instret));
    }
  }

  /** Names of the regions that no hart has completed. */
  emptyRegions(): string[] {
    return this.regions.filter((region) => region.rows().length === 0).map(({ name }) => name);
  }

  /** Lets `sampler` look at the machine whenever its `nextCycle` is reached, and perhaps passed while nobody ran. */
  sample(sampler: Sampler): void {
    this.samplers.push(sampler);
  }

  /** Inside a probe: some sampler now wants to look at another cycle than before. */
  resample(): void {
    this.cutAgain = true;
  }

  /** Adds somebody who is told what engines, DMA and banks do, as it happens. */
  observeUnits(observer: UnitObserver): void {
    this.observers.push(observer);
    this.open.observeUnits(together(this.observers));
  }

  /** Counts what each instruction costs from the start of the run on, or from now; see `src/profile`. */
  profile(options: ProfilerOptions | undefined): void {
    this.open.profile(options);
  }

  /** What `profile` has counted so far. */
  get profiler(): HartProfiler | undefined {
    return this.open.profiler;
  }

  /** Called for each line that a hart prints. */
  onOutput(listener: OutputListener): void {
    this.listeners.push(listener);
  }

  /** Called for each instruction that leaves decode; undefined ends it. */
  trace(sink: TraceSink | undefined): void {
    this.tracers.trace = sink;
    this.open.trace(inTurn(this.tracers));
  }

  /** The same for an export, beside a trace. */
  follow(sink: TraceSink | undefined): void {
    this.tracers.follow = sink;
    this.open.trace(inTurn(this.tracers));
  }

  /** Register x of a hart, unsigned: for who looks at every instruction. */
  register(hart: number, x: number): number {
    return this.open.register(hart, x);
  }

  /** The 32 bits of code from an address on. */
  codeAt(pc: number): number {
    return this.open.codeAt(pc);
  }

  disassemble(at: Place): { text: string; bytes: number } {
    return this.open.disassemble(this.address(at));
  }

  /** The address map of the machine. */
  map(): ReturnType<MachineApi['map']> {
    return this.open.map();
  }

  /** The images that were loaded. */
  loaded(): readonly ElfFile[] {
    return this.files;
  }

  /** The counters alone; `stats` has them too. */
  counters(): MachineStats {
    return this.open.stats();
  }

  stats(): Stats {
    return buildStats({
      machine: this.open.stats(),
      tier: this.open.tiers(),
      configuration: this.configuration,
      version: this.parts.version,
      seed: this.parts.seed,
      images: this.images,
      outcome: { exitCode: this.exitCode, end: this.end },
      regions: this.regions.flatMap((region) => region.rows()),
      metrics: this.metrics.list(),
    });
  }

  /** What every hart is doing, for people. */
  report(): string {
    return machineReport(this.reportSources(), this.harts);
  }

  /** The whole state; give it to `restore` of a session with the same configuration and images. */
  save(): unknown {
    return {
      schema: 'octobar-snapshot/1',
      images: this.images,
      config: this.configuration.toJSON(),
      machine: this.open.save(),
      started: this.started,
      end: this.end,
      exitCode: this.exitCode,
      regions: this.regions.map((region) => region.save()),
      output: this.output.save(),
      metrics: this.metrics.save(),
    } satisfies Snapshot;
  }

  restore(snapshot: unknown): void {
    const saved = snapshot as Snapshot;
    if (
      saved.schema !== 'octobar-snapshot/1' ||
      !same(saved.images, this.images) ||
      !same(saved.config, this.configuration.toJSON()) ||
      saved.regions.length !== this.regions.length
    ) {
      throw new OctobarError('usage', 'the snapshot belongs to another session', {
        hint: 'restore needs the same configuration, images and regions as the session that saved',
      });
    }
    this.open.restore(saved.machine);
    this.started = saved.started;
    this.end = saved.end;
    this.exitCode = saved.exitCode;
    this.error = undefined;
    this.regions.forEach((region, i) => region.restore(saved.regions[i]));
    this.output.restore(saved.output);
    this.metrics.restore(saved.metrics);
  }

  /** Gives the memory back; every later call is an error. */
  close(): void {
    this.machine = undefined;
  }

  private get open(): MachineApi {
    if (this.machine) return this.machine;
    throw new OctobarError('usage', 'the session is closed', { hint: 'open another one' });
  }

  private begin(): void {
    if (this.started) return;
    if (this.entry === undefined) {
      throw new OctobarError('image', 'no loaded image has code to run', {
        hint: 'load an executable; a data image goes beside it',
      });
    }
    this.started = true;
    this.open.start(this.entry);
    // Starting resets the engines, so their cells are filled now; `load` has checked that they fit.
    for (const elf of this.files) preloadArrays(this.open, elf);
  }

  private fail(error: OctobarError): OctobarError {
    const { pc } = error.context;
    const symbol = pc === undefined ? undefined : this.symbolTable.describe(pc);
    this.output.flush();
    this.error = error.with({ ...(symbol ? { symbol } : {}), report: this.report() });
    this.exitCode = this.error.exitCode;
    this.end = errorEnd(this.error);
    return this.error;
  }

  /** The hart to name where no single one is at fault: the first that is awake. */
  private busiest(): { hart: number; pc: number; address: number } {
    const views = Array.from({ length: this.harts }, (_, index) => this.open.hart(index));
    const awake = views.findIndex(({ state }) => state === 'running' || state === 'waiting');
    const hart = Math.max(awake, 0);
    return { hart, pc: views[hart].pc, address: views[hart].pc };
  }

  private reportSources() {
    return { machine: this.open, symbols: this.symbolTable, lines: this.lines };
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
