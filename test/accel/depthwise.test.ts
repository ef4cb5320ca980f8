import { describe, expect, it } from 'vitest';
import { depthwiseEngine } from '../../accel/depthwise/depthwise.js';
import { depthwiseParameters } from '../../accel/depthwise/parameters.js';
import type { DepthwiseConfig } from '../../accel/depthwise/parameters.js';
import { depthwiseRegisters } from '../../accel/depthwise/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import type { GrantPattern } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { conformance } from '../hwpe/conformance.js';
import { fillRandom, random } from '../hwpe/random.js';
import { setter } from '../hwpe/registers.js';
import type { Setter } from '../hwpe/registers.js';
import { requantise, signedByte, writeTables } from './reference.js';
import type { Requant } from './reference.js';

const base = Testbench.base;

const configure = (changes: Partial<DepthwiseConfig> = {}): DepthwiseConfig => ({
  ...defaultsOf(depthwiseParameters),
  ...changes,
});

/** A layer in the terms of the register map; addresses are offsets into the TCDM. */
interface Layer {
  inH: number;
  inW: number;
  channels: number;
  stride: number;
  outH: number;
  outW: number;
  padTop: number;
  padLeft: number;
  signed: boolean;
  /** Channels per pixel in memory, at least `channels`. */
  pitch: number;
  source: number;
  destination: number;
  weights: number;
  mulAt: number;
  biasAt: number;
  requant: Requant;
}

function program(set: Setter, layer: Layer): void {
  set('SRC_ADDR', base + layer.source);
  set('DST_ADDR', base + layer.destination);
  set('WEIGHT_ADDR', base + layer.weights);
  set('WEIGHT_PITCH', layer.channels);
  set('IN_H', layer.inH);
  set('IN_W', layer.inW);
  set('CHANNELS', layer.channels);
  set('STRIDE', layer.stride);
  set('OUT_H', layer.outH);
  set('OUT_W', layer.outW);
  set('PAD_TOP', layer.padTop);
  set('PAD_LEFT', layer.padLeft);
  set('SRC_ROW_PITCH', layer.inW * layer.pitch);
  set('SRC_PIXEL_PITCH', layer.pitch);
  set('DST_ROW_PITCH', layer.outW * layer.pitch);
  set('DST_PIXEL_PITCH', layer.pitch);
  set('MUL_ADDR', base + layer.mulAt);
  set('BIAS_ADDR', base + layer.biasAt);
  set('SHIFT', layer.requant.shift);
  set('CLIP_LO', layer.requant.lo);
  set('CLIP_HI', layer.requant.hi);
  set('INPUT_SIGNED', layer.signed ? 1 : 0);
}

/** The definition of a depth-wise convolution with zero padding, in BigInt. */
function expectedMemory(memory: Uint8Array, layer: Layer): Uint8Array {
  const result = memory.slice();
  const { inH, inW, pitch, stride, channels } = layer;
  for (let oy = 0; oy < layer.outH; oy++)
    for (let ox = 0; ox < layer.outW; ox++)
      for (let c = 0; c < channels; c++) {
        let acc = 0n;
        for (let ky = 0; ky < 3; ky++)
          for (let kx = 0; kx < 3; kx++) {
            const y = oy * stride + ky - layer.padTop;
            const x = ox * stride + kx - layer.padLeft;
            if (y < 0 || y >= inH || x < 0 || x >= inW) continue;
            const byte = memory[layer.source + (y * inW + x) * pitch + c];
            const weight = signedByte(memory[layer.weights + (3 * ky + kx) * channels + c]);
            acc += BigInt((layer.signed ? signedByte(byte) : byte) * weight);
          }
        const q = requantise(acc, c, layer.requant);
        result[layer.destination + (oy * layer.outW + ox) * pitch + c] = q & 0xff;
      }
  return result;
}

function randomLayer(next: (n: number) => number): Layer {
  const stride = 1 + next(2);
  const [inH, inW] = [1 + next(9), 1 + next(9)];
  const [padTop, padLeft] = [next(3), next(3)];
  const channels = 16 * (1 + next(2));
  const out = (size: number, pad: number): number =>
    1 + next(Math.floor((size - 1 + pad) / stride) + 1);
  const lo = next(2) === 0 ? -128 : 0;
  return {
    inH,
    inW,
    channels,
    stride,
    outH: out(inH, padTop),
    outW: out(inW, padLeft),
    padTop,
    padLeft,
    signed: next(2) === 1,
    pitch: channels + next(20),
    source: 0x100 + next(16),
    destination: 0x2000 + next(16),
    weights: 0x4000 + next(16),
    mulAt: 0x5000,
    biasAt: 0x5200,
    requant: {
      mul: Array.from({ length: channels }, () => next(1 << 20)),
      bias: Array.from({ length: channels }, () => BigInt(next(1 << 30)) - (1n << 29n)),
      shift: 18 + next(12),
      lo,
      hi: lo === 0 ? 255 : 127,
    },
  };
}

