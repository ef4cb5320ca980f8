/** The figures of the in-memory engine against closed forms, which know nothing of the machine. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Reproduction, Row } from '../../src/reproduce/index.js';
import { timeWork } from '../../src/reproduce/stream-app.js';
import { cli } from '../cli/cli.js';

/** Multiplications and additions of a full 256x256 product. */
const operations = 131_072;
/** The fitted cycles between two products. */
const handover = 3;
/** 130 ns in cycles: 32.5 and 65, in whole cycles 33 and 65. */
const analog = new Map([
  [250, 33],
  [500, 65],
]);

let rows: readonly Row[] = [];
let reproduction: Reproduction;
const row = (figure: string): Row => rows.find((candidate) => candidate.figure === figure)!;

beforeAll(async () => {
  // Without a second word the name is no file for --json.
  const { status, out, err } = await cli('reproduce', '--json', 'garofalo-ima');
  expect(status).toBe(0);
  expect(err).toContain('octobar: sweep: port of 32 bit\n');
  reproduction = JSON.parse(out) as Reproduction;
  rows = reproduction.rows;
});

describe('garofalo-ima', () => {
  it('says in each row how much the agreement is worth', () => {
    expect(reproduction).toMatchObject({ schema: 'octobar-reproduce/1', full: false });
    for (const line of rows) {
      expect(Object.keys(line).toSorted(), line.figure).toEqual(
        ['figure', 'published', 'ours', 'unit', 'tolerance', 'met', 'basis', 'note'].toSorted(),
      );
      expect(line.met === null).toBe(line.published === null);
    }
    const fitted = reproduction.parameters.filter(({ status }) => status === 'fitted');
    expect(fitted.map(({ key, value }) => [key, value])).toEqual([['ima.handover_cycles', 3]]);
  });

  it('sustains 958 GOPS within 1 % over 512 products of one trigger', () => {
    // 256 bytes in (16 beats), 512 products of 65 + 3 cycles, 256 bytes out (16 beats).
    const cycles = 16 + 512 * 68 + 16;
    const line = row('128 bit, 500 MHz: 512 products, 1 trigger');
    expect(line.ours).toBeCloseTo((512 * operations) / (cycles / 0.5), 6);
    expect(line).toMatchObject({ published: 958, tolerance: 0.01, met: true, basis: 'fitted' });
  });

  it('loses nothing between jobs of both contexts but the cycles in which harts win a bank', () => {
    const line = row('128 bit, 500 MHz: 8 x 64 products, both contexts');
    const cycles = (512 * operations * 0.5) / line.ours;
    const stalls = Number(/(\d+) cycles lost/.exec(line.note)![1]);
    expect(cycles).toBeGreaterThan(34_848 - 1e-6);
    expect(cycles).toBeLessThan(34_848 + stalls + 1e-6);
    expect(line).toMatchObject({ published: 958, met: true, basis: 'fitted' });
  });

  it('hands the peak back as an input: 131072 operations in 130 ns', () => {
    const line = row('peak: no hand-over between products');
    expect(line.ours).toBeCloseTo(operations / 130, 6);
    expect(line).toMatchObject({ published: 1008, met: true, basis: 'identity' });
  });

  it.each([32, 64, 128, 256, 512])('follows the closed forms with a port of %i bit', (bits) => {
    // 512 bytes in and out over one half-duplex port.
    const stream = (512 * 8) / bits;
    for (const [clock, product] of analog) {
      const pipelined = Math.max(product + handover, stream);
      const sequential = product + handover + stream;
      for (const [overlap, cycles] of Object.entries({ pipelined, sequential })) {
        const line = row(`sweep: ${bits} bit, ${clock} MHz, ${overlap}`);
        const ours = (operations * clock) / cycles / 1e3;
        expect(line.ours, line.figure).toBeCloseTo(ours, 6);
        // 68 cycles limit the published point and every one with a port no slower than they.
        const fittedHere = stream <= 68 && clock === 500 && overlap === 'pipelined';
        expect(line.basis).toBe(fittedHere ? 'fitted' : 'predicted');
      }
    }
  });

  it('prints the ideal of the literature beside ours', () => {
    // facts of the port sweep without hand-over: 131072 operations over whole cycles
    const ideals: [string, string][] = [
      ['32 bit, 250 MHz, sequential', '204'],
      ['64 bit, 250 MHz, pipelined', '512'],
      ['128 bit, 250 MHz, pipelined', '993'],
      ['128 bit, 500 MHz, sequential', '676'],
      ['512 bit, 500 MHz, pipelined', '1008'],
    ];
    for (const [point, ideal] of ideals)
      expect(row(`sweep: ${point}`).note).toContain(`ideal ${ideal},`);
  });

  it('finds 128 bit the narrowest port that never limits, and 958 out of reach at 250 MHz', () => {
    const narrowest = row('narrowest port that never limits, at both clocks');
    expect(narrowest).toMatchObject({ published: 128, ours: 128, met: true, basis: 'predicted' });
    const slow = row('check: 128 bit, 250 MHz');
    expect(slow.ours).toBeCloseTo((operations * 0.25) / 36, 6);
    expect(slow.note).toContain('-5.0 %');
  });
});

describe('the streaming application', () => {
  it('finds results wrong that a coarser converter gives', () => {
    // Codes of 6 bits end at 31 where the program expects 127.
    expect(() =>
      timeWork({ products: [{ triggers: 1, products: 4 }] }, { 'ima.adc_bits': 6 }),
    ).toThrow(/stream\.elf: ima: \d+ cycles, WRONG/);
  });

  it('fills arrays of any size', () => {
    // 64 rows in 4 beats, 32 columns out 2 beats, 65 + 3 cycles a product.
    const set = { 'ima.rows': 64, 'ima.cols': 32 };
    const { products } = timeWork({ products: [{ triggers: 1, products: 3 }] }, set);
    expect(products[0].engine['busy_cycles']).toBe(4 + 3 * 68 + 2);
  });
});
