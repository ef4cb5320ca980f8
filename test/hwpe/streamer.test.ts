import { describe, expect, it } from 'vitest';
import { Streamer } from '../../emulator/hwpe/streamer.js';
import {
  advanceStep,
  advanceWalk,
  beginWalk,
  contiguous,
  lineWalk,
  stepWalk,
  walkAddress,
} from '../../emulator/hwpe/walk.js';
import { cyclesOf } from '../../emulator/hwpe/time.js';

class Port {
  readonly width = 16;
  readonly buffer = new Uint8Array(16);
  granted = true;
  read(): void {}
  write(): void {}
  finishAlone(): void {}
  peek = (): number => 0;
}

describe('streamer', () => {
  it('counts the bank words that a beat touches, misaligned starts included', () => {
    const streamer = new Streamer(new Port());
    const words = (address: number, bytes: number): number => {
      const before = streamer.words;
      streamer.read(address, bytes);
      streamer.settle();
      return streamer.words - before;
    };
    expect(words(0x100, 16)).toBe(4);
    // One spare lane: 16 bytes from 0x101 reach into a fifth word.
    expect(words(0x101, 16)).toBe(5);
    expect(words(0x103, 1)).toBe(1);
    expect(words(0x103, 2)).toBe(2);
  });

  it('tells grants from stalls, and reads from writes', () => {
    const port = new Port();
    const streamer = new Streamer(port);
    streamer.write(0, Uint8Array.of(1, 2, 3, 4), 1, 3);
    expect(streamer.raised).toBe(true);
    port.granted = false;
    expect(streamer.settle()).toBe(false);
    streamer.write(0, Uint8Array.of(1, 2, 3, 4), 1, 3);
    port.granted = true;
    expect(streamer.settle()).toBe(true);
    expect(streamer.raised).toBe(false);
    expect(Array.from(port.buffer.subarray(0, 3))).toEqual([2, 3, 4]);
    expect(streamer.save()).toEqual({
      granted: 1,
      stalled: 1,
      words: 1,
      bytesRead: 0,
      bytesWritten: 3,
    });
  });
});

describe('address patterns', () => {
  it('walks lines, strides and blocks: two 3x2 patches of an 8-wide image, 100 apart', () => {
    const walk = {
      ...lineWalk(),
      lineLength: 3,
      lineStride: 8,
      linesPerBlock: 2,
      blockStride: 100,
    };
    beginWalk(walk, 1000);
    const seen: number[] = [];
    for (let i = 0; i < 12; i++) {
      seen.push(walkAddress(walk));
      advanceWalk(walk, 1);
    }
    expect(seen).toEqual([1000, 1001, 1002, 1008, 1009, 1010, 1100, 1101, 1102, 1108, 1109, 1110]);
    expect(contiguous(walk)).toBe(3);
  });

  it('steps alpha times, then beta once, relative to where it is', () => {
    const walk = { ...stepWalk(), address: 0, alphaLength: 2, alphaStride: 10, betaStride: 5 };
    const seen = [0, 1, 2, 3, 4, 5].map(() => {
      const { address } = walk;
      advanceStep(walk);
      return address;
    });
    expect(seen).toEqual([0, 10, 20, 25, 35, 45]);
  });
});

describe('times', () => {
  it('round up to whole cycles, exact products stay exact', () => {
    expect(cyclesOf(130, 500_000_000)).toBe(65);
    expect(cyclesOf(130, 250_000_000)).toBe(33);
    expect(cyclesOf(0, 500_000_000)).toBe(0);
    // 0.1 ns is no binary number, 30 of them are 3 ns all the same.
    expect(cyclesOf(30 * 0.1, 1_000_000_000)).toBe(3);
  });
});
