/** Follows hart 0 through the steps of a network: whose cycles they are, and what tensors it shows. */
import { networkSteps, type StepName } from '../deploy/codegen/network-layout.js';
import type { NetworkShape } from '../deploy/map/network-shape.js';
import type { Session, Stats } from '../session/index.js';
import { TensorCheck, type TensorReport } from './tensor-check.js';

/** Counts of one layer, all its stripes together. */
export interface LayerTally {
  /** In its kernels or engine jobs. */
  cycles: number;
  /** Hart 0 waits for the DMA before the layer, or starts transfers. */
  dma: number;
  /** Rows that are moved for the next stripe. */
  moves: number;
  /** Cells that are programmed again. */
  programming: number;
  /** Engine jobs, cycles in which its port was not granted, bytes that the DMA moved meanwhile. */
  jobs: number;
  stalls: number;
  dmaBytes: number;
  conflicts: number;
  stripes: number;
  /** pJ of the cluster in the time of its steps; what the crossbars take goes to the layer on them. */
  energy: number;
}

const emptyTally = (): LayerTally => ({
  cycles: 0,
  dma: 0,
  moves: 0,
  programming: 0,
  jobs: 0,
  stalls: 0,
  dmaBytes: 0,
  conflicts: 0,
  stripes: 0,
  energy: 0,
});

type Cost = 'cycles' | 'dma' | 'moves' | 'programming';

const costOf: Record<Exclude<StepName, 'show'>, Cost> = {
  copy_in: 'dma',
  copy_out: 'dma',
  wait: 'dma',
  move: 'moves',
  program: 'programming',
  array: 'cycles',
  array_start: 'cycles',
  array_finish: 'cycles',
  depthwise: 'cycles',
  depthwise_harts: 'cycles',
  convolution: 'cycles',
  convolution_rgb: 'cycles',
  windows: 'cycles',
  products: 'cycles',
  linear: 'cycles',
  add: 'cycles',
  pool: 'cycles',
};

interface Counts {
  readonly jobs: number;
  readonly stalls: number;
  readonly bytes: number;
  readonly conflicts: number;
  readonly energy: number;
  /** Of it, that of the crossbars. */
  readonly crossbars: number;
}

export interface WatchOptions {
  /** Bytes of a tensor; undefined: its rows are not compared. */
  readonly reference: ((layer: string) => Uint8Array | undefined) | undefined;
  /** Called when rows of a layer are complete. */
  readonly progress: ((layer: number, rowsDone: number) => void) | undefined;
  /** Called for each stretch of cycles in which a layer computes. */
  readonly span?: ((layer: string, from: number, to: number) => void) | undefined;
  /** Called at the end of each step: its layer, or `(dma)`, `(moves)`, `(programming)`. */
  readonly part?: ((name: string) => void) | undefined;
}

export class Watch {
  readonly tallies: LayerTally[];
  startCycle = NaN;
  endCycle = NaN;
  before: Stats | undefined;
  after: Stats | undefined;
  private readonly checks = new Map<number, TensorCheck>();
  /** What the step under way costs, and since when. */
  private open: { cost: Cost; layer: number | undefined } | undefined;
  private since = 0;
  private counted: Counts = {
    jobs: 0,
    stalls: 0,
    bytes: 0,
    conflicts: 0,
    energy: 0,
    crossbars: 0,
  };
  /** Costs of steps whose layer is the next that computes. */
  private pending = emptyTally();
  private lastLayer = 0;
  /** Layer that runs on the crossbars while harts do something else. */
  private started: number | undefined;

  constructor(
    private readonly session: Session,
    private readonly shape: NetworkShape,
    private readonly options: WatchOptions,
  ) {
    this.tallies = shape.layers.map(emptyTally);
    session.probe('net_start', (_hart, _pc, cycle) => this.start(cycle));
    session.probe('net_end', (_hart, _pc, cycle) => this.end(cycle));
    for (const { name, layer } of networkSteps) {
      // Generated C is linked with the steps that it takes.
      if (session.symbols.find(`net_${name}`).length === 0) continue;
      session.probe(`net_${name}`, (hart, _pc, cycle) => {
        if (hart !== 0) return;
        const number = layer ? this.session.readWord(this.argument(0)) : undefined;
        if (name === 'show') this.show(number!, cycle);
        else this.step(name, number, cycle);
      });
    }
  }

