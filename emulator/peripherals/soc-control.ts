import type { Peripheral } from '../interconnect/peripheral.js';
import { OctobarError } from '../sim/error.js';
import type { RegisterMap } from '../sim/registers.js';
import type { RunControl } from '../sim/unit.js';
import { RegisterDecoder } from './register-decoder.js';

const END = 0x80000000;

export const socControlRegisters: RegisterMap = {
  name: 'SOC_CTRL',
  meaning: 'PULP SoC control (apb_soc). Only what a cluster program needs is modelled.',
  size: 0x1000,
  registers: [
    {
      name: 'INFO',
      offset: 0x00,
      access: 'ro',
      meaning: 'What the chip has.',
      fields: [
        { name: 'CLUSTERS', lsb: 0, width: 16, meaning: 'Clusters.' },
        { name: 'CORES', lsb: 16, width: 16, meaning: 'Harts of the cluster.' },
      ],
    },
    {
      name: 'BOOT_ADDRESS',
      offset: 0x04,
      access: 'rw',
      reset: 0,
      meaning: 'Boot address of the controller. Stored.',
    },
    {
      name: 'CLUSTER_ISOLATE',
      offset: 0x0c,
      access: 'rw',
      modelled: false,
      meaning: 'Isolation of the cluster power domain.',
    },
    {
      name: 'PADFUN',
      offset: 0x10,
      count: 4,
      access: 'rw',
      modelled: false,
      meaning: 'Functions of the pads; there are no pads.',
    },
    {
      name: 'PADCFG',
      offset: 0x20,
      count: 16,
      access: 'rw',
      modelled: false,
      meaning: 'Configuration of the pads; there are no pads.',
    },
    {
      name: 'POWER',
      offset: 0x60,
      count: 4,
      access: 'rw',
      modelled: false,
      meaning: 'Power modes.',
    },
    {
      name: 'JTAG',
      offset: 0x74,
      access: 'rw',
      modelled: false,
      meaning: 'Exchange with a debug adapter.',
    },
    {
      name: 'CLKDIV',
      offset: 0x80,
      count: 5,
      access: 'rw',
      modelled: false,
      meaning: 'Clock dividers; the key clock_hz sets the clock.',
    },
    {
      name: 'CORESTATUS',
      offset: 0xa0,
      access: 'rw',
      reset: 0,
      meaning: 'End of the run.',
      fields: [
        { name: 'STATUS', lsb: 0, width: 31, meaning: 'Exit code.' },
        { name: 'EOC', lsb: 31, width: 1, meaning: 'Written as 1, the run ends.' },
      ],
    },
    {
      name: 'CORESTATUS_RO',
      offset: 0xc0,
      access: 'ro',
      reset: 0,
      meaning: 'CORESTATUS once more.',
    },
    {
      name: 'BOOT_SELECT',
      offset: 0xc4,
      access: 'ro',
      reset: 0,
      meaning: 'Boot pads: 0, the image is loaded by the emulator.',
    },
  ],
};

/** SoC control: the store that ends the run, and what little a program asks about the chip. */
export class SocControl implements Peripheral {
  readonly name = 'SoC control';
  private readonly decoder: RegisterDecoder;
  /** Registers without a meaning of their own. */
  private readonly stored: Uint32Array;
  private status = 0;

  /** @param registers the map; what it has beyond the one above is stored */
  constructor(
    private readonly run: RunControl,
    private readonly harts: number,
    readonly registers: RegisterMap = socControlRegisters,
  ) {
    this.decoder = new RegisterDecoder(this.name, registers);
    this.stored = new Uint32Array(registers.size >> 2);
  }

  read(offset: number, size: number): number {
    switch (this.decoder.find(offset, size, false).register.name) {
      case 'INFO':
        return (this.harts << 16) | 1;
      case 'BOOT_SELECT':
        return 0;
      case 'CORESTATUS':
      case 'CORESTATUS_RO':
        return this.status;
      default:
        return this.stored[offset >> 2];
    }
  }

  write(offset: number, value: number, size: number, hart: number, now: number): void {
    if (this.decoder.find(offset, size, true).register.name !== 'CORESTATUS') {
      this.stored[offset >> 2] = value;
      return;
    }
    if (hart < 0) {
      throw new OctobarError('device-misuse', 'SoC control: a debugger cannot end the run here', {
        hint: 'stop running the machine instead',
      });
    }
    this.status = value >>> 0;
    if ((this.status & END) !== 0) this.run.exit(this.status & ~END, hart, now);
  }

  reset(): void {
    this.status = 0;
    this.stored.fill(0);
  }

  save(): unknown {
    return { status: this.status, stored: this.stored.slice() };
  }

  restore(state: unknown): void {
    const s = state as { status: number; stored: Uint32Array };
    this.status = s.status;
    this.stored.set(s.stored);
  }
}
