import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import { batchOf, codeFor } from './image.js';
import { machineSettings } from './machine.js';

/**
 * The machine may run a hart ahead while nobody could tell. Random programs on eight contending
 * harts are where somebody could: whatever is watched, and however the run is cut into pieces,
 * every counter and every byte must come out the same.
 */
const image = batchOf(11, 0, 96);
const limit = 2_000_000;

function prepare(setting: (typeof machineSettings)[number]): MachineApi {
  const { target } = setting;
  // Every other setting without the instruction cache.
  const set = { 'icache.ideal': machineSettings.indexOf(setting) % 2 === 0 };
  const machine = composeMachine(configure({ harts: target.harts, isa: 'rv32imc', set }));
  machine.write(target.codeBase, codeFor(image, target));
  machine.write(target.dataBase, image.data);
  machine.start(target.codeBase);
  return machine;
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function outcome(machine: MachineApi, setting: (typeof machineSettings)[number]) {
  const { codeBase, dataBase } = setting.target;
  return {
    now: machine.now,
    stats: machine.stats(),
    code: digest(machine.read(codeBase, image.code.length)),
    data: digest(machine.read(dataBase, image.data.length)),
  };
}

describe.each(machineSettings)('$name', (setting) => {
  const plain = prepare(setting);
  const end = plain.runUntil(limit);
  const expected = outcome(plain, setting);

  it('ends', () => {
    expect(end).toMatchObject({ reason: 'exit', code: 0 });
  });

  it('is the same with a trace', () => {
    const machine = prepare(setting);
    let seen = 0;
    machine.trace(() => void seen++);
    expect(machine.runUntil(limit)).toEqual(end);
    expect(outcome(machine, setting)).toEqual(expected);
    // Every instruction that leaves decode is traced; those that trap are not counted as retired
    const retired = expected.stats.harts.reduce((sum, { instret }) => sum + instret, 0);
    expect(seen).toBeGreaterThanOrEqual(retired);
  });

  it('is the same with probes that stop nothing', () => {
    const machine = prepare(setting);
    for (const [i, offset] of image.codeOffsets.entries()) {
      const { entry } = image.programs[i];
      machine.probe(setting.target.codeBase + offset + entry, () => false);
    }
    expect(machine.runUntil(limit)).toEqual(end);
    expect(outcome(machine, setting)).toEqual(expected);
  });

  it.each([1, 1000])('is the same in pieces of %i cycles', (cycles) => {
    const machine = prepare(setting);
    let stop = machine.runUntil(cycles);
    while (stop.reason === 'cycle' && machine.now < limit) {
      stop = machine.runUntil(machine.now + cycles);
    }
    expect(stop).toEqual(end);
    expect(outcome(machine, setting)).toEqual(expected);
  });

  it('is the same when it goes on in another machine', () => {
    const first = prepare(setting);
    first.runUntil(Math.floor(expected.now / 2));
    const second = prepare(setting);
    second.restore(structuredClone(first.save()));
    expect(second.runUntil(limit)).toEqual(end);
    expect(outcome(second, setting)).toEqual(expected);
  });
});
