import { describe, expect, it } from 'vitest';
import { composeMachine } from '../../src/session/compose.js';
import { configure } from '../../src/session/open.js';
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
    const machine = composeMachine(configure({ harts: 1, isa: 'rv32imc' }));
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
        if (expected === undefined) open.add(now.name.includes('ebreak') ? 'ebreak' : next.name);
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
    // What the rules do not say: the cost of ebreak, and whether an illegal instruction waits for a load
    expect([...open].toSorted()).toEqual(expect.arrayContaining(['ebreak']));
    for (const name of open) expect(['ebreak', 'illegal', 'c.illegal']).toContain(name);
  });
});

const littleEndian = (bytes: Uint8Array): number =>
  bytes.reduce((word, byte, i) => word | (byte << (8 * i)), 0);
