import type { Peripheral } from '../interconnect/peripheral.js';
import { OctobarError } from '../sim/error.js';
import type { ConfigOf, ParameterTable } from '../sim/parameters.js';
import type { RegisterMap } from '../sim/registers.js';
import type { HartControl } from '../sim/unit.js';
import { RegisterDecoder } from './register-decoder.js';

const rtl = 'pulp-platform/cluster_peripherals cluster_control_unit.sv';

export const clusterControlParameters = {
  boot_address: {
    value: 0x1c000000,
    unit: 'address',
    min: 0,
    max: 0xffffffff,
    meaning: 'reset value of the boot addresses',
    source: `${rtl}, BOOT_ADDR`,
    status: 'published',
  },
  fetch_cycles: {
    value: 1,
    unit: 'cycles',
    min: 1,
    max: 1000,
    meaning: 'from setting a fetch-enable bit to the first instruction of the hart leaving decode',
    source: 'the register alone takes one cycle; the wake-up of the core was not measured',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

export const clusterControlRegisters: RegisterMap = {
  name: 'CLUSTER_CTRL',
  meaning: 'PULP cluster control unit.',
  size: 0x400,
  registers: [
    {
      name: 'EOC',
      offset: 0x00,
      access: 'rw',
      reset: 0,
      meaning: 'End of computation, a wire to the chip. Stored; it does not end the run.',
    },
    {
      name: 'FETCH_ENABLE',
      offset: 0x08,
      access: 'rw',
      meaning: 'One bit per hart; a bit that rises starts the hart at its boot address.',
    },
    {
      name: 'EVENT',
      offset: 0x10,
      access: 'wo',
      modelled: false,
      meaning: 'Event wire to the chip, usually not connected.',
    },
    {
      name: 'CONFIG',
      offset: 0x18,
      access: 'rw',
      reset: 0,
      meaning: 'Interconnect priority and accelerator selection.',
      fields: [
        {
          name: 'MAX_STALL',
          lsb: 0,
          width: 8,
          meaning:
            'Cycles that the low-priority branch may lose in a row before it wins one; 0: no limit.',
        },
        {
          name: 'SWAP',
          lsb: 8,
          width: 1,
          meaning: '1: accelerators instead of harts and DMA have the higher priority.',
        },
        {
          name: 'HWPE_ENABLE',
          lsb: 11,
          width: 1,
          meaning: 'Clock of the selected accelerator.',
        },
        {
          name: 'FREGFILE_DISABLE',
          lsb: 12,
          width: 1,
          meaning: 'Clock of the FP registers; stored, there is no FPU.',
        },
        {
          name: 'HWPE_SELECT',
          lsb: 13,
          width: 3,
          meaning: 'Accelerator slot that owns the wide port.',
        },
      ],
    },
    {
      name: 'CLOCK_GATE',
      offset: 0x20,
      access: 'rw',
      reset: 0,
      meaning: 'Clock gating of the idle cluster. Stored; it changes no cycle count.',
    },
    {
      name: 'DEBUG_RESUME',
      offset: 0x28,
      access: 'rw',
      modelled: false,
      meaning: 'Halted harts, resume. Debugging happens outside the guest.',
    },
    {
      name: 'DEBUG_HALT_MASK',
      offset: 0x38,
      access: 'rw',
      modelled: false,
      meaning: 'Harts that halt together. Debugging happens outside the guest.',
    },
    {
      name: 'BOOT_ADDRESS',
      offset: 0x40,
      count: 16,
      access: 'rw',
      meaning: 'Where the hart starts.',
    },
    {
      name: 'TCDM_ARBITRATION_HARTS',
      offset: 0x80,
      access: 'rw',
      modelled: false,
      meaning: 'Policy of an older interconnect; here the key tcdm.arbitration decides.',
    },
    {
      name: 'TCDM_ARBITRATION_DMA',
      offset: 0x88,
      access: 'rw',
      modelled: false,
      meaning: 'Policy of an older interconnect; here the key tcdm.arbitration decides.',
    },
    {
      name: 'RETURN_VALUE',
      offset: 0x100,
      access: 'rw',
      reset: 0,
      meaning: 'A word that the cluster leaves for the chip. Stored.',
    },
  ],
};

const CONFIG_BITS = 0xf9ff;

/** Fetch enable, boot addresses and the configuration word that interconnect and accelerators read. */
export class ClusterControl implements Peripheral {
  readonly name = 'cluster control';
  readonly registers = clusterControlRegisters;
  private readonly decoder = new RegisterDecoder(this.name, clusterControlRegisters);
  private readonly bootAddresses = new Uint32Array(16);
  private fetchEnable = 0;
  private configuration = 0;
  private endOfComputation = 0;
  private clockGate = 0;
  private returnValue = 0;

  /**
   * @param slots number of accelerator slots
   * @param running harts that run after reset without being enabled here, as a mask
   * @param harts harts of the cluster
   */
  constructor(
    private readonly config: ConfigOf<typeof clusterControlParameters>,
    private readonly control: HartControl,
    private readonly slots: number,
    private readonly running: number,
    private readonly harts = control.count,
  ) {
    this.reset();
  }

  /** Cycles the low-priority branch may lose in a row before it wins one; 0: no limit. */
  get maxStall(): number {
    return this.configuration & 0xff;
  }

  /** True when accelerators have priority over harts and DMA. */
  get acceleratorsFirst(): boolean {
    return (this.configuration & 0x100) !== 0;
  }

  /** The accelerator slot that is clocked and owns the wide port; -1 when none is. */
  get selectedSlot(): number {
    return (this.configuration & 0x800) !== 0 ? (this.configuration >>> 13) & 7 : -1;
  }

  read(offset: number, size: number): number {
    const { register, index } = this.decoder.find(offset, size, false);
    switch (register.name) {
      case 'EOC':
        return this.endOfComputation;
      case 'FETCH_ENABLE':
        return this.fetchEnable;
      case 'CONFIG':
        return this.configuration;
      case 'CLOCK_GATE':
        return this.clockGate;
      case 'BOOT_ADDRESS':
        return this.bootAddresses[index];
      default:
        return this.returnValue;
    }
  }

  write(offset: number, value: number, size: number, _hart: number, now: number): void {
    const { register, index } = this.decoder.find(offset, size, true);
    switch (register.name) {
      case 'EOC':
        this.endOfComputation = value & 1;
        return;
      case 'FETCH_ENABLE':
        return this.enableFetch(value, now);
      case 'CONFIG':
        return this.configure(value);
      case 'CLOCK_GATE':
        this.clockGate = value & 1;
        return;
      case 'BOOT_ADDRESS':
        this.bootAddresses[index] = value;
        return;
      default:
        this.returnValue = value >>> 0;
    }
  }

  private enableFetch(value: number, now: number): void {
    const mask = value & ((1 << this.harts) - 1);
    const stopped = this.fetchEnable & ~mask;
    if (stopped !== 0) {
      throw new OctobarError(
        'device-misuse',
        `cluster control: FETCH_ENABLE 0x${mask.toString(16)} stops running harts (mask 0x${stopped.toString(16)})`,
        { hint: 'harts cannot be stopped here: let them sleep in the event unit or in wfi' },
      );
    }
    for (let h = 0; h < this.harts; h++) {
      if (((mask & ~this.fetchEnable) >>> h) & 1) {
        this.control.start(h, this.bootAddresses[h], now + this.config.fetch_cycles);
      }
    }
    this.fetchEnable = mask;
  }

  private configure(value: number): void {
    const slot = (value >>> 13) & 7;
    if ((value & 0x800) !== 0 && slot >= this.slots) {
      throw new OctobarError(
        'device-misuse',
        `cluster control: CONFIG selects accelerator ${slot}, this machine has ${this.slots}`,
        { hint: 'field HWPE_SELECT: 0 is the depth-wise engine, 1 the in-memory computing engine' },
      );
    }
    this.configuration = value & CONFIG_BITS;
  }

  reset(): void {
    this.bootAddresses.fill(this.config.boot_address);
    this.fetchEnable = this.running;
    this.configuration = this.endOfComputation = this.clockGate = this.returnValue = 0;
  }

  save(): unknown {
    return {
      bootAddresses: this.bootAddresses.slice(),
      fetchEnable: this.fetchEnable,
      configuration: this.configuration,
      endOfComputation: this.endOfComputation,
      clockGate: this.clockGate,
      returnValue: this.returnValue,
    };
  }

  restore(state: unknown): void {
    const s = state as {
      bootAddresses: Uint32Array;
      fetchEnable: number;
      configuration: number;
      endOfComputation: number;
      clockGate: number;
      returnValue: number;
    };
    this.bootAddresses.set(s.bootAddresses);
    this.fetchEnable = s.fetchEnable;
    this.configuration = s.configuration;
    this.endOfComputation = s.endOfComputation;
    this.clockGate = s.clockGate;
    this.returnValue = s.returnValue;
  }
}
