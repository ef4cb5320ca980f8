import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../../src/session/index.js';
import { Observation } from '../../src/profile/index.js';
import { cli, save, temporaryFolder } from '../cli/cli.js';
import { cLi, cSw, iType } from '../lockstep/encode.js';
import { addi, exitWith, guest, li, store, t0, t1, t2, zero } from '../session/guest.js';

const folder = temporaryFolder();
afterAll(folder.remove);

/** riscv-dv reads logs of Spike with these (scripts/spike_log_to_trace_csv.py), as Python writes them. */
const rdLine =
  /(?<pri>\d) 0x(?<addr>[a-f0-9]+?) \((?<bin>.*?)\) (?<reg>[xf]\s*\d*?)\s*0x(?<val>[a-f0-9]+)(\s(?<csr>\S+)\s0x(?<csr_val>[a-f0-9]+))?/;

const wellFormed =
  /^core {3}\d: 3 0x[0-9a-f]{8} \(0x([0-9a-f]{4}|[0-9a-f]{8})\)( x\d+ +0x[0-9a-f]{8})*( mem 0x[0-9a-f]{8}( 0x([0-9a-f]{2}){1,4})?)?$/;

/** Runs an image on some harts and gives its log and the registers at its end. */
function logOf(
  name: string,
  bytes: Uint8Array,
  harts: number,
  maxCycles?: number,
): { lines: string[]; registers: number[][] } {
  let text = '';
  const session = openSession({ harts });
  session.load({ name, bytes });
  const observation = new Observation(session, {
    title: name,
    exports: [{ format: 'commits', sink: { put: (part) => void (text += part) } }],
  });
  if (maxCycles === undefined) session.run();
  else session.runUntil(maxCycles);
  const registers = Array.from({ length: harts }, (_, hart) => [...session.hart(hart).registers]);
  observation.finish();
  return { lines: text.trimEnd().split('\n'), registers };
}

describe('commit log of Spike', () => {
  it('has the lines that Spike writes', () => {
    const code = [
      ...li(t0, 0x10000100), // 0, 4
      addi(t1, zero, -2), // 8
      store(t1, t0, 4), // c
      iType(0x03, 4, t2, t0, 5), // 10: lbu t2,5(t0)
      addi(zero, zero, 0), // 14
      (((cSw(8, 9, 0) & 0xffff) << 16) | (cLi(8, 7) & 0xffff)) >>> 0, // 18: c.li s0,7; 1a: c.sw s0,0(s1)
    ];
    const program = [...li(9, 0x10000200), ...code, ...exitWith(0)];
    const { lines } = logOf('guest.elf', guest({ code: program }), 1);
    expect(lines.slice(0, 10)).toEqual([
      'core   0: 3 0x1c000000 (0x100004b7) x9  0x10000000',
      'core   0: 3 0x1c000004 (0x20048493) x9  0x10000200',
      'core   0: 3 0x1c000008 (0x100002b7) x5  0x10000000',
      'core   0: 3 0x1c00000c (0x10028293) x5  0x10000100',
      'core   0: 3 0x1c000010 (0xffe00313) x6  0xfffffffe',
      'core   0: 3 0x1c000014 (0x0062a223) mem 0x10000104 0xfffffffe',
      'core   0: 3 0x1c000018 (0x0052c383) x7  0x000000ff mem 0x10000105',
      'core   0: 3 0x1c00001c (0x00000013)',
      'core   0: 3 0x1c000020 (0x441d) x8  0x00000007',
      'core   0: 3 0x1c000022 (0xc080) mem 0x10000200 0x00000007',
    ]);
  });

  it.each(['hello', 'kernel-bench-xcv', 'barrier'])(
    'names every register that %s changes, on every hart',
    (name) => {
      const bytes = new Uint8Array(readFileSync(`firmware/prebuilt/${name}.elf`));
      const { lines, registers } = logOf(`${name}.elf`, bytes, 8, 12_000);
      const replayed = registers.map(() => Array.from({ length: 32 }, () => 0));
      expect(lines.filter((line) => !wellFormed.test(line))).toEqual([]);
      for (const line of lines) {
        const hart = Number(line.slice(4, 8));
        for (const [, x, value] of line.matchAll(/ x(\d+) +0x([0-9a-f]{8})/g))
          replayed[hart]![Number(x)] = parseInt(value!, 16);
      }
      expect(lines.length).toBeGreaterThan(2000);
      expect(replayed).toEqual(registers);
    },
  );

  it('is read by the pattern of riscv-dv', () => {
    const { lines } = logOf('guest.elf', guest({ code: [addi(t1, zero, 5), ...exitWith(0)] }), 1);
    expect(rdLine.exec(lines[0]!)?.groups).toMatchObject({
      addr: '1c000000',
      reg: 'x6',
      val: '00000005',
    });
  });

  it('begins and ends with the window', async () => {
    const elf = save(
      folder.path('app.elf'),
      guest({
        code: [addi(t1, zero, 1), addi(t1, t1, 1), ...exitWith(0)],
        symbols: { second: 1, third: 2 },
      }),
    );
    const path = folder.path('log');
    await cli(
      'run',
      elf,
      '-q',
      '--harts',
      '1',
      '--window',
      'second..third',
      '--export',
      `commits=${path}`,
    );
    expect(readFileSync(path, 'utf8')).toBe('core   0: 3 0x1c000004 (0x00130313) x6  0x00000002\n');
  });
});
