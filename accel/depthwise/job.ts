import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { Requantisation } from '../physics/requantise.js';
import { D } from './registers.js';

/** Channels that the engine works on together. */
export const groupChannels = 16;
export const taps = 9;

export interface DepthwiseJob extends Requantisation {
  readonly source: number;
  readonly destination: number;
  readonly weights: number;
  readonly inH: number;
  readonly inW: number;
  readonly groups: number;
  readonly stride: number;
  readonly outH: number;
  readonly outW: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly sourceRowPitch: number;
  readonly sourcePixelPitch: number;
  readonly destinationRowPitch: number;
  readonly destinationPixelPitch: number;
  readonly multipliers: number;
  readonly biases: number;
  readonly inputSigned: boolean;
  readonly weightPitch: number;
}

export function decodeJob(job: JobRegisters): DepthwiseJob {
  return {
    source: job[D.SRC_ADDR],
    destination: job[D.DST_ADDR],
    weights: job[D.WEIGHT_ADDR],
    inH: job[D.IN_H],
    inW: job[D.IN_W],
    groups: job[D.CHANNELS] / groupChannels,
    stride: job[D.STRIDE],
    outH: job[D.OUT_H],
    outW: job[D.OUT_W],
    padTop: job[D.PAD_TOP],
    padLeft: job[D.PAD_LEFT],
    sourceRowPitch: job[D.SRC_ROW_PITCH],
    sourcePixelPitch: job[D.SRC_PIXEL_PITCH],
    destinationRowPitch: job[D.DST_ROW_PITCH],
    destinationPixelPitch: job[D.DST_PIXEL_PITCH],
    multipliers: job[D.MUL_ADDR],
    biases: job[D.BIAS_ADDR],
    shift: job[D.SHIFT],
    lo: job[D.CLIP_LO],
    hi: job[D.CLIP_HI],
    inputSigned: job[D.INPUT_SIGNED] === 1,
    weightPitch: job[D.WEIGHT_PITCH],
  };
}

const largest = 2 ** 31 - 1;

/** Refuses a job that the hardware could not run, naming the register. */
export function checkJob(job: JobRegisters): void {
  within(job, 'IN_H', 1, largest);
  within(job, 'IN_W', 1, largest);
  within(job, 'OUT_H', 1, largest);
  within(job, 'OUT_W', 1, largest);
  within(job, 'CHANNELS', groupChannels, largest);
  within(job, 'STRIDE', 1, 2);
  within(job, 'PAD_TOP', 0, 2);
  within(job, 'PAD_LEFT', 0, 2);
  within(job, 'INPUT_SIGNED', 0, 1);
  within(job, 'SHIFT', 1, 62);
  within(job, 'CLIP_LO', -128, 255);
  within(job, 'CLIP_HI', job[D.CLIP_LO], 255);
  within(job, 'WEIGHT_PITCH', groupChannels, largest);
  if (job[D.CHANNELS] % groupChannels !== 0)
    throw refuse('CHANNELS', job[D.CHANNELS], 'multiples of 16');
  const stride = job[D.STRIDE];
  touches('OUT_H', job[D.OUT_H], stride, job[D.PAD_TOP], job[D.IN_H]);
  touches('OUT_W', job[D.OUT_W], stride, job[D.PAD_LEFT], job[D.IN_W]);
}

/** The last window must reach the input: an output made of padding alone is a slip in the sizes. */
function touches(name: string, out: number, stride: number, pad: number, size: number): void {
  const most = Math.floor((size - 1 + pad) / stride) + 1;
  if (out > most) throw refuse(name, out, `1 to ${most} for an input of ${size}`);
}

function within(job: JobRegisters, name: keyof typeof D, low: number, high: number): void {
  const value = job[D[name]];
  if (value < low || value > high) throw refuse(name, value, `${low} to ${high}`);
}

const refuse = (name: string, value: number, legal: string): Error =>
  misuse(`depthwise: ${name} is ${value}`, -1, `legal: ${legal}`);
