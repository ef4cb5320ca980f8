import { FunctionBody, Op } from '../wasm/index.js';
import { link, type RegionLinks } from './region-links.js';

export interface LinkOptions {
  readonly links: RegionLinks;
  readonly frameAt: number;
  readonly l2: { readonly base: number; readonly size: number };
  readonly l2At: number;
  /** Cycles of a jump to an instruction that straddles fetch words. */
  readonly splitTarget: number;
  readonly pages: number;
}

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
    return this.options.links.controlAt + 4 * link[field];
  }

  protected said(field: keyof typeof link): void {
    this.code.i32(0);
    this.code.memory(Op.i32Load, this.inControl(field));
  }

  protected say(field: keyof typeof link, value: () => void): void {
    this.code.i32(0);
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
