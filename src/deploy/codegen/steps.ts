/** The steps of a group: what hart 0 does, in order, with all addresses. */
import type { Load } from '../map/assign-arrays.js';
import { gathers } from '../map/operation.js';
import type { GroupAddresses } from '../tile/addresses.js';
import { skipInPlace, writesOutput, type GroupPlan } from '../tile/plan-group.js';
import { count, paddingAbove, type Rows, type Stripe } from '../tile/rows.js';
import type { Schedule } from '../tile/schedule.js';
import type { StepName } from './network-layout.js';

export interface Step {
  readonly kind: StepName;
  /** Number of the layer, undefined for steps without one. */
  readonly layer: number | undefined;
  readonly args: readonly number[];
  /** Stripe that the step belongs to. */
  readonly stripe: number;
}

/** What lies in L2 and has an address by now. */
export interface L2Data {
  tensor(name: string): number;
  /** Streamed weights of a layer. */
  weights(layer: number): number;
  /** net_plot table of a load, and its length. */
  plots(load: Load): { readonly address: number; readonly count: number };
}

/** Weights that are no slice but lie beside the tables of the layer. */
const residentWeights = 0;

/** DMA slots; slot 0 brings the blobs. Stripes use the two of a pair in turn. */
const slots = { input: 1, skip: 3, output: 5, slice: 7 } as const;

export function groupSteps(
  schedule: Schedule,
  plan: GroupPlan,
  at: GroupAddresses,
  l2: L2Data,
): Step[] {
  return new Emitter(schedule, plan, at, l2).emit();
}

class Emitter {
  private readonly steps: Step[] = [];
  private stripe = 0;
  private loaded: Load | undefined;
  /** Stripes whose output buffer is known to be free. */
  private readonly outputFree = new Set([0, 1]);

  constructor(
    private readonly schedule: Schedule,
    private readonly plan: GroupPlan,
    private readonly at: GroupAddresses,
    private readonly l2: L2Data,
  ) {}

  emit(): Step[] {
    const { stripes, residency, work } = this.plan;
    if (work.loads.length === 1) this.program(work.loads[0]!);
    this.fetch(0);
    if (this.overlaps) this.emitOverlapped();
    else
      stripes.forEach((stripe, k) => {
        this.begin(k);
        work.group.layers.forEach((_, i) => this.layer(i, stripe));
        if (!residency.output) this.send(stripe);
      });
    if (!residency.output) {
      for (let k = Math.max(0, stripes.length - 2); k < stripes.length; k += 1)
        this.put('wait', [slots.output + (k % 2)]);
    }
    return this.steps;
  }

  /** Input of stripe k is there, the next is on its way, rows of the last one are where k needs them. */
  private begin(k: number): void {
    const { stripes } = this.plan;
    this.stripe = k;
    this.awaitInput(k);
    if (k + 1 < stripes.length) this.fetch(k + 1);
    if (k > 0) this.carry(stripes[k - 1]!, stripes[k]!);
  }

  /** A group that begins on the harts and ends on the crossbars: both work at once on neighbouring stripes. */
  private get overlaps(): boolean {
    const { stripes, work } = this.plan;
    const { operations, loads } = work;
    return (
      this.schedule.overlap &&
      stripes.length > 1 &&
      loads.length === 0 &&
      operations.length > 2 &&
      (operations[0] === 'convolution' || operations[0] === 'convolution_rgb') &&
      operations.at(-1) === 'array'
    );
  }

  private emitOverlapped(): void {
    const { stripes, work, residency } = this.plan;
    const last = work.group.layers.length - 1;
    this.begin(0);
    this.layer(0, stripes[0]!);
    stripes.forEach((stripe, k) => {
      this.stripe = k;
      for (let i = 1; i < last; i += 1) this.layer(i, stripe);
      this.layer(last, stripe, () => {
        const next = stripes[k + 1];
        if (next === undefined) return;
        this.begin(k + 1);
        this.layer(0, next);
        this.stripe = k;
      });
      if (!residency.output) this.send(stripe);
    });
  }

  private put(kind: StepName, args: readonly number[], layer?: number): void {
    this.steps.push({ kind, layer, args, stripe: this.stripe });
  }

  private get shape() {
    return this.schedule.shape;
  }

  // ---- moving data ----

  private get bringsInput(): boolean {
    return !this.plan.residency.input;
  }

  private get bringsSkip(): boolean {
    const { work, residency } = this.plan;
    return work.group.skip !== undefined && !skipInPlace(work.group, residency);
  }

