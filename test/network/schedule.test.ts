/** Plans against memories of many sizes: nothing overlaps, nothing leaves its memory, no row is missing. */
import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { networkImageOf } from '../../src/deploy/codegen/network-image.js';
import { NetworkShape } from '../../src/deploy/map/network-shape.js';
import type { Target } from '../../src/deploy/map/target.js';
import { usable } from '../../src/deploy/tile/addresses.js';
import { scheduleNetwork, type Schedule } from '../../src/deploy/tile/schedule.js';
import { mobilenetShape, toyNetwork, type ToyBuilder } from './toy-network.js';

const target = (tcdm: number, arrays: number, side = 256): Target => ({
  harts: 8,
  corev: true,
  tcdm: { from: 0x10005080, end: 0x10000000 + tcdm },
  l2: { from: 0x1c080000, end: 0x1c800000 },
  arrays: { count: arrays, rows: side, cols: side },
  depthwiseEngine: true,
});

interface Range {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

function expectDisjoint(ranges: readonly Range[]): void {
  const sorted = ranges.filter(({ from, to }) => to > from).toSorted((a, b) => a.from - b.from);
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1]!, sorted[i]!];
    expect(before.to, `${before.what} and ${after.what}`).toBeLessThanOrEqual(after.from);
  }
}

/** Everything that is alive while a group runs, from the plan's own sizes. */
function checkMemory(schedule: Schedule): void {
  const image = networkImageOf(schedule);
  const { from, end } = usable(schedule.target);
  schedule.groups.forEach(({ work, residency, buffers }, g) => {
    const at = image.addresses[g]!;
    const range = (what: string, address: number, bytes: number): Range => ({
      what: `group ${g} ${what}`,
      from: address,
      to: address + bytes,
    });
    const { group } = work;
    const blob = (n: number): Range[] =>
      n < schedule.groups.length
        ? [range(`blob ${n}`, image.addresses[n]!.blob, image.blobs[n]!.bytes.length)]
        : [];
    const tensor = (name: string): number => schedule.shape.bytes(name);
    const ranges = [
      ...blob(g),
      ...blob(g + 1),
      ...at.input.map((a) =>
        range('input', a, residency.input ? tensor(group.input) : buffers.input),
      ),
      ...at.output.map((a) =>
        range('output', a, residency.output ? tensor(group.output) : buffers.output),
      ),
      ...at.skip.map((a) => range('skip', a, buffers.skip)),
      ...at.inner.map((a, i) => range(`inner ${i}`, a, buffers.inner[i]!)),
      range('windows', at.windows, buffers.windows),
      ...at.slices.map((a) => range('slice', a, buffers.slice)),
      range('scratch', at.scratch, buffers.scratch),
    ];
    expectDisjoint(ranges);
    for (const r of ranges.filter(({ from: a, to }) => to > a)) {
      expect(r.from, r.what).toBeGreaterThanOrEqual(from);
      expect(r.to, r.what).toBeLessThanOrEqual(end);
    }
    // A tensor that stays must lie where the next group looks for it.
    if (residency.output) expect(image.addresses[g + 1]!.input).toEqual(at.output);
  });
}

/** Rows of every layer as they are shown, in order and without a gap. */
function checkRows(schedule: Schedule): void {
  const image = networkImageOf(schedule);
  const next = schedule.shape.layers.map(() => 0);
  for (const steps of image.steps) {
    for (const { kind, layer, args } of steps) {
      if (kind !== 'show' || layer === undefined) continue;
      expect(args[1]! & 0xffff).toBe(next[layer]);
      next[layer]! += args[1]! >>> 16;
    }
  }
  expect(next).toEqual(schedule.shape.layers.map(({ output }) => output.height));
}

function check(net: ToyBuilder, machine: Target): Schedule {
  const schedule = scheduleNetwork(new NetworkShape(net.plan()), machine);
  checkMemory(schedule);
  checkRows(schedule);
  return schedule;
}

describe('the plan of MobileNetV2', () => {
  const net = mobilenetShape({ seed: 1, side: 224, cellsPerWeight: 1, rows: 256 });

  it.each([1024, 512, 384, 256, 192, 160])('fits %i kB of TCDM', (kilobytes) => {
    const schedule = check(net, target(1024 * kilobytes, 34));
    expect(schedule.arrays).toMatchObject({ arrays: 34, shared: 0 });
  });

  it.each([34, 33, 17, 8, 5])('fits %i arrays', (arrays) => {
    const schedule = check(net, target(524_288, arrays));
    expect(schedule.arrays!.arrays).toBeLessThanOrEqual(arrays);
    expect(schedule.arrays!.reprogrammedRows > 0).toBe(arrays < 33);
  });

  it('keeps hidden tensors of bottlenecks in the TCDM', () => {
    const schedule = check(net, target(524_288, 34));
    const bottlenecks = schedule.groups.filter(({ work }) => work.group.layers.length > 1);
    expect(bottlenecks).toHaveLength(17);
    expect(bottlenecks.flatMap(({ work }) => work.group.layers)).toHaveLength(1 + 17 * 2 + 16 + 10);
  });

  it('names the layer and the bytes when the TCDM is too small', () => {
    let error: unknown;
    try {
      check(net, target(65_536, 34));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OctobarError);
    expect((error as OctobarError).message).toMatch(/layer layer\d+ needs \d+ bytes of TCDM/);
  });

  it('names the layer when one output needs more arrays at once than there are', () => {
    const attempt = (): Schedule => check(net, target(524_288, 3));
    expect(attempt).toThrow(/need 4 arrays at once, ima.arrays is 3/);
  });
});

describe('plans of small networks', () => {
  it('are sound in memories of every size that they fit', () => {
    const net = toyNetwork({ seed: 4, side: 20, cellsPerWeight: 2, rows: 32 });
    const stripes = new Set<number>();
    for (let tcdm = 0x9000; tcdm < 0x1_4000; tcdm += 0x400) {
      try {
        const schedule = check(net, target(tcdm, 20, 32));
        stripes.add(schedule.groups.reduce((sum, group) => sum + group.stripes.length, 0));
      } catch (error) {
        expect((error as Error).message).toMatch(/bytes of TCDM/);
      }
    }
    expect(stripes.size).toBeGreaterThan(2);
  });
});
