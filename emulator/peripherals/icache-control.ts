import type { Peripheral } from '../interconnect/peripheral.js';
import type { RegisterMap } from '../sim/registers.js';
import { RegisterDecoder } from './register-decoder.js';

export const icacheControlRegisters: RegisterMap = {
  name: 'ICACHE_CTRL',
  meaning:
    'PULP instruction-cache control. The instruction cache is ideal: the registers are stored, enabling and flushing change nothing.',
  size: 0x400,
  registers: [
    {
      name: 'ENABLE',
      offset: 0x00,
      access: 'rw',
      reset: 0,
      meaning: 'One bit per hart. Stored, no effect while the cache is ideal.',
    },
    {
      name: 'FLUSH',
      offset: 0x04,
      access: 'rw',
      reset: 0,
      meaning:
        'One bit per hart. Done at once, reads 0; no effect while the cache is ideal (fence.i is what makes new code visible).',
    },
    {
      name: 'LEVEL0_FLUSH',
      offset: 0x08,
      access: 'rw',
      modelled: false,
      meaning: 'Flush of single lines.',
    },
    {
      name: 'CLEAR_COUNTERS',
      offset: 0x0c,
      access: 'rw',
      modelled: false,
      meaning: 'Hit counters: an ideal cache has none.',
    },
    {
      name: 'ENABLE_COUNTERS',
      offset: 0x10,
      access: 'rw',
      modelled: false,
      meaning: 'Hit counters: an ideal cache has none.',
    },
  ],
};

/** Control registers of an ideal instruction cache. */
export class IcacheControl implements Peripheral {
  readonly name = 'instruction-cache control';
  readonly registers = icacheControlRegisters;
  private readonly decoder = new RegisterDecoder(this.name, icacheControlRegisters);
  private enable = 0;

  read(offset: number, size: number): number {
    return this.decoder.find(offset, size, false).register.name === 'ENABLE' ? this.enable : 0;
  }

  write(offset: number, value: number, size: number): void {
    if (this.decoder.find(offset, size, true).register.name === 'ENABLE') {
      this.enable = value >>> 0;
    }
  }

  reset(): void {
    this.enable = 0;
  }

  save(): unknown {
    return { enable: this.enable };
  }

  restore(state: unknown): void {
    this.enable = (state as { enable: number }).enable;
  }
}