  /** Starts the transfers that stripe k needs. */
  private fetch(k: number): void {
    const { tensors } = this.plan.stripes[k]!;
    const { input, skip } = this.plan.work.group;
    if (this.bringsInput)
      this.bring(
        slots.input + (k % 2),
        input,
        tensors[0]!.rows,
        this.at.input[k % this.at.input.length]!,
      );
    if (this.bringsSkip)
      this.bring(
        slots.skip + (k % 2),
        skip!,
        tensors.at(-1)!.rows,
        this.at.skip[k % this.at.skip.length]!,
      );
  }

  private bring(slot: number, name: string, rows: Rows, to: number): void {
    if (count(rows) === 0) return;
    const pitch = this.shape.rowBytes(name);
    this.put('copy_in', [slot, this.l2.tensor(name) + rows.from * pitch, to, count(rows) * pitch]);
  }

  private awaitInput(k: number): void {
    if (this.bringsInput) this.put('wait', [slots.input + (k % 2)]);
    if (this.bringsSkip) this.put('wait', [slots.skip + (k % 2)]);
  }

  private send({ tensors }: Stripe): void {
    const { rows } = tensors.at(-1)!;
    const { output } = this.plan.work.group;
    const pitch = this.shape.rowBytes(output);
    this.put('copy_out', [
      slots.output + (this.stripe % 2),
      this.l2.tensor(output) + rows.from * pitch,
      this.outputBase(rows),
      count(rows) * pitch,
    ]);
  }

  /** Inner rows that the stripe before left and this one needs again move to the start of the buffer. */
  private carry(before: Stripe, stripe: Stripe): void {
    const { layers } = this.plan.work.group;
    for (let t = 1; t < layers.length; t += 1) {
      if (writesOutput(this.plan.work.group, this.shape, t - 1)) continue;
      const { rows, fresh } = stripe.tensors[t]!;
      const shift = rows.from - before.tensors[t]!.rows.from;
      if (shift === 0) continue;
      const pitch = this.shape.rowBytes(this.shape.layers[layers[t - 1]!]!.name);
      const base = this.at.inner[t - 1]!;
      // Pieces of at most `shift` rows do not overlap where they come from.
      for (let row = rows.from; row < fresh.from; row += shift) {
        const piece = Math.min(shift, fresh.from - row);
        const to = base + (row - rows.from) * pitch;
        this.put('move', [to, to + shift * pitch, piece * pitch]);
      }
    }
  }

  private program(load: Load): void {
    if (this.loaded === load) return;
    const { address, count: plots } = this.l2.plots(load);
    this.put('program', [address, plots]);
    this.loaded = load;
  }

  // ---- where rows lie ----

  private inputBase(row: number, first: number): number {
    const { residency, work } = this.plan;
    const pitch = this.shape.rowBytes(work.group.input);
    if (residency.input) return this.at.input[0]! + row * pitch;
    return this.at.input[this.stripe % this.at.input.length]! + (row - first) * pitch;
  }

  private outputBase(rows: Rows): number {
    const { residency, work } = this.plan;
    if (residency.output)
      return this.at.output[0]! + rows.from * this.shape.rowBytes(work.group.output);
    return this.at.output[this.stripe % this.at.output.length]!;
  }

  /** Address of a row of tensor t: 0 is the input of the group, t the output of its layer t - 1. */
  private rowAddress(t: number, row: number, stripe: Stripe): number {
    const { group } = this.plan.work;
    const { rows } = stripe.tensors[t]!;
    if (t === 0) return this.inputBase(row, rows.from);
    const pitch = this.shape.rowBytes(this.shape.layers[group.layers[t - 1]!]!.name);
    if (writesOutput(group, this.shape, t - 1))
      return this.outputBase(stripe.tensors.at(-1)!.rows) + (row - rows.from) * pitch;
    return this.at.inner[t - 1]! + (row - rows.from) * pitch;
  }

  // ---- layers ----

