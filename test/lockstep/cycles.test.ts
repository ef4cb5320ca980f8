import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { extensionsOf } from '../../emulator/isa/table.js';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
import { findPreset } from '../../src/session/presets.js';
import { type Bus, simulate, type Step } from './cluster-model.js';
import { cyclesBetween, type Executed } from './cycle-model.js';
import { batchOf, codeFor, type Image } from './image.js';
import { machineSettings } from './machine.js';

/** Code and data in the TCDM, so that no access is slower than one cycle; one hart, so that none waits. */
const target = { ...machineSettings[3].target, harts: 1 };

/** All instructions of the programs by address; those that change at run time are left out. */
function instructions(image: Image): Map<number, { name: string; size: number }> {
  const found = new Map<number, { name: string; size: number }>();
  image.programs.forEach(({ listing }, i) => {
    for (const { name, size, offset } of listing) {
      if (name === '' || name === 'patched') continue;
      found.set(target.codeBase + image.codeOffsets[i] + offset, { name, size });
    }
  });
  return found;
}

describe('the cycles of random programs', () => {
  it('follow the rules, formulated a second time, at every instruction', () => {
    const image = batchOf(31, 0, 200);
    const known = instructions(image);
    const set = { 'icache.ideal': true };
    const machine = composeMachine(configure({ harts: 1, isa: 'rv32imc', set }));
    machine.write(target.codeBase, codeFor(image, target));
    machine.write(target.dataBase, image.data);
    const wrong: string[] = [];
    const open = new Set<string>();
    let compared = 0;
    let hidden = 0;
    let window: (Executed | undefined)[] = [];
    let last = 0;
    machine.trace((hart, pc, cycle) => {
      const place = known.get(pc);
      const next = place && {
        ...place,
        pc,
        bits: littleEndian(machine.read(pc, place.size)),
        registers: machine.hart(hart).registers,
      };
      const [now, before, earlier] = window;
      if (now && next) {
        const expected = cyclesBetween(earlier, before, now, next);
        const text = () =>
          [before, now, next].map((i) => i && machine.disassemble(i.pc).text).join('; ');
        if (expected === undefined) open.add(next.name);
        else compared++;
        if (expected === 1 && /^(c\.)?(j|jal|jr|jalr)$/.test(now.name)) hidden++;
        if (expected !== undefined && expected !== cycle - last) {
          wrong.push(`${text()} at ${pc.toString(16)}: ${expected}, not ${cycle - last}`);
        }
      }
      window = [next, now, before];
      last = cycle;
    });
    machine.start(target.codeBase);
    expect(machine.runUntil(10_000_000)).toMatchObject({ reason: 'exit', code: 0 });
    expect(wrong.slice(0, 10)).toEqual([]);
    // Enough of it, and enough of the rarest rule: jumps whose second cycle is hidden
    expect(compared).toBeGreaterThan(50_000);
    expect(hidden).toBeGreaterThan(200);
    // What the rules do not say: whether an illegal instruction waits for a load
    for (const name of open) expect(['illegal', 'c.illegal']).toContain(name);
  });
});

describe('the cycles of eight contending harts', () => {
  const image = batchOf(32, 0, 64);
  const shared = machineSettings[3].target;
  const decoder = createDecoder(extensionsOf('rv32imc'));

  /** What every hart executed, in the order and at the times of the machine. */
  function record(bus: Bus): Step[][] {
    const machine = composeMachine(
      configure({
        // Without engines, whose ports need more banks than some of these buses have
        preset: { ...findPreset('garofalo2022'), engines: [] },
        harts: 8,
        isa: 'rv32imc',
        set: {
          'icache.ideal': true,
          'tcdm.banks': bus.banks,
          'tcdm.masters': bus.masters,
          'tcdm.arbitration': bus.arbitration,
        },
      }),
    );
    machine.write(shared.codeBase, codeFor(image, shared));
    machine.write(shared.dataBase, image.data);
    const traces: Step[][] = Array.from({ length: 8 }, () => []);
    machine.trace((hart, pc, cycle) => {
      const bits = littleEndian(machine.read(pc, 4));
      const decoded = decoder.decode(bits);
      const size = (bits & 3) === 3 ? 4 : 2;
      const name = decoded?.compressed?.name ?? decoded?.row.name ?? 'illegal';
      const { registers } = machine.hart(hart);
      const executed = { name: isKnownCsr(name, bits) ? name : 'illegal', pc, size, registers };
      traces[hart].push({
        executed: { ...executed, bits: size === 2 ? bits & 0xffff : bits },
        cycle,
      });
    });
    machine.start(shared.codeBase);
    expect(machine.runUntil(2_000_000)).toMatchObject({ reason: 'exit', code: 0 });
    return traces;
  }

  it.each<Bus>([
    { banks: 32, masters: 8, arbitration: 'fair' },
    { banks: 32, masters: 8, arbitration: 'round-robin' },
    { banks: 4, masters: 8, arbitration: 'fair' },
    { banks: 4, masters: 16, arbitration: 'round-robin' },
    { banks: 1, masters: 8, arbitration: 'fair' },
  ])('$banks banks, $masters ports, $arbitration', (bus) => {
    const traces = record(bus);
    const { compared, contested, deviations } = simulate(traces, bus, shared.codeBase);
    const told = deviations.map(({ hart, step, expected }) => {
      const around = traces[hart].slice(Math.max(0, step - 3), step + 1);
      const names = around.map(({ executed }) => `${executed.name} ${executed.withheld ?? 0}`);
      return `hart ${hart}, ${names.join('; ')}: cycle ${traces[hart][step].cycle}, by the rules ${expected}`;
    });
    expect(told).toEqual([]);
    expect(compared).toBe(traces.reduce((sum, steps) => sum + steps.length, 0));
    expect(contested).toBeGreaterThan(200);
  });
});

/** An access to a CSR that does not exist, or a write to one that cannot be written, is illegal. */
function isKnownCsr(name: string, bits: number): boolean {
  if (!name.startsWith('csrr')) return true;
  const number = (bits >>> 20) & 0xfff;
  const writes = ((bits >>> 12) & 3) === 1 || ((bits >>> 15) & 31) !== 0;
  return number < 0xc00 && ![0x5c0, 0x9c0, 0x6c0, 0x5ff].includes(number)
    ? true
    : number === 0xf14 && !writes;
}

const littleEndian = (bytes: Uint8Array): number =>
  bytes.reduce((word, byte, i) => word | (byte << (8 * i)), 0);
