import type { Peripheral } from '../interconnect/peripheral.js';
import { RegisterDecoder } from '../peripherals/register-decoder.js';
import type { Register, RegisterMap } from '../sim/registers.js';

/** Number of the first software event, and how many there are. Source: pulp-runtime properties.h, ARCHI_SOC_EVENT_SW_EVENT0. */
const FIRST_SOFTWARE_EVENT = 48;
const SOFTWARE_EVENTS = 8;
const MASK_WORDS = 8;

const targets = [
  { name: 'FC_MASK', offset: 0x04, who: 'the controller' },
  { name: 'CL_MASK', offset: 0x24, who: 'the cluster' },
  { name: 'PR_MASK', offset: 0x44, who: 'peripherals; nobody listens' },
] as const;

const masks: readonly Register[] = targets.map(({ name, offset, who }) => ({
  name,
  offset,
  count: MASK_WORDS,
  access: 'rw',
  reset: 0xffffffff,
  meaning: `A 0 lets the event of that number through to ${who}.`,
}));

/** Source: pulp-runtime archi/soc_eu/soc_eu_v2.h; behaviour as in gvsoc-pulp soc_eu_v2. */
export const socEventRegisters: RegisterMap = {
  name: 'SOC_EU',
  meaning:
    'Event unit of the chip: passes numbered events on to the controller and to the cluster.',
  size: 0x1000,
  registers: [
    {
      name: 'EVENT',
      offset: 0x00,
      access: 'wo',
      meaning: 'Bit i raises software event 48 + i, i < 8.',
    },
    ...masks,
    {
      name: 'ERR_MASK',
      offset: 0x64,
      count: MASK_WORDS,
      access: 'rw',
      modelled: false,
      meaning: 'Events that were lost.',
    },
    {
      name: 'TIMER_SEL',
      offset: 0x84,
      count: 2,
      access: 'rw',
      modelled: false,
      meaning: 'Event that starts a timer.',
    },
  ],
};

/** Who takes a numbered event. */
export type SocEventTarget = (event: number, now: number) => void;

/** SoC events: only software raises them here, since the I/O peripherals are not modelled. */
export class SocEvents implements Peripheral {
  readonly name = 'SoC event unit';
  readonly registers = socEventRegisters;
  private readonly decoder = new RegisterDecoder(this.name, socEventRegisters);
  private readonly masks = new Uint32Array(targets.length * MASK_WORDS);

  constructor(
    private readonly controller: SocEventTarget,
    private readonly cluster: SocEventTarget,
  ) {
    this.reset();
  }

  read(offset: number, size: number): number {
    this.decoder.find(offset, size, false);
    return this.masks[(offset - targets[0].offset) >> 2];
  }

  write(offset: number, value: number, size: number, _hart: number, now: number): void {
    if (this.decoder.find(offset, size, true).register.name !== 'EVENT') {
      this.masks[(offset - targets[0].offset) >> 2] = value;
      return;
    }
    for (let i = 0; i < SOFTWARE_EVENTS; i++) {
      if (((value >>> i) & 1) !== 0) this.trigger(FIRST_SOFTWARE_EVENT + i, now);
    }
  }

  private trigger(event: number, now: number): void {
    const passes = (target: number): boolean =>
      ((this.masks[target * MASK_WORDS + (event >> 5)] >>> (event & 31)) & 1) === 0;
    if (passes(0)) this.controller(event, now);
    if (passes(1)) this.cluster(event, now);
  }

  reset(): void {
    this.masks.fill(0xffffffff);
  }

  save(): unknown {
    return { masks: this.masks.slice() };
  }

  restore(state: unknown): void {
    this.masks.set((state as { masks: Uint32Array }).masks);
  }
}
