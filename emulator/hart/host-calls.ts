import type { Memory } from '../memory/memory.js';
import { OctobarError, type ErrorContext } from '../sim/error.js';
import type { Harts } from './harts.js';
import { HART_SHIFT } from './slot.js';

const SEMIHOSTING_ENTRY = 0x01f01013;
const SEMIHOSTING_EXIT = 0x40705013;
const WRITE_CHARACTER = 0x03;
const WRITE_STRING = 0x04;
const EXIT = 0x18;
const EXIT_EXTENDED = 0x20;
/** Reason of an exit that the program asked for; every other one is a failure. */
const APPLICATION_EXIT = 0x20026;
/** A string without an end must not print all of memory. */
const LONGEST_STRING = 65536;

/**
 * What a guest asks of its host without a peripheral: the end of the run through HTIF `tohost`, and
 * RISC-V semihosting (RISC-V Semihosting 1.0, numbers of the Arm specification): text and exit.
 */
export class HostCalls {
  /** Guest address of HTIF `tohost`, or -1. */
  private toHost = -1;
  watchesTcdm = false;

  constructor(
    private readonly harts: Harts,
    private readonly tcdm: Memory,
    private readonly l2: Memory,
  ) {}

  watch(toHost: number): void {
    if ((toHost & 3) !== 0) {
      throw new OctobarError('image', 'the symbol tohost is not aligned to a word', {
        address: toHost,
        hint: 'align it to 8 bytes, as HTIF wants',
      });
    }
    this.toHost = toHost;
    this.watchesTcdm = this.tcdm.contains(toHost, 4);
  }

  watches(address: number, bytes: number): boolean {
    return this.toHost >= 0 && address <= this.toHost + 3 && address + bytes > this.toHost;
  }

  /** A hart stored `bytes` bytes at an address: perhaps that ends the run. */
  stored(hart: number, address: number, bytes: number, now: number): void {
    if (!this.watches(address, bytes)) return;
    const value = this.word(this.toHost);
    if ((value & 1) !== 0) this.harts.host.exit(value >>> 1, hart, now);
    else if (value !== 0) {
      throw new OctobarError('device-misuse', 'HTIF system calls are not supported', {
        ...this.place(hart, now),
        address: this.toHost,
        hint: 'only exit is: store code << 1 | 1; for text use stdout at 0x1A10F000 or semihosting',
      });
    }
  }

  /** The three-instruction semihosting sequence around an ebreak; false when it is a plain ebreak. */
  semihosting(hart: number, now: number): boolean {
    const { state, codeCache, host, timing } = this.harts;
    const base = hart << HART_SHIFT;
    const pc = state.pc[base] >>> 0;
    if (this.word(pc - 4) !== SEMIHOSTING_ENTRY || this.word(pc + 4) !== SEMIHOSTING_EXIT)
      return false;
    const operation = state.registers[base + 10];
    const argument = state.registers[base + 11] >>> 0;
    let printed = 0;
    switch (operation) {
      case WRITE_CHARACTER:
        host.output(hart, this.byte(argument, hart, now));
        printed = 1;
        break;
      case WRITE_STRING:
        printed = this.printString(hart, argument, now);
        break;
      case EXIT:
        host.exit(argument === APPLICATION_EXIT ? 0 : 1, hart, now);
        break;
      case EXIT_EXTENDED: {
        for (let i = 0; i < 8; i++) this.byte(argument + i, hart, now);
        const code = this.word(argument + 4);
        host.exit(this.word(argument) === APPLICATION_EXIT ? code : 1, hart, now);
        break;
      }
      default:
        throw new OctobarError(
          'device-misuse',
          `semihosting operation 0x${(operation >>> 0).toString(16)} is not supported`,
          {
            ...this.place(hart, now),
            hint: 'supported: SYS_WRITEC (3), SYS_WRITE0 (4), SYS_EXIT (0x18), SYS_EXIT_EXTENDED (0x20)',
          },
        );
    }
    state.registers[base + 10] = 0;
    const slot = codeCache.fill(pc, codeCache.indexOf(pc));
    // Text takes time, so that a guest that prints without end reaches its cycle limit.
    const cost = timing.ecall + printed * timing.semihosting_byte;
    this.harts.finish(hart, slot, now, cost, 'trap');
    return true;
  }

  /** Prints a string that ends in 0; the number of its bytes. */
  private printString(hart: number, from: number, now: number): number {
    for (let length = 0; length < LONGEST_STRING; length++) {
      const byte = this.byte(from + length, hart, now);
      if (byte === 0) return length;
      this.harts.host.output(hart, byte);
    }
    throw new OctobarError('device-misuse', 'semihosting string has no end', {
      ...this.place(hart, now),
      address: from,
      hint: `SYS_WRITE0 prints up to a byte 0, here at most ${LONGEST_STRING} bytes`,
    });
  }

  private byte(address: number, hart: number, now: number): number {
    const memory = this.l2.contains(address, 1) ? this.l2 : this.tcdm;
    if (memory.contains(address, 1)) return memory.load(address);
    throw new OctobarError('unmapped-access', 'semihosting argument is no memory', {
      ...this.place(hart, now),
      address,
      hint: 'pass a pointer into TCDM or L2',
    });
  }

  /** A word at any address; bytes that are no memory read as 0. */
  private word(address: number): number {
    let value = 0;
    for (let i = 3; i >= 0; i--) {
      const memory = this.l2.contains(address + i, 1) ? this.l2 : this.tcdm;
      value = (value << 8) | (memory.contains(address + i, 1) ? memory.load(address + i) : 0);
    }
    return value;
  }

  private place(hart: number, cycle: number): ErrorContext {
    return { hart, pc: this.harts.state.pc[hart << HART_SHIFT] >>> 0, cycle };
  }
}
