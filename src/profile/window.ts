/**
 * The part of a run that observers look at: everything, some cycles, from one place of the program to
 * another, or one call of a function. It opens once; later passes are not looked at.
 */
import { OctobarError } from '../../emulator/sim/error.js';
import type { Sampler, Session } from '../session/session.js';
import type { Stats } from '../session/stats.js';

export type WindowSpec =
  | { readonly kind: 'run' }
  /** Every cycle c with from <= c < to. */
  | { readonly kind: 'cycles'; readonly from: number; readonly to: number }
  /** From the first instruction of any hart at `from` to the first one at `to` after it. */
  | { readonly kind: 'places'; readonly from: string; readonly to: string }
  /** From the first instruction of a function to its return to the caller, on the hart that came first. */
  | { readonly kind: 'function'; readonly name: string };

export interface WindowListener {
  /** The window holds every cycle from this one on. */
  open(cycle: number, stats: Stats): void;
  /** The window holds no cycle from this one on. */
  close(cycle: number, stats: Stats): void;
}

/** `1000..2000`, `mark_start..mark_end` or `kernel`. @throws OctobarError `usage` */
export function parseWindow(text: string): WindowSpec {
  const parts = text.split('..');
  if (parts.length === 1 && text !== '') return { kind: 'function', name: text };
  if (parts.length !== 2 || parts.join('') === '') throw malformed(text);
  const [from, to] = parts;
  if ([from, to].every((part) => /^(\d[\d_]*)?$/.test(part))) {
    const number = (part: string): number => Number(part.replaceAll('_', ''));
    const range = { from: number(from || '0'), to: to === '' ? Infinity : number(to) };
    if (range.from >= range.to) throw malformed(text);
    return { kind: 'cycles', ...range };
  }
  if (from === '' || to === '') throw malformed(text);
  return { kind: 'places', from, to };
}

const malformed = (text: string): OctobarError =>
  new OctobarError('usage', `${JSON.stringify(text)} is no part of a run`, {
    hint: 'give cycles (1000..2000), two places (mark_start..mark_end), or a function (kernel)',
  });

const returnAddress = 1;

export class Window implements Sampler {
  /** Cycle in which it opened and closed; NaN before. */
  from = NaN;
  to = NaN;
  before: Stats | undefined;
  after: Stats | undefined;
  nextCycle = Infinity;
  private readonly listeners: WindowListener[] = [];

  /** Installs itself; call it when the images are loaded and before the run. @throws OctobarError */
  constructor(
    private readonly session: Session,
    private readonly spec: WindowSpec,
  ) {
    session.sample(this);
    if (spec.kind === 'run') this.nextCycle = 0;
    else if (spec.kind === 'cycles') this.nextCycle = spec.from;
    else if (spec.kind === 'places') {
      session.probe(spec.from, (_hart, _pc, cycle) => this.open(cycle));
      session.probe(spec.to, (_hart, _pc, cycle) => {
        if (cycle > this.from) this.close(cycle);
      });
    } else {
      session.probe(spec.name, (hart, _pc, cycle) => this.enter(hart, cycle));
    }
  }

  get isOpen(): boolean {
    return !Number.isNaN(this.from) && Number.isNaN(this.to);
  }

  listen(listener: WindowListener): void {
    this.listeners.push(listener);
  }

  sample(cycle: number): void {
    this.nextCycle = Infinity;
    if (Number.isNaN(this.from)) {
      this.open(cycle);
      if (this.spec.kind === 'cycles') this.nextCycle = this.spec.to;
    } else this.close(cycle);
  }

  /** The run is over. @throws OctobarError `usage` when it never came to the window */
  finish(): void {
    if (Number.isNaN(this.from)) {
      throw new OctobarError('usage', 'the run never came to the part to look at', {
        hint: 'the summary says how many cycles it had; octobar map ELF lists its symbols',
      });
    }
    this.close(this.session.now);
  }

  private enter(hart: number, cycle: number): void {
    if (!Number.isNaN(this.from)) return;
    const back = this.session.hart(hart).registers[returnAddress];
    this.open(cycle);
    const stack = this.session.hart(hart).registers[2];
    this.session.probe(back, (other, _pc, now) => {
      // The same code on another hart, or a deeper call of the same function, is not the return.
      if (other === hart && this.session.hart(other).registers[2] === stack) this.close(now);
    });
  }

  private open(cycle: number): void {
    if (!Number.isNaN(this.from)) return;
    this.from = cycle;
    this.before = this.session.stats();
    for (const listener of this.listeners) listener.open(cycle, this.before);
    if (this.spec.kind === 'places' || this.spec.kind === 'function') this.session.resample();
  }

  private close(cycle: number): void {
    if (!this.isOpen) return;
    this.to = cycle;
    this.after = this.session.stats();
    for (const listener of this.listeners) listener.close(cycle, this.after);
  }
}
