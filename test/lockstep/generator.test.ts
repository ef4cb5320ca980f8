import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { extensionsOf } from '../../emulator/isa/table.js';
import { compare } from './compare.js';
import { record } from './context.js';
import { batchOf, normalised, recordOffset } from './image.js';
import { machineSettings, runOnMachine } from './machine.js';
import { makeProgram } from './program.js';
import { qemuHint, qemuTarget, qemuVersion, runOnQemu } from './qemu.js';

const seed = 7;

describe('the generator', () => {
  it('makes the same program from the same seed and number, whatever else was made', () => {
    batchOf(seed, 0, 5);
    expect(makeProgram(seed, 3)).toEqual(batchOf(seed, 3, 1).programs[0]);
    expect(makeProgram(seed, 3).code).not.toEqual(makeProgram(seed + 1, 3).code);
    expect(makeProgram(seed, 3).code).not.toEqual(makeProgram(seed, 4).code);
  });

  it('names every instruction as the decoder of the machine does', () => {
    const decoder = createDecoder(extensionsOf('rv32imc'));
    // Hints keep the name of the instruction they are an encoding of; a CSR's existence is no matter of decoding
    const unnamed = new Set(['c.illegal', 'illegal', 'patched', 'c.addi']);
    const wrong: string[] = [];
    for (const { code, listing } of batchOf(seed, 0, 300).programs) {
      const view = new DataView(code.buffer);
      for (const { name, offset, size } of listing) {
        if (name === '' || unnamed.has(name)) continue;
        const bits = size === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true);
        const decoded = decoder.decode(bits | 0);
        const decodedName = decoded?.compressed?.name ?? decoded?.row.name;
        if (decodedName !== name) wrong.push(`${bits.toString(16)}: ${name} or ${decodedName}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the comparison', () => {
  it('sees one wrong bit in a register, in memory and in code', () => {
    const image = batchOf(seed, 0, 10);
    const setting = machineSettings[0];
    const { target } = setting;
    const good = runOnMachine(image, setting);
    const against = (change: (copy: { code: Uint8Array; data: Uint8Array }) => void) => {
      const copy = { code: good.code.slice(), data: good.data.slice() };
      change(copy);
      return compare(image, { target, outcome: good }, { target, outcome: copy });
    };
    expect(against(() => undefined)).toEqual([]);
    const x9 = recordOffset(4) + record.registers + 4 * 9 + 3;
    expect(against(({ data }) => (data[x9] ^= 0x80))).toMatchObject([{ index: 4, what: 'x9' }]);
    const last = recordOffset(9) + record.window + record.windowBytes - 1;
    expect(against(({ data }) => (data[last] ^= 1))).toMatchObject([
      { index: 9, what: 'memory+0x1fc' },
    ]);
    const instruction = image.codeOffsets[2] + 0x20;
    expect(against(({ code }) => (code[instruction] ^= 1))).toMatchObject([
      { index: 2, what: 'code+0x20' },
    ]);
  });
});

describe('programs do not know where they lie', () => {
  it('two places in the memory of QEMU give the same registers and memory', async (context) => {
    if (qemuVersion() === undefined) {
      if (process.env['OCTOBAR_ALLOW_MISSING'] !== '1') expect.fail(qemuHint);
      context.skip(`NOT RUN: ${qemuHint}`);
    }
    const image = batchOf(seed, 0, 500);
    // Another page and another line for the code, an odd multiple of 16 for the data
    const elsewhere = { ...qemuTarget, codeBase: 0x80123000, dataBase: 0x80a54350 };
    const [here, there] = await Promise.all([runOnQemu(image), runOnQemu(image, elsewhere)]);
    const expected = normalised(image, qemuTarget, here.data);
    const got = normalised(image, elsewhere, there.data);
    expect(Buffer.compare(got, expected)).toBe(0);
  });
});
