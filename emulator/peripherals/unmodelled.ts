import type { Peripheral } from '../interconnect/peripheral.js';
import { OctobarError, hex } from '../sim/error.js';
import type { RegisterMap } from '../sim/registers.js';

interface Block {
  readonly offset: number;
  readonly size: number;
  readonly name: string;
}

/** Offsets from 0x1A100000; source: PULP memory map (pulp-sdk pulp_archi memory_map.h). */
const blocks: readonly Block[] = [
  { offset: 0x0000, size: 0x1000, name: 'FLL (clock generator)' },
  { offset: 0x1000, size: 0x1000, name: 'GPIO' },
  { offset: 0x2000, size: 0x2000, name: 'uDMA (I/O DMA)' },
  { offset: 0x5000, size: 0x1000, name: 'advanced timer (PWM)' },
  { offset: 0x6000, size: 0x1000, name: 'SoC event unit' },
  { offset: 0x9800, size: 0x0800, name: 'interrupt controller of the fabric controller' },
  { offset: 0xb000, size: 0x1000, name: 'timer of the fabric controller' },
  { offset: 0xc000, size: 0x1000, name: 'HWPE of the SoC' },
  { offset: 0x10000, size: 0x10000, name: 'virtual debug unit' },
];

export const socPeripheralRegisters: RegisterMap = {
  name: 'SOC_PERIPHERALS',
  meaning: 'Blocks of the chip around the cluster that are named, but not modelled.',
  size: 0x20000,
  registers: blocks.map((block) => ({
    name: block.name
      .replace(/\(.*\)/, '')
      .trim()
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_'),
    offset: block.offset,
    access: 'rw',
    modelled: false,
    meaning: block.name,
  })),
};

/** The window of SoC peripherals from 0x1A100000: every touch is an error that names the block. */
export class UnmodelledSocPeripherals implements Peripheral {
  readonly name = 'SoC peripherals';
  readonly registers = socPeripheralRegisters;

  read(offset: number): number {
    throw this.error(offset, 'read');
  }

  write(offset: number): void {
    throw this.error(offset, 'written');
  }

  private error(offset: number, verb: string): OctobarError {
    const block = blocks.find((b) => offset >= b.offset && offset < b.offset + b.size);
    const name = block ? block.name : 'an unused part of the SoC peripheral window';
    return new OctobarError(
      'device-misuse',
      `${name} is ${verb} at offset ${hex(offset)} of the SoC peripherals, but is not modelled`,
      {
        hint: 'a cluster program needs SoC control (0x1A104000) and stdout (0x1A10F000) only; `octobar map` lists what there is',
      },
    );
  }

  reset(): void {}
  save(): unknown {
    return undefined;
  }
  restore(): void {}
}

/** A window of the chip that is known by name only. */
export class UnmodelledWindow implements Peripheral {
  readonly registers: RegisterMap;

  constructor(
    readonly name: string,
    size: number,
    private readonly hint: string,
  ) {
    this.registers = { name: 'UNMODELLED', meaning: name, size, registers: [] };
  }

  read(offset: number): number {
    throw this.error(offset, 'read');
  }

  write(offset: number): void {
    throw this.error(offset, 'written');
  }

  private error(offset: number, verb: string): OctobarError {
    return new OctobarError(
      'device-misuse',
      `${this.name} is ${verb} at offset ${hex(offset)}, but is not modelled`,
      { hint: this.hint },
    );
  }

  reset(): void {}
  save(): unknown {
    return undefined;
  }
  restore(): void {}
}
