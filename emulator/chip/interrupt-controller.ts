import type { Peripheral } from '../interconnect/peripheral.js';
import { RegisterDecoder } from '../peripherals/register-decoder.js';
import type { RegisterMap } from '../sim/registers.js';
import type { EventSink, HartControl } from '../sim/unit.js';

/** Interrupt lines of the controller that the model raises itself. Source: pulp-runtime properties.h, ARCHI_FC_EVT_*. */
export const controllerLines = { timerLow: 10, timerHigh: 11, socEvent: 26 } as const;

/** Source: apb_interrupt_cntrl of the PULP chips; register offsets of pulp-runtime archi/itc/itc_v1.h. */
export const interruptControllerRegisters: RegisterMap = {
  name: 'FC_ITC',
  meaning:
    'Interrupt controller of the controller hart: one bit per line; the highest pending line that is enabled interrupts. Taking the interrupt clears its bit.',
  size: 0x800,
  registers: [
    { name: 'MASK', offset: 0x00, access: 'rw', reset: 0, meaning: 'Enabled lines.' },
    { name: 'MASK_SET', offset: 0x04, access: 'wo', meaning: 'Sets the written bits of MASK.' },
    { name: 'MASK_CLEAR', offset: 0x08, access: 'wo', meaning: 'Clears the written bits of MASK.' },
    {
      name: 'STATUS',
      offset: 0x0c,
      access: 'rw',
      reset: 0,
      meaning: 'Pending lines. Any hart may set one: how the cluster calls the controller.',
    },
    { name: 'STATUS_SET', offset: 0x10, access: 'wo', meaning: 'Sets the written bits of STATUS.' },
    {
      name: 'STATUS_CLEAR',
      offset: 0x14,
      access: 'wo',
      meaning: 'Clears the written bits of STATUS.',
    },
    { name: 'ACK', offset: 0x18, access: 'rw', reset: 0, meaning: 'Lines that were taken.' },
    { name: 'ACK_SET', offset: 0x1c, access: 'wo', meaning: 'Sets the written bits of ACK.' },
    { name: 'ACK_CLEAR', offset: 0x20, access: 'wo', meaning: 'Clears the written bits of ACK.' },
    {
      name: 'FIFO',
      offset: 0x24,
      access: 'ro',
      reset: 0,
      meaning: 'Oldest SoC event, taken out by the read; 0 when there is none. Its line is 26.',
    },
  ],
};

/** SoC events that wait to be read; more are dropped, as in hardware. */
const FIFO_DEPTH = 8;

export class InterruptController implements Peripheral, EventSink {
  readonly name = 'interrupt controller';
  readonly registers = interruptControllerRegisters;
  private readonly decoder = new RegisterDecoder(this.name, interruptControllerRegisters);
  private mask = 0;
  private status = 0;
  private ack = 0;
  /** Lines that the hart sees, so that only changes are told. */
  private driven = 0;
  private fifo: number[] = [];

  /** @param hart the controller */
  constructor(
    private readonly control: HartControl,
    private readonly hart: number,
  ) {}

  read(offset: number, size: number, hart: number): number {
    switch (this.decoder.find(offset, size, false).register.name) {
      case 'MASK':
        return this.mask >>> 0;
      case 'STATUS':
        return this.status >>> 0;
      case 'ACK':
        return this.ack >>> 0;
      default:
        return hart < 0 ? (this.fifo[0] ?? 0) : this.pop();
    }
  }

  write(offset: number, value: number, size: number): void {
    switch (this.decoder.find(offset, size, true).register.name) {
      case 'MASK':
        this.mask = value;
        break;
      case 'MASK_SET':
        this.mask |= value;
        break;
      case 'MASK_CLEAR':
        this.mask &= ~value;
        break;
      case 'STATUS':
        this.status = value;
        break;
      case 'STATUS_SET':
        this.status |= value;
        break;
      case 'STATUS_CLEAR':
        this.status &= ~value;
        break;
      case 'ACK':
        this.ack = value;
        return;
      case 'ACK_SET':
        this.ack |= value;
        return;
      default:
        this.ack &= ~value;
        return;
    }
    this.drive();
  }

  /** An interrupt line of the controller rises; its bit stays until it is taken or cleared. */
  raise(line: number): void {
    this.status |= 1 << line;
    this.drive();
  }

  /** A SoC event with this number arrives. */
  push(event: number): void {
    if (this.fifo.length === FIFO_DEPTH) return;
    this.fifo.push(event);
    this.raise(controllerLines.socEvent);
  }

  /** The hart has entered the handler of a line. */
  taken(line: number): void {
    this.status &= ~(1 << line);
    this.ack |= 1 << line;
    this.drive();
  }

  /** What the controller may wait for in `wfi`. */
  describe(): string {
    const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
    return `enabled lines ${hex(this.mask)}, pending ${hex(this.status)}`;
  }

  private pop(): number {
    const event = this.fifo.shift() ?? 0;
    if (this.fifo.length > 0) this.raise(controllerLines.socEvent);
    return event;
  }

  private drive(): void {
    const active = this.status & this.mask;
    const changed = active ^ this.driven;
    this.driven = active;
    for (let line = 0; line < 32; line++) {
      if (((changed >>> line) & 1) !== 0) {
        this.control.interrupt(this.hart, line, ((active >>> line) & 1) !== 0);
      }
    }
  }

  reset(): void {
    this.mask = this.status = this.ack = 0;
    this.fifo = [];
    this.drive();
  }

  save(): unknown {
    const { mask, status, ack, driven, fifo } = this;
    return { mask, status, ack, driven, fifo: [...fifo] };
  }

  restore(state: unknown): void {
    const s = state as {
      mask: number;
      status: number;
      ack: number;
      driven: number;
      fifo: number[];
    };
    this.mask = s.mask;
    this.status = s.status;
    this.ack = s.ack;
    // The hart restores the levels of its lines itself.
    this.driven = s.driven;
    this.fifo = [...s.fifo];
  }
}