function open(config: DepthwiseConfig, layers: Layer[], grant?: GrantPattern): Testbench {
  const bench = new Testbench(depthwiseEngine(config), {
    memoryBytes: 32 * 1024,
    ...(grant && { grant }),
  });
  fillRandom(bench.memory, layers[0].inH);
  for (const layer of layers) writeTables(bench.memory, layer.mulAt, layer.biasAt, layer.requant);
  return bench;
}

describe('the depth-wise engine computes what the formulas say', () => {
  for (let seed = 1; seed <= 60; seed++)
    it(`random layer ${seed}`, () => {
      const next = random(seed * 104729);
      const layer = randomLayer(next);
      const config = configure({
        port_bits: 32 << next(5),
        multipliers: [9, 18, 36, 72, 144][next(5)],
        window_columns: 5 + next(4),
        row_drain_cycles: next(6),
      });
      const bench = open(config, [layer], (cycle) => (cycle * 5) % 7 !== 3);
      const expected = expectedMemory(bench.memory, layer);
      bench.read(0x04);
      const set = setter(bench, depthwiseRegisters);
      program(set, layer);
      set('TRIGGER', 0);
      bench.runToEvent(1);
      expect(Buffer.compare(bench.memory, expected)).toBe(0);
      const outputs = layer.outH * layer.outW * layer.channels;
      expect(bench.accelerator.counters()).toMatchObject({
        jobs: 1,
        macs: 9 * outputs,
        outputs,
        requantisations: outputs,
        bytes_out: outputs,
        bytes_weights: 21 * layer.channels,
      });
    });

  const layers = [1, 2].map((stride): Layer => {
    const next = random(40 + stride);
    return {
      ...randomLayer(next),
      inH: 6,
      inW: 7,
      stride,
      outH: stride === 1 ? 6 : 3,
      outW: stride === 1 ? 7 : 4,
      padTop: stride === 1 ? 1 : 0,
      padLeft: stride === 1 ? 1 : 0,
      destination: stride === 1 ? 0x2000 : 0x3000,
      mulAt: 0x5000 + 0x400 * stride,
      biasAt: 0x5200 + 0x400 * stride,
    };
  });

  conformance({
    name: 'depthwise',
    factory: depthwiseEngine(configure()),
    map: depthwiseRegisters,
    plainRegister: 'SRC_ADDR',
    prepare(bench) {
      for (const layer of layers)
        writeTables(bench.memory, layer.mulAt, layer.biasAt, layer.requant);
    },
    program: (set, job) => program(set, layers[job]),
    expected(memory, job) {
      const layer = layers[job];
      const from = layer.destination;
      const after = expectedMemory(memory, layer);
      return {
        address: base + from,
        bytes: after.slice(from, from + layer.outH * layer.outW * layer.pitch),
      };
    },
  });
});

describe('the depth-wise engine refuses jobs that cannot run, naming the register', () => {
  const wrong: [string, number, RegExp][] = [
    ['CHANNELS', 24, /CHANNELS is 24/],
    ['CHANNELS', 0, /CHANNELS is 0/],
    ['STRIDE', 3, /STRIDE is 3/],
    ['PAD_TOP', 3, /PAD_TOP is 3/],
    ['OUT_W', 9, /OUT_W is 9/],
    ['SHIFT', 0, /SHIFT is 0/],
    ['WEIGHT_PITCH', 0, /WEIGHT_PITCH is 0/],
    ['CLIP_HI', 256, /CLIP_HI is 256/],
  ];
  it.each(wrong)('%s = %d', (name, value, message) => {
    const layer = { ...randomLayer(random(3)), inW: 7, outW: 7, stride: 1, padLeft: 1 };
    const bench = open(configure(), [layer]);
    bench.read(0x04);
    const set = setter(bench, depthwiseRegisters);
    program(set, { ...layer, inH: 7, outH: 7, padTop: 1 });
    set(name, value);
    expect(() => set('TRIGGER', 0)).toThrow(message);
  });

  it('and multipliers that are no whole number of channels', () => {
    expect(() => depthwiseEngine(configure({ multipliers: 40 }))).toThrow(/9, 18, 36, 72 or 144/);
  });
});