  /** @param meanwhile what the harts do while the crossbars compute the layer */
  private layer(i: number, stripe: Stripe, meanwhile?: () => void): void {
    const { group, operations } = this.plan.work;
    const number = group.layers[i]!;
    const node = this.shape.layers[number]!;
    const { fresh } = stripe.tensors[i + 1]!;
    if (count(fresh) === 0) return;
    if (writesOutput(group, this.shape, i)) this.awaitOutputBuffer();
    const held = stripe.tensors[i]!.rows;
    const from = this.rowAddress(i, held.from, stripe);
    const to = this.rowAddress(i + 1, fresh.from, stripe);
    const pixels = count(fresh) * node.output.width;
    const piece = [from, to, count(held), count(fresh), paddingAbove(this.shape, number, fresh)];
    const operation = operations[i]!;
    switch (operation) {
      case 'array':
        this.array(number, from, to, pixels, meanwhile);
        break;
      case 'depthwise':
      case 'depthwise_harts':
      case 'convolution':
      case 'convolution_rgb':
        this.put(operation, piece, number);
        break;
      case 'products':
      case 'linear':
        this.products(i, piece, pixels);
        break;
      case 'add':
        this.add(i, stripe, from, to, pixels * node.output.channels);
        break;
      case 'pool':
        this.put('pool', [from, to, count(fresh)], number);
        break;
    }
    const range = (fresh.from | (count(fresh) << 16)) >>> 0;
    this.put('show', [to, range, this.shape.rowBytes(node.name)], number);
  }

  private awaitOutputBuffer(): void {
    if (this.plan.residency.output || this.outputFree.has(this.stripe)) return;
    this.put('wait', [slots.output + (this.stripe % 2)]);
    this.outputFree.add(this.stripe);
  }

  private array(
    number: number,
    from: number,
    to: number,
    pixels: number,
    meanwhile: (() => void) | undefined,
  ): void {
    const { loads } = this.plan.work;
    if (loads.length === 0) {
      const tiles = this.schedule.arrayLayers.find(({ layer }) => layer === number)!.tiles.length;
      const args = [from, to, pixels, 0, tiles];
      if (meanwhile === undefined) {
        this.put('array', args, number);
        return;
      }
      this.put('array_start', args, number);
      meanwhile();
      this.put('array_finish', [], number);
      return;
    }
    for (const load of loads) {
      for (const part of load.parts) {
        if (part.layer !== number) continue;
        this.program(load);
        this.put('array', [from, to, pixels, part.firstTile, part.tiles], number);
      }
    }
  }

  /** `piece` is in, out, input rows, output rows, padding above. */
  private products(i: number, piece: readonly number[], pixels: number): void {
    const { work } = this.plan;
    const number = work.group.layers[i]!;
    const node = this.shape.layers[number]!;
    const operation = work.operations[i]!;
    let from = piece[0]!;
    if (operation === 'products' && node.kind === 'convolution' && gathers(node)) {
      this.put('windows', [from, this.at.windows, ...piece.slice(2)], number);
      from = this.at.windows;
    }
    const multiply = (weights: number, first: number, cols: number): void => {
      const to = piece[1]!;
      // The kernel for several pixels wants at least four.
      if (pixels === 1) this.put('linear', [from, to, weights, first, cols], number);
      else this.put('products', [from, to, pixels, weights, first, cols], number);
    };
    const pitch = work.needs[i]!.streamedRow;
    const channels = node.output.channels;
    if (pitch === 0) {
      multiply(residentWeights, 0, channels);
      return;
    }
    const sliceCols = Math.min(this.plan.sliceCols, channels);
    const fetchSlice = (s: number): void => {
      const first = s * sliceCols;
      if (first >= channels) return;
      const bytes = Math.min(sliceCols, channels - first) * pitch;
      this.put('copy_in', [
        slots.slice + (s % 2),
        this.l2.weights(number) + first * pitch,
        this.at.slices[s % 2]!,
        bytes,
      ]);
    };
    // The next slice travels while this one is used.
    fetchSlice(0);
    for (let s = 0; s * sliceCols < channels; s += 1) {
      this.put('wait', [slots.slice + (s % 2)]);
      fetchSlice(s + 1);
      const first = s * sliceCols;
      multiply(this.at.slices[s % 2]!, first, Math.min(sliceCols, channels - first));
    }
  }

  /** The engine's operands in the order of the layer's multipliers. */
  private add(i: number, stripe: Stripe, from: number, to: number, elements: number): void {
    const { group } = this.plan.work;
    const number = group.layers[i]!;
    const node = this.shape.layers[number]!;
    const skip = this.bringsSkip
      ? this.at.skip[this.stripe % this.at.skip.length]!
      : this.at.input[0]! + stripe.tensors.at(-1)!.rows.from * this.shape.rowBytes(group.input);
    const skipFirst = node.inputs[0] === group.skip;
    this.put('add', skipFirst ? [skip, from, to, elements] : [from, skip, to, elements], number);
  }
}
