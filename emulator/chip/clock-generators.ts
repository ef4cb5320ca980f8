import type { Peripheral } from '../interconnect/peripheral.js';
import { RegisterDecoder } from '../peripherals/register-decoder.js';
import type { RegisterMap } from '../sim/registers.js';

const COUNT = 3;
const STRIDE = 0x10;
const MULTIPLIER = 0xffff;

/** Reset values: archi/fll/fll_v1.h of pulp-runtime. */
const CONFIG1 = 0x4521_05f5;
const CONFIG2 = (0x200 << 16) | (0x10 << 10) | (0x10 << 4) | 9 | (1 << 29);

export const clockGeneratorRegisters: RegisterMap = {
  name: 'FLL',
  meaning:
    'The three clock generators: controller, peripherals, cluster. The registers are stored and always locked; the key clock_hz sets the one clock of the machine.',
  size: 0x1000,
  registers: [
    {
      name: 'STATUS',
      offset: 0x00,
      count: COUNT,
      stride: STRIDE,
      access: 'ro',
      reset: CONFIG1 & MULTIPLIER,
      meaning: 'Multiplication factor in force: the one of CONFIG1, reached at once.',
    },
    {
      name: 'CONFIG1',
      offset: 0x04,
      count: COUNT,
      stride: STRIDE,
      access: 'rw',
      reset: CONFIG1,
      meaning: 'Stored.',
      fields: [
        { name: 'MULTIPLIER', lsb: 0, width: 16, meaning: 'Requested multiplication factor.' },
        { name: 'DCO', lsb: 16, width: 10, meaning: 'Input of the oscillator, stand-alone mode.' },
        { name: 'DIVIDER', lsb: 26, width: 4, meaning: 'Output divider.' },
        { name: 'LOCK', lsb: 30, width: 1, meaning: 'Output gated by the lock.' },
        { name: 'MODE', lsb: 31, width: 1, meaning: '1: closed loop.' },
      ],
    },
    {
      name: 'CONFIG2',
      offset: 0x08,
      count: COUNT,
      stride: STRIDE,
      access: 'rw',
      reset: CONFIG2,
      meaning: 'Stored.',
    },
    {
      name: 'INTEGRATOR',
      offset: 0x0c,
      count: COUNT,
      stride: STRIDE,
      access: 'rw',
      reset: 0,
      meaning: 'Stored.',
    },
  ],
};

/** Clock generators that lock at once and change nothing: there is one clock. */
export class ClockGenerators implements Peripheral {
  readonly name = 'FLL';
  readonly registers = clockGeneratorRegisters;
  private readonly decoder = new RegisterDecoder(this.name, clockGeneratorRegisters);
  private readonly words = new Uint32Array((COUNT * STRIDE) >> 2);

  constructor() {
    this.reset();
  }

  read(offset: number, size: number): number {
    const { register } = this.decoder.find(offset, size, false);
    const word = offset >> 2;
    return register.name === 'STATUS' ? this.words[word + 1] & MULTIPLIER : this.words[word];
  }

  write(offset: number, value: number, size: number): void {
    this.decoder.find(offset, size, true);
    this.words[offset >> 2] = value;
  }

  reset(): void {
    this.words.fill(0);
    for (let base = 0; base < this.words.length; base += STRIDE >> 2) {
      this.words[base + 1] = CONFIG1;
      this.words[base + 2] = CONFIG2;
    }
  }

  save(): unknown {
    return { words: this.words.slice() };
  }

  restore(state: unknown): void {
    this.words.set((state as { words: Uint32Array }).words);
  }
}
