import { totalOf } from '../../emulator/machine-stats.js';
import type {
  HartView,
  MachineApi,
  MachineStats,
  Probe,
  Stop,
  TierStats,
  TraceSink,
} from '../../emulator/api.js';
import { OctobarError } from '../../emulator/sim/error.js';

/** One step of a script: an instruction of a hart leaves decode, a byte is printed, or the run ends. */
export type Step =
  | { cycle: number; hart: number; pc: number }
  | { cycle: number; hart: number; print: string }
  | { cycle: number; stop: Stop };

/** Plays a script instead of running code: the session's own work can be checked to the cycle. */
export class FakeMachine implements MachineApi {
  now = 0;
  entry: number | undefined;
  toHost: number | undefined;
  readonly preloaded = new Map<string, Uint8Array>();
  private readonly memory = new Map<number, number>();
  private readonly probes = new Map<number, Probe>();
  private sink: TraceSink | undefined;
  private output: (hart: number, byte: number) => void = () => undefined;
  private next = 0;
  private readonly instret: number[] = [];
  ended: Stop | undefined;

  constructor(
    private readonly script: Step[] = [],
    private readonly takesSections = true,
    readonly views: Partial<HartView>[] = [],
  ) {}

  map() {
    return [
      { base: 0x10000000, size: 0x80000, name: 'TCDM', latency: 1 },
      { base: 0x10200000, size: 0x400, name: 'cluster control', latency: 4 },
      { base: 0x1c000000, size: 0x200000, name: 'L2', latency: 10 },
    ];
  }

  read(address: number, bytes: number): Uint8Array {
    this.claim(address, bytes);
    return Uint8Array.from({ length: bytes }, (_, i) => this.memory.get(address + i) ?? 0);
  }

  write(address: number, data: Uint8Array): void {
    this.claim(address, data.length);
    data.forEach((byte, i) => this.memory.set(address + i, byte));
  }

  start(entry: number): void {
    this.entry = entry;
  }

  runUntil(cycle: number): Stop {
    while (!this.ended && this.next < this.script.length && this.script[this.next].cycle < cycle) {
      const step = this.script[this.next++];
      this.now = step.cycle;
      if ('stop' in step) this.ended = step.stop;
      else if ('print' in step) {
        for (const byte of new TextEncoder().encode(step.print)) this.output(step.hart, byte);
      } else if (this.issue(step)) return { reason: 'probe', hart: step.hart, pc: step.pc };
    }
    if (this.ended) return this.ended;
    this.now = cycle;
    return { reason: 'cycle' };
  }

  register(): number {
    return 0;
  }

  codeAt(): number {
    return 0;
  }

  hart(index: number): HartView {
    return {
      pc: 0x1c000000,
      registers: Array.from({ length: 32 }, () => 0),
      state: 'running',
      waitsFor: undefined,
      recent: [0x1c000000],
      ...this.views[index],
    };
  }

  tiers(): TierStats {
    return {
      engine: 'interpreter',
      off: ['engine'],
      regions_off: null,
      instructions: { region: 0, translated: 0, interpreted: 0 },
      assisted: 0,
      shares: { region: 0, translated: 0, interpreted: 0 },
      leaves: {},
      visits: 0,
      region_visits: 0,
      regions: 0,
      phases: {},
      phase_cycles: 0,
      functions: 0,
      modules: 0,
      code_bytes: 0,
      dropped: 0,
    };
  }

  stats(): MachineStats {
    const harts = Array.from({ length: 8 }, (_, hart) => ({
      instret: this.instret[hart] ?? 0,
      cycles_active: this.now,
      cycles_sleep: 0,
      compressed: 0,
      loads: 0,
      stores: 0,
      jumps: 0,
      branches: 0,
      branches_taken: 0,
      jalr_stalls: 0,
      tcdm_reads: 0,
      tcdm_writes: 0,
      l2_reads: 0,
      l2_writes: 0,
      peripheral_accesses: 0,
      icache_misses: 0,
      icache_prefetches: 0,
      icache_shared_misses: 0,
      stalls: { load_use: this.now - (this.instret[hart] ?? 0) },
    }));
    return {
      cycles: this.now,
      harts,
      total: totalOf(harts),
      icache: { private_misses: 0, shared_misses: 0, shared_waits: 0 },
      tcdm: {
        accesses: 3,
        port_reads: 2,
        port_writes: 1,
        conflicts: 1,
        conflicts_per_bank: [1, 0],
      },
      events: { delivered: 0 },
      dma: { bytes_in: 0 },
      engines: { ima: { jobs: 2, busy_cycles: 130, stall_cycles: 0 } },
    };
  }

  probe(pc: number, probe: Probe): void {
    if (this.probes.has(pc)) throw new Error('the session must keep one probe for each pc');
    this.probes.set(pc, probe);
  }

  trace(sink: TraceSink | undefined): void {
    this.sink = sink;
  }

  readonly profiler = undefined;

  profile(): void {
    // Nothing here costs anything.
  }

  observeUnits(): void {
    // Nothing here has units.
  }

  onOutput(sink: (hart: number, byte: number) => void): void {
    this.output = sink;
  }

  setToHost(address: number): void {
    this.toHost = address;
  }

  preload(section: string, bytes: Uint8Array): boolean {
    if (this.takesSections) this.preloaded.set(section, bytes);
    return this.takesSections;
  }

  disassemble(address: number): { text: string; bytes: number } {
    this.claim(address, 2);
    return { text: 'nop', bytes: 4 };
  }

  save(): unknown {
    return { now: this.now, next: this.next, instret: [...this.instret] };
  }

  restore(state: unknown): void {
    const saved = state as { now: number; next: number; instret: number[] };
    this.now = saved.now;
    this.next = saved.next;
    this.instret.splice(0, this.instret.length, ...saved.instret);
    this.ended = undefined;
  }

  private issue({ hart, pc, cycle }: { hart: number; pc: number; cycle: number }): boolean {
    const instret = this.instret[hart] ?? 0;
    this.instret[hart] = instret + 1;
    this.sink?.(hart, pc, cycle);
    return this.probes.get(pc)?.(hart, pc, cycle, instret) === true;
  }

  private claim(address: number, bytes: number): void {
    const inside = [this.map()[0], this.map()[2]].some(
      (r) => address >= r.base && address + bytes <= r.base + r.size,
    );
    if (!inside) throw new OctobarError('unmapped-access', 'no memory here', { address });
  }
}
