import type { Peripheral } from '../interconnect/peripheral.js';
import type { RegisterMap } from '../sim/registers.js';
import type { RunControl } from '../sim/unit.js';
import { RegisterDecoder } from './register-decoder.js';

export const stdoutRegisters: RegisterMap = {
  name: 'STDOUT',
  meaning:
    'Output of PULP simulation platforms. PULP runtimes store a character at 8 * core + 0x80 * cluster; every word of the window does the same here.',
  size: 0x1000,
  registers: [
    {
      name: 'PUTC',
      offset: 0x00,
      count: 0x400,
      access: 'wo',
      meaning: 'Low byte: a character of the output of the writing hart.',
    },
  ],
};

/** Passes bytes on; who collects them puts the lines of a hart together. */
export class Stdout implements Peripheral {
  readonly name = 'stdout';
  readonly registers = stdoutRegisters;
  private readonly decoder = new RegisterDecoder(this.name, stdoutRegisters, true);

  constructor(private readonly run: RunControl) {}

  read(offset: number, size: number): number {
    throw this.decoder.misuse(
      `${this.decoder.label(this.decoder.find(offset, size, true))} is write-only`,
      'there is no input',
    );
  }

  write(offset: number, value: number, size: number, hart: number): void {
    this.decoder.find(offset, size, true);
    this.run.output(hart, value & 0xff);
  }

  reset(): void {}
  save(): unknown {
    return undefined;
  }
  restore(): void {}
}
