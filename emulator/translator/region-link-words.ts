import { FunctionBody, Op } from '../wasm/index.js';
import { link, type RegionLinks } from './region-links.js';

export interface LinkOptions {
  readonly links: RegionLinks;
  /** Where regions stand by their place: `entriesAt` or `fetchingAt`. */
  readonly entriesAt: number;
  readonly frameAt: number;
  readonly l2: { readonly base: number; readonly size: number };
  /** Whether there are instruction caches: else all lines of all regions are always there. */
  readonly caches: boolean;
  /** Cycles of a jump to an instruction that straddles fetch words. */
  readonly splitTarget: number;
  readonly pages: number;
}

/** Parameters: address of the hart's words; which function of a region runs, as a field of its record; address of what is said. */
export const BASE = 0;
export const FIELD_OF = 1;
export const CONTROL = 2;

/** The words that regions and those who lead from one to the next have in common. */
export class LinkWords {
  protected readonly code = new FunctionBody(2048);

  constructor(protected readonly options: LinkOptions) {}

  protected inFrame(at: number): number {
    return this.options.frameAt + at;
  }

  protected fromFrame(load: number, at: number): void {
    this.code.i32(0);
    this.code.memory(load, this.inFrame(at));
  }

  protected inControl(field: keyof typeof link): number {
    return 4 * link[field];
  }

  protected said(field: keyof typeof link): void {
    this.code.get(CONTROL);
    this.code.memory(Op.i32Load, this.inControl(field));
  }

  protected say(field: keyof typeof link, value: () => void): void {
    this.code.get(CONTROL);
    value();
    this.code.memory(Op.i32Store, this.inControl(field));
  }

  protected step(local: number, by: number): void {
    this.code.get(local);
    this.code.i32(by);
    this.code.op(Op.i32Add);
    this.code.set(local);
  }
}
