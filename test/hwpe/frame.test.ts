import { describe, expect, it } from 'vitest';
import { exampleEngine, exampleParameters, exampleRegisters } from '../../accel/example/example.js';
import { hwpeParameters } from '../../emulator/hwpe/parameters.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { setter } from './registers.js';

const hwpe = { ...defaultsOf(hwpeParameters) };

function open(parameters = hwpe): Testbench {
  const factory = exampleEngine(defaultsOf(exampleParameters), parameters);
  return new Testbench(factory, { memoryBytes: 4096 });
}

/** Sums 160 bytes: 10 beats and the store of the sum. Returns the cycle of the TRIGGER. */
function submit(bench: Testbench, length = 160, destination = 0x800): number {
  const set = setter(bench, exampleRegisters);
  bench.read(0x04);
  set('SRC_ADDR', Testbench.base);
  set('LENGTH', length);
  set('DST_ADDR', Testbench.base + destination);
  const trigger = bench.now;
  set('TRIGGER', 0);
  return trigger;
}

describe('the frame of all engines', () => {
  it('starts two cycles after the trigger; the event comes with the last beat', () => {
    const bench = open();
    const trigger = submit(bench);
    expect(bench.runToEvent(1)).toBe(trigger + 2 + 11 - 1);
    expect(bench.accelerator.counters()).toMatchObject({ jobs: 1, busy_cycles: 11 });
  });

  it('takes the start delay from its parameter', () => {
    const bench = open({ ...hwpe, start_cycles: 9 });
    const trigger = submit(bench);
    expect(bench.runToEvent(1)).toBe(trigger + 9 + 11 - 1);
  });

  it('starts a queued job two cycles after the end of its predecessor', () => {
    const bench = open();
    // 1600 bytes take 100 beats, so the second job waits in its context long before they end.
    submit(bench, 1600);
    submit(bench, 160);
    bench.runToEvent(2);
    const [first, second] = bench.events;
    expect(second.at - first.at).toBe(2 + 11 - 1);
    expect(bench.accelerator.counters()['busy_cycles']).toBe(101 + 11);
  });

  it('holds a start back while SOFT_CLEAR lasts', () => {
    const bench = open({ ...hwpe, soft_clear_cycles: 64 });
    const clear = bench.now;
    bench.write(0x14, 1);
    submit(bench);
    expect(bench.runToEvent(1)).toBe(clear + 64 + 11 - 1);
  });

  it('names engine, hart and address when a job leaves the TCDM', () => {
    const bench = open();
    const set = setter(bench, exampleRegisters, 5);
    bench.read(0x04, 5);
    set('SRC_ADDR', 0x20000000);
    set('LENGTH', 4);
    const run = (): void => {
      set('TRIGGER', 0);
      bench.runToEvent(1);
    };
    expect(run).toThrow(
      expect.objectContaining({
        code: 'unmapped-access',
        reason: expect.stringMatching(/^example: /),
        context: expect.objectContaining({ hart: 5, address: 0x20000000 }),
      }),
    );
  });

  it('refuses a slot whose port has another width', () => {
    const narrow = exampleEngine({ port_bits: 64 });
    const wide = Object.assign((environment: Parameters<typeof narrow>[0]) => narrow(environment), {
      portBits: 128,
    });
    expect(() => new Testbench(wide)).toThrow(/needs a port of 64 bits, its slot has 128/);
  });
});
