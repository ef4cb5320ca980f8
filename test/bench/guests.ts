export interface Guest {
  readonly name: string;
  /** Program, where it is not named like the guest. */
  readonly program?: string;
  /** Every fetch of an instruction hits; otherwise the caches are those of the machine. */
  readonly idealCache?: true;
  readonly about: string;
  /** Passes of one hart that make some million instructions. */
  readonly passes: number;
  /** The harts share the work of a pass; otherwise each does all of it on data of its own. */
  readonly shared: boolean;
  /** Passes for QEMU, long enough that its start does not count. */
  readonly qemuPasses: number;
}

export const guests: readonly Guest[] = [
  { name: 'conv', about: 'int8 1x1 convolution', passes: 8, shared: true, qemuPasses: 8000 },
  {
    name: 'sort',
    about: 'quicksort, sieve, divisions',
    passes: 20,
    shared: false,
    qemuPasses: 8000,
  },
  {
    name: 'crc',
    about: 'CRC-32 bitwise and by table',
    passes: 60,
    shared: false,
    qemuPasses: 40_000,
  },
  {
    name: 'big',
    about: '600 generated functions, 34,000 instructions',
    passes: 8,
    shared: false,
    qemuPasses: 5000,
  },
  {
    name: 'big-ideal',
    program: 'big',
    idealCache: true,
    about: 'the same, and every fetch hits',
    passes: 30,
    shared: false,
    qemuPasses: 5000,
  },
  {
    name: 'bank',
    about: 'all harts read one word',
    passes: 200,
    shared: false,
    qemuPasses: 100_000,
  },
];

export const programOf = ({ name, program }: Guest): string => program ?? name;
