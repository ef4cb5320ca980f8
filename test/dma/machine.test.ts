import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { l2, li, machineFor, nop, tcdm } from '../timing/harness.js';

/** The devices inside the real machine, driven by instructions. */
const start = l2 + 0x1000;
const source = l2 + 0x8000;
const END = 0x0000006f; // j .

const DMA = 10;
const EU = 11;
const elw = (rd: number, offset: number): number => e.iType(0x0b, 3, rd, EU, offset);
const mhartid = e.csr(2, 9, 0, 0xf14);

interface Run {
  machine: MachineApi;
  /** Cycle in which instruction `index` after the set-up leaves decode, each time it does. */
  at: (hart: number, index: number) => number[];
}

function run(
  harts: number,
  registers: Record<number, number>,
  code: number[],
  handler: number[] = [],
): Run {
  const machine = machineFor({ harts });
  const words = (list: readonly number[]): Uint8Array =>
    new Uint8Array(Uint32Array.from(list).buffer);
  const setUp = Object.entries(registers).flatMap(([x, value]) => li(Number(x), value));
  const base = start + 4 * setUp.length;
  machine.write(start, words([...setUp, ...code, END]));
  machine.write(l2 + 0x3000, words(handler));
  machine.write(
    source,
    Uint8Array.from({ length: 8192 }, (_, i) => i * 7 + (i >> 8)),
  );
  const seen: [number, number, number][] = [];
  machine.trace((hart, pc, cycle) => void seen.push([hart, (pc - base) / 4, cycle]));
  const ended = new Set<number>();
  machine.probe(base + 4 * code.length, (hart) => ended.add(hart).size === harts);
  machine.start(start);
  const stop = machine.runUntil(100_000);
  if (stop.reason === 'fault') throw stop.error;
  expect(stop.reason).toBe('probe');
  return {
    machine,
    at: (hart, index) => seen.filter(([h, i]) => h === hart && i === index).map(([, , c]) => c),
  };
}

const inward = (bytes: number): number => (1 << 20) | (1 << 18) | (1 << 17) | bytes;
const registers = {
  [DMA]: 0x10204400,
  [EU]: 0x10204000,
  12: inward(64),
  13: tcdm + 0x1000,
  14: source,
  15: 1 << 8,
};

describe('a hart and the DMA', () => {
  it('programs a transfer in 4 accesses and sleeps until its event', () => {
    const { machine, at } = run(1, registers, [
      e.sw(15, EU, 0x00),
      e.lw(5, DMA, 0),
      e.sw(12, DMA, 0),
      e.sw(13, DMA, 0),
      e.sw(14, DMA, 0),
      elw(6, 0x3c),
      e.lw(7, DMA, 4),
      nop,
    ]);
    expect(machine.read(tcdm + 0x1000, 64)).toEqual(machine.read(source, 64));
    const [written] = at(0, 4);
    // 5 start-up, 10 latency, 8 beats, 1 to the write of the last, 3 to the event (test/dma/timing):
    // 26 after the last word with 8 beats. 1 to the buffer, 4 for the event load.
    expect(at(0, 6)).toEqual([written + 26 + 1 + 4]);
    const view = machine.hart(0);
    expect([view.registers[6], view.registers[7]]).toEqual([1 << 8, 0x00010000]);
  });

  it('contends for banks with harts and still moves every byte', () => {
    // Hart 1 loads from the destination while 4096 bytes come in.
    const { machine } = run(2, { ...registers, 12: inward(4096), 16: 500 }, [
      mhartid,
      e.bType(1, 9, 0, 4 * 8),
      e.sw(15, EU, 0x00),
      e.lw(5, DMA, 0),
      e.sw(12, DMA, 0),
      e.sw(13, DMA, 0),
      e.sw(14, DMA, 0),
      elw(6, 0x3c),
      e.jType(0, 4 * 5),
      e.lw(7, 13, 0),
      e.addi(16, 16, -1),
      e.bType(1, 16, 0, -8),
      nop,
    ]);
    expect(machine.read(tcdm + 0x1000, 4096)).toEqual(machine.read(source, 4096));
    const { dma, tcdm: banks } = machine.stats();
    expect(dma).toMatchObject({ transfers: 1, bytes_in: 4096, bytes_out: 0, words: 1024 });
    expect(banks.conflicts).toBeGreaterThan(0);
  });

  it('waits at the command word while its queue is full, without losing a command', () => {
    // 24 commands in a row with one id, two bursts each: 8 are under way, 1 is being cut, 8 wait in the
    // global queue and 2 in that of the hart; so the last ones have to wait until data has come in.
    const commands = Array.from({ length: 24 }, () => [
      e.sw(12, DMA, 0),
      e.sw(13, DMA, 0),
      e.sw(14, DMA, 0),
      e.add(13, 13, 17),
      e.add(14, 14, 17),
    ]).flat();
    const { machine } = run(1, { ...registers, 12: inward(340), 17: 340 }, [
      e.sw(15, EU, 0x00),
      e.lw(5, DMA, 0),
      ...commands,
      elw(6, 0x3c),
      nop,
    ]);
    expect(machine.read(tcdm + 0x1000, 8160)).toEqual(machine.read(source, 8160));
    expect(machine.stats().dma['transfers']).toBe(24);
    expect(machine.stats().harts[0]!.stalls['peripheral']).toBeGreaterThan(50);
  });
});

describe('a hart and interrupts of the event unit', () => {
  it('takes a timer interrupt while it sleeps at a barrier, and arrives only once', () => {
    // Hart 0 waits at the barrier of both; the timer fires at 100; hart 1 arrives after about 300.
    const TIMER = 18;
    const handler = [
      e.sw(19, EU, 0x28), // clear event 10
      e.addi(20, 20, 1),
      e.mret,
    ];
    const { machine } = run(
      2,
      {
        ...registers,
        [TIMER]: 0x10200400,
        12: 3,
        13: 100,
        14: l2 + 0x3000,
        15: 1 << 16,
        16: 300,
        19: 1 << 10,
        21: 1 << 11,
        22: 0b100101, // enable, event, one-shot
      },
      [
        e.sw(15, EU, 0x00),
        mhartid,
        e.bType(1, 9, 0, 4 * 12),
        e.sw(12, EU, 0x200),
        e.sw(12, EU, 0x20c),
        e.csr(1, 0, 14, 0x305), // mtvec
        e.csr(1, 0, 21, 0x304), // mie: external
        e.sw(19, EU, 0x0c), // interrupt mask
        e.sw(13, TIMER, 0x10),
        e.sw(22, TIMER, 0x00),
        e.iType(0x73, 6, 0, 8, 0x300), // csrrsi mstatus, MIE
        elw(6, 0x21c),
        nop,
        e.jType(0, 4 * 5),
        e.addi(16, 16, -1),
        e.bType(1, 16, 0, -4),
        elw(6, 0x21c),
        nop,
      ],
      handler,
    );
    expect(machine.hart(0).registers[20]).toBe(1);
    expect(machine.hart(1).registers[20]).toBe(0);
    expect([0, 1].map((hart) => machine.hart(hart).registers[6])).toEqual([1 << 16, 1 << 16]);
    // It slept before and after the handler.
    expect(machine.stats().harts[0]!.cycles_sleep).toBeGreaterThan(200);
  });
});
