import { OctobarError } from '../sim/error.js';
import type { Register, RegisterMap } from '../sim/registers.js';
import { contexts } from './parameters.js';
import { capabilityBase, capabilityNames } from './registers.js';
import type { Capability, HwpeRegisterMap } from './registers.js';

export type Kind = 'none' | 'mandatory' | 'shared' | 'job' | 'capability';

interface Word {
  readonly kind: Kind;
  readonly register: Register;
  readonly name: string;
}

/** Word by word what a map has, and what reset leaves in its words. */
interface Layout {
  readonly words: readonly (Word | undefined)[];
  readonly reset: Int32Array;
}

/** By map: it is the same in each machine. */
const layouts = new WeakMap<HwpeRegisterMap, Layout>();

/** The registers of one engine: one copy of the shared ones, one per context of the job's. */
export class RegisterFile {
  readonly shared: Int32Array;
  readonly jobs: readonly Int32Array[];
  private readonly layout: Layout;

  constructor(
    private readonly map: HwpeRegisterMap,
    private readonly capability: Partial<Capability>,
  ) {
    const count = map.size >> 2;
    this.shared = new Int32Array(count);
    this.jobs = Array.from({ length: contexts }, () => new Int32Array(count));
    this.layout = layouts.get(map) ?? layoutOf(map);
    layouts.set(map, this.layout);
    this.reset();
  }

  /** The register at an offset; an error for an offset that none claims or a width that is not 32 bits. */
  word(offset: number, size: number, hart: number): Word {
    const found = (offset & 3) === 0 && size === 4 ? this.layout.words[offset >> 2] : undefined;
    if (found !== undefined) return found;
    const place = `${this.map.name} + 0x${offset.toString(16)}`;
    if (size !== 4 || (offset & 3) !== 0)
      throw misuse(
        `${size}-byte access to ${place}`,
        hart,
        'engine registers take aligned 32-bit accesses only',
      );
    throw misuse(`no register at ${place}`, hart, `known registers: ${listing(this.map)}`);
  }

  capabilityAt(offset: number): number {
    return this.capability[capabilityNames[(offset - capabilityBase) >> 2]] ?? 0;
  }

  reset(): void {
    for (const words of [this.shared, ...this.jobs]) words.set(this.layout.reset);
  }

  save(): { shared: Int32Array; jobs: Int32Array[] } {
    return { shared: this.shared.slice(), jobs: this.jobs.map((job) => job.slice()) };
  }

  restore(state: { shared: Int32Array; jobs: Int32Array[] }): void {
    this.shared.set(state.shared);
    for (const [i, job] of this.jobs.entries()) job.set(state.jobs[i]);
  }
}

function layoutOf(map: HwpeRegisterMap): Layout {
  const words: (Word | undefined)[] = [];
  const reset = new Int32Array(map.size >> 2);
  for (const register of map.registers) {
    const { count = 1, stride = 4 } = register;
    for (let i = 0; i < count; i++) {
      const index = (register.offset + i * stride) >> 2;
      if (index >= reset.length || words[index] !== undefined)
        throw new OctobarError(
          'internal',
          `register ${register.name} of ${map.name} overlaps or lies outside`,
        );
      const name = count > 1 ? `${register.name}[${i}]` : register.name;
      words[index] = { kind: kindOf(map, register), register, name };
      reset[index] = register.reset ?? 0;
    }
  }
  return { words, reset };
}

function kindOf(map: HwpeRegisterMap, register: Register): Kind {
  if (map.shared.includes(register)) return 'shared';
  if (map.job.includes(register)) return 'job';
  return register.offset >= capabilityBase ? 'capability' : 'mandatory';
}

/** An error of the firmware towards an engine. */
export function misuse(reason: string, hart: number, hint: string): OctobarError {
  return new OctobarError('device-misuse', reason, hart < 0 ? { hint } : { hart, hint });
}

const listing = (map: RegisterMap): string =>
  map.registers.map((r) => `${r.name} 0x${r.offset.toString(16)}`).join(', ');