  get cycles(): number {
    return this.endCycle - this.startCycle;
  }

  /** By layer number; only layers with a reference. */
  reports(): Map<number, TensorReport> {
    return new Map([...this.checks].map(([layer, check]) => [layer, check.report()]));
  }

  private argument(n: number): number {
    return this.session.register(0, 10 + n);
  }

  private start(cycle: number): void {
    this.startCycle = cycle;
    this.since = cycle;
    this.before = this.session.stats();
    this.counted = countsOf(this.before);
  }

  private end(cycle: number): void {
    this.close(cycle);
    this.spend(this.lastLayer);
    this.endCycle = cycle;
    this.after = this.session.stats();
  }

  private step(name: Exclude<StepName, 'show'>, layer: number | undefined, cycle: number): void {
    this.begin(costOf[name], layer, cycle);
    if (name === 'array_start') this.started = layer;
  }

  private begin(cost: Cost, layer: number | undefined, cycle: number): void {
    // Before the start the first blob is brought.
    if (Number.isNaN(this.startCycle)) return;
    this.close(cycle);
    this.open = { cost, layer };
    if (layer !== undefined) {
      this.spend(layer);
      this.lastLayer = layer;
    }
  }

  /** Books what the step under way has cost up to now. */
  private close(cycle: number): void {
    const to = this.open?.layer === undefined ? this.pending : this.tallies[this.open.layer]!;
    to[this.open?.cost ?? 'dma'] += cycle - this.since;
    const { cost, layer } = this.open ?? {};
    const computes = cost === 'cycles' && layer !== undefined;
    if (computes && cycle > this.since)
      this.options.span?.(this.shape.layers[layer]!.name, this.since, cycle);
    this.options.part?.(computes ? this.shape.layers[layer]!.name : `(${cost ?? 'dma'})`);
    const now = countsOf(this.session.stats());
    // Products belong to the layer on the crossbars, also while harts compute another.
    const engine = this.started === undefined ? to : this.tallies[this.started]!;
    engine.jobs += now.jobs - this.counted.jobs;
    engine.stalls += now.stalls - this.counted.stalls;
    to.dmaBytes += now.bytes - this.counted.bytes;
    to.conflicts += now.conflicts - this.counted.conflicts;
    const crossbars = now.crossbars - this.counted.crossbars;
    engine.energy += crossbars;
    to.energy += now.energy - this.counted.energy - crossbars;
    this.counted = now;
    this.since = cycle;
    this.open = undefined;
  }

  private spend(layer: number): void {
    const tally = this.tallies[layer]!;
    for (const key of Object.keys(tally) as (keyof LayerTally)[]) tally[key] += this.pending[key];
    this.pending = emptyTally();
  }

  private show(layer: number, cycle: number): void {
    this.close(cycle);
    if (layer === this.started) this.started = undefined;
    const [data, range, pitch] = [this.argument(1), this.argument(2), this.argument(3)];
    const first = range & 0xffff;
    const rows = range >>> 16;
    const node = this.shape.layers[layer]!;
    this.tallies[layer]!.stripes += 1;
    const check = this.checkOf(layer);
    if (check !== undefined) {
      const bytes = this.session.read(data, rows * pitch);
      check.rows(first, bytes);
    }
    this.options.progress?.(layer, (first + rows) / node.output.height);
  }

  private checkOf(layer: number): TensorCheck | undefined {
    const known = this.checks.get(layer);
    if (known !== undefined) return known;
    const { name, output } = this.shape.layers[layer]!;
    const reference = this.options.reference?.(name);
    if (reference === undefined) return undefined;
    const channelBytes = this.shape.rowBytes(name) / output.width;
    const check = new TensorCheck(reference, output.height, channelBytes);
    this.checks.set(layer, check);
    return check;
  }
}

function countsOf(stats: Stats): Counts {
  const engines = Object.values(stats.engines);
  const sum = (key: string): number =>
    engines.reduce((total, counters) => total + (counters[key] ?? 0), 0);
  return {
    jobs: sum('mvms'),
    stalls: sum('stall_cycles'),
    bytes: (stats.dma['bytes_in'] ?? 0) + (stats.dma['bytes_out'] ?? 0),
    conflicts: stats.tcdm.conflicts,
    energy: stats.energy.total_pj,
    crossbars: stats.energy.components['IMA'] ?? 0,
  };
}
