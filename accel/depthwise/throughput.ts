import { Testbench } from '../../emulator/hwpe/testbench.js';
import { depthwiseEngine } from './depthwise.js';
import type { DepthwiseConfig } from './parameters.js';
import { depthwiseRegisters } from './registers.js';

/** A layer with TensorFlow SAME padding of 1 above and left at stride 1, and of 0 at stride 2. */
export interface DepthwiseLayer {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stride: 1 | 2;
}

export interface DepthwiseThroughput extends DepthwiseLayer {
  readonly cycles: number;
  readonly macs: number;
  readonly macsPerCycle: number;
}

/** Cycles from TRIGGER to the event of one whole layer, on the engine alone with its port always granted. */
export function depthwiseThroughput(
  config: DepthwiseConfig,
  layer: DepthwiseLayer,
): DepthwiseThroughput {
  const { height, width, channels, stride } = layer;
  const [outH, outW] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const input = height * width * channels;
  const output = outH * outW * channels;
  const tables = 9 * channels + 12 * channels;
  const bench = new Testbench(depthwiseEngine(config), { memoryBytes: input + output + tables });
  const set = (name: string, value: number): void => {
    const register = depthwiseRegisters.registers.find((candidate) => candidate.name === name)!;
    bench.write(register.offset, value);
  };
  bench.read(0x04);
  const weights = Testbench.base + input + output;
  set('SRC_ADDR', Testbench.base);
  set('DST_ADDR', Testbench.base + input);
  set('WEIGHT_ADDR', weights);
  set('MUL_ADDR', weights + 9 * channels);
  set('BIAS_ADDR', weights + 13 * channels);
  set('WEIGHT_PITCH', channels);
  set('IN_H', height);
  set('IN_W', width);
  set('CHANNELS', channels);
  set('STRIDE', stride);
  set('OUT_H', outH);
  set('OUT_W', outW);
  set('PAD_TOP', stride === 1 ? 1 : 0);
  set('PAD_LEFT', stride === 1 ? 1 : 0);
  set('SRC_ROW_PITCH', width * channels);
  set('SRC_PIXEL_PITCH', channels);
  set('DST_ROW_PITCH', outW * channels);
  set('DST_PIXEL_PITCH', channels);
  const start = bench.now;
  set('TRIGGER', 0);
  const cycles = bench.runToEvent(1) - start;
  const macs = 9 * output;
  return { ...layer, cycles, macs, macsPerCycle: macs / cycles };
}

/** The layer that fixes the fitted parameter first, then the checks. */
export const depthwiseLayers: readonly DepthwiseLayer[] = [
  { height: 14, width: 14, channels: 384, stride: 1 },
  { height: 7, width: 7, channels: 960, stride: 1 },
  { height: 112, width: 112, channels: 32, stride: 1 },
  { height: 28, width: 28, channels: 192, stride: 2 },
];
