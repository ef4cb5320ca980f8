import { describe, expect, it } from 'vitest';
import { dmaRegisters } from '../../emulator/dma/index.js';
import { eventFastRegisters, eventSlowRegisters } from '../../emulator/event/index.js';
import type { Peripheral } from '../../emulator/interconnect/peripheral.js';
import {
  ClusterControl,
  IcacheControl,
  SocControl,
  Stdout,
  UnmodelledSocPeripherals,
  clusterControlParameters,
  clusterControlRegisters,
  icacheControlRegisters,
  socControlRegisters,
  stdoutRegisters,
  timerRegisters,
} from '../../emulator/peripherals/index.js';
import { RegisterDecoder } from '../../emulator/peripherals/register-decoder.js';
import { OctobarError } from '../../emulator/sim/error.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import type { HartControl, RunControl } from '../../emulator/sim/unit.js';

function caught(use: () => unknown): OctobarError {
  try {
    use();
  } catch (error) {
    if (error instanceof OctobarError) return error;
    throw error;
  }
  throw new Error('no error');
}

class Stubs implements HartControl, RunControl {
  readonly count = 8;
  readonly starts: number[][] = [];
  readonly exits: number[][] = [];
  readonly bytes: number[][] = [];
  hold(): void {}
  resume(): void {}
  amend(): void {}
  delay(): void {}
  interrupt(): void {}
  wake(): void {}
  start(hart: number, pc: number, at: number): void {
    this.starts.push([hart, pc, at]);
  }
  exit(code: number, hart: number, now: number): void {
    this.exits.push([code, hart, now]);
  }
  output(hart: number, byte: number): void {
    this.bytes.push([hart, byte]);
  }
}

const control = (stubs: Stubs, running = 0): ClusterControl =>
  new ClusterControl(defaultsOf(clusterControlParameters), stubs, 2, running);

describe('cluster control unit', () => {
  it('starts the harts whose fetch enable rises, at their boot addresses, in the next cycle', () => {
    const stubs = new Stubs();
    const unit = control(stubs, 0b1);
    unit.write(0x44, 0x1c008080, 4, 0, 5);
    unit.write(0x08, 0b0111, 4, 0, 10);
    expect(stubs.starts).toEqual([
      [1, 0x1c008080, 11],
      [2, 0x1c000000, 11],
    ]);
    expect(unit.read(0x08, 4)).toBe(0b0111);
    unit.write(0x08, 0b1111, 4, 0, 20);
    expect(stubs.starts.length).toBe(3);
    expect(caught(() => unit.write(0x08, 0b1110, 4, 0, 30)).message).toMatch(/stops running harts/);
  });

  it('hands the configuration word to interconnect and accelerators', () => {
    const unit = control(new Stubs());
    expect([unit.maxStall, unit.acceleratorsFirst, unit.selectedSlot]).toEqual([0, false, -1]);
    // Bits 7:0 stall, 8 swap, 11 enable, 13 on select.
    unit.write(0x18, (1 << 13) | (1 << 11) | (1 << 8) | 10, 4, 0, 0);
    expect([unit.maxStall, unit.acceleratorsFirst, unit.selectedSlot]).toEqual([10, true, 1]);
    unit.write(0x18, 1 << 13, 4, 0, 0);
    expect(unit.selectedSlot).toBe(-1);
    expect(unit.read(0x18, 4)).toBe(1 << 13);
    const error = caught(() => unit.write(0x18, (5 << 13) | (1 << 11), 4, 0, 0));
    expect(error.message).toMatch(/accelerator 5, this machine has 2/);
  });

  it('stores end of computation, clock gate and return value, and restores them', () => {
    const unit = control(new Stubs());
    unit.write(0x00, 1, 4, 0, 0);
    unit.write(0x20, 1, 4, 0, 0);
    unit.write(0x100, 0xdeadbeef, 4, 0, 0);
    unit.write(0x7c, 0x1234, 4, 0, 0);
    const other = control(new Stubs());
    other.restore(structuredClone(unit.save()));
    expect([0x00, 0x20, 0x100, 0x7c].map((offset) => other.read(offset, 4))).toEqual([
      1, 1, 0xdeadbeef, 0x1234,
    ]);
    other.reset();
    expect(other.read(0x7c, 4)).toBe(0x1c000000);
  });

  it('refuses the arbitration registers by name', () => {
    expect(caught(() => control(new Stubs()).write(0x80, 1, 4, 0, 0)).message).toMatch(
      /CLUSTER_CTRL_TCDM_ARBITRATION_HARTS exists in hardware but is not modelled/,
    );
  });
});

