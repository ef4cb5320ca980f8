import { describe, expect, it } from 'vitest';
import { imaEngine } from '../../accel/ima/ima.js';
import type { ImaConfig } from '../../accel/ima/parameters.js';
import { dacLevels } from '../../accel/physics/dac.js';
import { exponential, naturalLog } from '../../accel/physics/elementary.js';
import { PcmDevices } from '../../accel/physics/pcm.js';
import type { DeviceConfig } from '../../accel/physics/pcm.js';
import { convertMeasured, parseTransfer } from '../../accel/physics/transfer.js';
import { hwpeParameters } from '../../emulator/hwpe/parameters.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { random } from '../hwpe/random.js';
import { imaConfig, section, startJob } from './ima-bench.js';

const ideal: DeviceConfig = {
  program_noise: 0,
  program_curve: 'flat',
  drift_seconds: 0,
  drift_start: 20,
  stuck_low: 0,
  stuck_high: 0,
  ir_drop: 0,
};
const side = 128;
const full = 2048;

/** Relative conductances of an array that holds `weight` everywhere. */
function conductances(change: Partial<DeviceConfig>, weight: number, seed = 1): number[] {
  const devices = new PcmDevices({ ...ideal, ...change }, side, side, seed, 0);
  return Array.from(
    { length: side * side },
    (_, i) => devices.conductance(i % side, Math.floor(i / side), weight) / full,
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

describe('logarithm and exponential without the ones of the host', () => {
  it('agree with them to 13 digits', () => {
    for (let x = 1e-9; x < 1e10; x *= 1.37)
      expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThan(
        1e-13 * (1 + Math.abs(Math.log(x))),
      );
    for (let x = -40; x < 40; x += 0.37)
      expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
  });
});

describe('PCM cells', () => {
  it('conduct what was programmed when all is ideal', () => {
    for (let w = -8; w < 8; w++) expect(new Set(conductances({}, w))).toEqual(new Set([w / 8]));
  });

  it('miss it by the published 5 % of the largest conductance', () => {
    for (const weight of [-5, 0, 4]) {
      const values = conductances({ program_noise: 5 }, weight);
      expect(Math.abs(deviationOf(values) / 0.05 - 1)).toBeLessThan(0.02);
      expect(Math.abs(meanOf(values) - weight / 8)).toBeLessThan(0.002);
    }
    expect(conductances({ program_noise: 5 }, 3)).toEqual(conductances({ program_noise: 5 }, 3));
    expect(conductances({ program_noise: 5 }, 3, 2)).not.toEqual(
      conductances({ program_noise: 5 }, 3),
    );
  });

  it('follow the measured curve of the error when told so', () => {
    // 25 uS at most: 0.26348 + 1.965 g - 1.1731 g^2 uS of error.
    const change = { program_noise: (100 * 1.05538) / 25, program_curve: 'state' };
    expect(Math.abs(deviationOf(conductances(change, 4)) / (0.952705 / 25) - 1)).toBeLessThan(0.02);
    expect(Math.abs(deviationOf(conductances(change, 0)) / (0.26348 / 25) - 1)).toBeLessThan(0.02);
  });

  it('drift by the mean and the spread of their exponents', () => {
    const year = 365.25 * 86400;
    const log = Math.log(year / 20);
    // g = 1/2: nu = -0.0155 ln 0.5 + 0.0244 is below its limit; sigma_nu likewise.
    const [nu, sigma] = [0.049, 0.008];
    const values = conductances({ drift_seconds: year }, 4);
    const expected = 0.5 * Math.exp(-nu * log + (sigma * log) ** 2 / 2);
    expect(Math.abs(meanOf(values) / expected - 1)).toBeLessThan(0.005);
    const spread = Math.sqrt(Math.exp((sigma * log) ** 2) - 1);
    expect(Math.abs(deviationOf(values) / meanOf(values) / spread - 1)).toBeLessThan(0.05);
    expect(conductances({ drift_seconds: 20 }, 4)).toEqual(conductances({}, 4));
  });

  it('are stuck as often as told, open or full', () => {
    const values = conductances({ stuck_low: 10, stuck_high: 5 }, -4);
    const share = (level: number): number =>
      values.filter((g) => g === level).length / values.length;
    expect(Math.abs(share(0) - 0.1)).toBeLessThan(0.01);
    expect(Math.abs(share(-1) - 0.05)).toBeLessThan(0.01);
    expect(share(0) + share(-1) + share(-0.5)).toBe(1);
  });

  it('count less at the far end of the line', () => {
    const values = conductances({ ir_drop: 10 }, 7);
    expect(values[(side - 1) * side]).toBeCloseTo(0.9 * 0.875, 3);
    expect(values[(side / 2 - 1) * side]).toBeCloseTo((1 - 0.1 * 0.75) * 0.875, 3);
  });
});

describe('converters of other kinds', () => {
  it('rows: round to their levels and stop at the highest', () => {
    const levels = dacLevels(4);
    expect([0, 7, 8, 24, 240, 255].map((byte) => levels[byte])).toEqual([0, 0, 16, 32, 240, 240]);
    expect([127, 0x80, 0xf8, 0xf7].map((byte) => levels[256 + byte])).toEqual([112, 0x80, 0, 0xf0]);
    expect([...dacLevels(8).subarray(0, 256)]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('columns: take the codes of a measured table, between its points too', () => {
    // Three points: a converter that loses a quarter of the negative side.
    const transfer = parseTransfer('-96 0 127', 'x');
    const sums = Int32Array.from([-128, -64, 0, 64, 127, 400, -400]);
    const clipped = convertMeasured(sums, 7, 1, { bits: 8, noise: null, transfer }, 0);
    // The middle of -128..127 is -0.5, where the table says 0.
    expect([...sums]).toEqual([-96, -48, 0, 64, 127, 127, -96]);
    expect(clipped).toBe(2);
    expect(parseTransfer('  ', 'x')).toBeUndefined();
    expect(() => parseTransfer('1', 'x')).toThrow(/single point/);
    expect(() => parseTransfer('1 two', 'x')).toThrow(/two/);
  });
});

describe('the engine with devices', () => {
  const everything: Partial<ImaConfig> = {
    program_noise: 5,
    drift_seconds: 1e6,
    drift_compensation: false,
    stuck_low: 1,
    stuck_high: 1,
    ir_drop: 3,
    dac_bits: 6,
  };
  const [rows, cols] = [37, 50];

  function run(change: Partial<ImaConfig>, arithmetic: string): Int8Array {
    const config = imaConfig({ rows: 64, cols: 64, ...change });
    const hwpe = { ...defaultsOf(hwpeParameters), arithmetic };
    const bench = new Testbench(imaEngine(config, hwpe), { slot: 1, memoryBytes: 65536, seed: 5 });
    const next = random(3);
    for (let i = 0; i < rows; i++) bench.memory[i] = next(256);
    bench.accelerator.preload(
      '.ima.0',
      section(64, 64, () => next(16) - 8),
    );
    startJob(bench, {
      places: [{ array: 0, x: 3, y: 5, rows }],
      outputs: cols,
      weightBits: 4,
      signed: true,
      m: 1 << 10,
      r: 17,
      source: 0,
      line: rows,
      lineStride: rows,
      linesPerBlock: 1,
      blockStride: rows,
      pixels: 1,
      alphaIn: [100, rows],
      betaIn: 0,
      alphaOut: [100, cols],
      betaOut: 0,
      destination: 0x4000,
    });
    bench.runToEvent(1);
    return Int8Array.from(bench.memory.subarray(0x4000, 0x4000 + cols));
  }

  it('gives the codes of the conductances, by either arithmetic', () => {
    const next = random(3);
    const input = Array.from({ length: rows }, () => (next(256) << 24) >> 24);
    const weights = Array.from({ length: 64 * 64 }, () => next(16) - 8);
    const devices = new PcmDevices({ ...ideal, ...everything }, 64, 64, 5, 0);
    const codes = Array.from({ length: cols }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const [x, y] = [3 + c, 5 + i];
        const level = Math.min(Math.floor(input[i] / 4 + 0.5) * 4, 124);
        sum += level * devices.conductance(x, y, weights[y * 64 + x]);
      }
      return Math.max(-128, Math.min(127, Math.round((sum * 1024) / 2 ** 17 / 256)));
    });
    const found = run(everything, 'simd');
    // Halves round away from zero here and up there; none is among these.
    expect([...found]).toEqual(codes);
    expect(run(everything, 'reference')).toEqual(found);
  });

  it('scales the mean loss away with compensation, and changes nothing when ideal', () => {
    const exact = run({}, 'simd');
    const loss = { drift_seconds: 1e6, ir_drop: 20 };
    const error = (codes: Int8Array): number =>
      deviationOf([...codes].map((code, i) => code - exact[i]));
    const raw = error(run({ ...loss, drift_compensation: false }, 'simd'));
    expect(error(run(loss, 'simd'))).toBeLessThan(raw / 2);
    expect(run({ ...everything, ideal: true }, 'simd')).toEqual(run({ ideal: true }, 'reference'));
  });
});
