import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import * as e from '../lockstep/encode.js';
import { l2, nop, stepsOf, type Instruction, type Setting } from '../timing/harness.js';

/** Every fault names its code, hart, pc and address. */
function faultOf(code: readonly Instruction[], setting: Setting = {}): OctobarError {
  try {
    stepsOf(code, setting);
  } catch (error) {
    if (error instanceof OctobarError) return error;
    throw error;
  }
  throw new Error('the program ended without a fault');
}

const start = l2 + 0x1000;

describe('faults', () => {
  it('load and store to addresses that nothing claims, null among them', () => {
    for (const address of [0, 0x0fffffff, 0x10080000, 0x10203000, 0x20000000, -4]) {
      for (const access of [e.lw(5, 6, 0), e.sw(5, 6, 0)]) {
        const { code, context } = faultOf([nop, access], { registers: { 6: address } });
        expect(['unmapped-access', 'device-misuse', 'misaligned'], String(address)).toContain(code);
        expect(context.hart).toBe(0);
        expect(context.pc).toBe(start + 4);
      }
    }
    const { code, context } = faultOf([nop, e.lw(5, 0, 0)]);
    expect(code).toBe('unmapped-access');
    expect(context.address).toBe(0);
  });

  it('a word that leaves the TCDM half-way names the first byte outside', () => {
    const { code, context } = faultOf([e.lw(5, 6, 0)], { registers: { 6: 0x1007fffe } });
    expect(code).toBe('unmapped-access');
    expect(context.address).toBe(0x10080000);
  });

  it('a jump to nowhere, an illegal instruction, ecall without a handler', () => {
    expect(faultOf([e.jalr(0, 0, 0)])).toMatchObject({
      code: 'unmapped-access',
      context: { pc: 0 },
    });
    expect(faultOf([nop, 0xffffffff])).toMatchObject({
      code: 'illegal-instruction',
      context: { hart: 0, pc: start + 4 },
    });
    expect(faultOf([e.ecall])).toMatchObject({ code: 'unhandled-trap', context: { pc: start } });
    expect(faultOf([e.csr(2, 5, 0, 0x7c0)])).toMatchObject({ code: 'illegal-instruction' });
    expect(faultOf([e.csr(1, 0, 5, 0xf14)])).toMatchObject({ code: 'illegal-instruction' });
  });

  it('an instruction of an extension that is switched off', () => {
    const elw = e.iType(0x0b, 3, 5, 6, 0);
    expect(faultOf([elw], { set: { isa: 'rv32imc' } })).toMatchObject({
      code: 'illegal-instruction',
    });
  });

  it('misaligned peripheral access and event load', () => {
    const registers = { 6: 0x10204002 };
    expect(faultOf([e.lw(5, 6, 0)], { registers })).toMatchObject({ code: 'misaligned' });
    expect(faultOf([e.iType(0x0b, 3, 5, 6, 0)], { registers })).toMatchObject({
      code: 'misaligned',
    });
  });

  it('deadlock: says who waits for what', () => {
    const wait = e.lw(5, 6, 0x38);
    const error = faultOf([wait], { registers: { 6: 0x10204000 }, harts: 2 });
    expect(error.code).toBe('deadlock');
    expect(error.message).toMatch(/hart 0 .*hart 1 /s);
    // The wait register that hart 0 reads at the start of the program.
    expect(error.context).toMatchObject({ hart: 0, pc: start, address: 0x10204038 });
    expect(faultOf([0x10500073])).toMatchObject({ code: 'deadlock' });
  });

  it('every error has an exit code of its own and a hint', () => {
    const errors = [
      faultOf([e.lw(5, 0, 0)]),
      faultOf([0xffffffff]),
      faultOf([0x10500073]),
      faultOf([e.ecall]),
    ];
    expect(new Set(errors.map((error) => error.exitCode)).size).toBe(4);
    for (const error of errors) expect(error.context.hint).toBeTruthy();
  });
});