describe('SoC control', () => {
  it('ends the run when bit 31 is stored, with the bits below as code', () => {
    const stubs = new Stubs();
    const soc = new SocControl(stubs, 8);
    soc.write(0xa0, 5, 4, 1, 10);
    expect(stubs.exits).toEqual([]);
    soc.write(0xa0, 0x80000003 | 0, 4, 2, 20);
    expect(stubs.exits).toEqual([[3, 2, 20]]);
    expect([soc.read(0xa0, 4), soc.read(0xc0, 4)]).toEqual([0x80000003, 0x80000003]);
  });

  it('tells harts and clusters, and names what it lacks', () => {
    const soc = new SocControl(new Stubs(), 8);
    expect(soc.read(0x00, 4)).toBe(0x00080001);
    expect(caught(() => soc.read(0x74, 4)).message).toMatch(/SOC_CTRL_JTAG/);
    expect(caught(() => soc.write(0x00, 1, 4, 0, 0)).message).toMatch(/read-only/);
    expect(caught(() => soc.write(0xa0, 0x80000000, 4, -1, 0)).code).toBe('device-misuse');
  });
});

describe('stdout', () => {
  it('passes the low byte on with the writing hart, at any offset and size', () => {
    const stubs = new Stubs();
    const stdout = new Stdout(stubs);
    stdout.write(0, 0x41, 4, 0);
    stdout.write(3 * 8, 0x142, 1, 3);
    stdout.write(0xffe, 0x0a, 2, 7);
    expect(stubs.bytes).toEqual([
      [0, 0x41],
      [3, 0x42],
      [7, 0x0a],
    ]);
    expect(caught(() => stdout.read(0, 4)).message).toMatch(/write-only/);
  });
});

describe('SoC peripherals that are not modelled', () => {
  it.each([
    [0x0010, /FLL/],
    [0x1004, /GPIO/],
    [0x2800, /uDMA/],
    [0x9800, /interrupt controller/],
    [0x8000, /unused part/],
  ])('offset %i is an error that names the block', (offset, name) => {
    const soc = new UnmodelledSocPeripherals();
    expect(caught(() => soc.read(offset)).message).toMatch(name);
    expect(caught(() => soc.write(offset)).context.hint).toMatch(/0x1A104000/);
  });
});

describe('every register map', () => {
  const maps = [
    eventFastRegisters,
    eventSlowRegisters,
    dmaRegisters,
    clusterControlRegisters,
    timerRegisters,
    socControlRegisters,
    stdoutRegisters,
    icacheControlRegisters,
  ];

  it.each(maps.map((map) => [map.name, map] as const))(
    '%s: names are C identifiers, unique, aligned, inside, without overlap; fields fit',
    (_, map) => {
      const names = map.registers.map((register) => register.name);
      expect(new Set(names).size).toBe(names.length);
      for (const register of map.registers) {
        expect(register.name).toMatch(/^[A-Z][A-Z0-9_]*$/);
        expect(register.offset % 4).toBe(0);
        expect(register.meaning.length).toBeGreaterThan(4);
        let used = 0n;
        for (const field of register.fields ?? []) {
          expect(field.lsb + field.width).toBeLessThanOrEqual(32);
          const bits = ((1n << BigInt(field.width)) - 1n) << BigInt(field.lsb);
          expect(used & bits).toBe(0n);
          used |= bits;
        }
      }
      // The decoder rejects overlaps and registers outside the block.
      expect(() => new RegisterDecoder('block', map)).not.toThrow();
    },
  );

  it('gives the reset values that it states', () => {
    const stubs = new Stubs();
    const icache = new IcacheControl(undefined, () => -1, true);
    const units: Peripheral[] = [control(stubs), new SocControl(stubs, 8), icache];
    for (const unit of units) {
      for (const register of unit.registers.registers) {
        if (register.reset === undefined || register.modelled === false) continue;
        expect(unit.read(register.offset, 4, 0, 0), register.name).toBe(register.reset);
      }
    }
  });
});
