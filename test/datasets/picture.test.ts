import jpeg from 'jpeg-js';
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import {
  committedPictures,
  decodePicture,
  encodePng,
  fixturePath,
  loadCommittedPicture,
  readPicture,
  resample,
  squarePicture,
  type Picture,
} from '../../src/datasets/index.js';

/** A picture whose pixel (x, y) has the given red value, green 10 and blue 20. */
function picture(width: number, height: number, red: (x: number, y: number) => number): Picture {
  const rgb = new Uint8Array(3 * width * height);
  for (let p = 0; p < width * height; p += 1) {
    rgb.set([red(p % width, Math.floor(p / width)), 10, 20], 3 * p);
  }
  return { width, height, rgb };
}

const reds = (p: Picture): number[] => [...p.rgb].filter((_, i) => i % 3 === 0);

describe('decoding', () => {
  const original = picture(5, 3, (x, y) => 40 * x + 7 * y);

  test('a PNG comes back as it was', () => {
    expect(decodePicture(encodePng(original))).toEqual(original);
  });

  test('a JPEG of one colour comes back within its rounding', () => {
    const flat = { width: 16, height: 16, data: Buffer.alloc(16 * 16 * 4, 200) };
    const decoded = decodePicture(new Uint8Array(jpeg.encode(flat, 90).data));
    expect([decoded.width, decoded.height]).toEqual([16, 16]);
    for (const value of decoded.rgb) expect(Math.abs(value - 200)).toBeLessThanOrEqual(2);
  });

  test('damaged files are errors or pictures, never anything else', () => {
    const png = encodePng(picture(20, 20, (x, y) => x * y));
    for (let at = 0; at < png.length; at += 1) {
      const bytes = png.slice();
      bytes[at]! ^= 0x55;
      try {
        const decoded = decodePicture(bytes);
        expect(decoded.rgb.length).toBe(3 * decoded.width * decoded.height);
      } catch (error) {
        expect(error).toBeInstanceOf(OctobarError);
      }
    }
    for (let length = 0; length < png.length; length += 7) {
      expect(() => decodePicture(png.subarray(0, length))).toThrow(OctobarError);
    }
  });

  test('a header that claims a huge picture allocates nothing', () => {
    const png = encodePng(original);
    new DataView(png.buffer).setUint32(16, 0x7fffffff);
    expect(() => decodePicture(png, 'huge.png')).toThrow(
      /huge\.png cannot be decoded.*2147483647/s,
    );
  });

  test('other files and missing files', () => {
    expect(() => decodePicture(Buffer.from('GIF89a'))).toThrow(/neither a PNG nor a JPEG/);
    expect(() => readPicture('/no/such/picture.png')).toThrow(
      expect.objectContaining({ code: 'file' }),
    );
  });
});

describe('resampling', () => {
  test('one colour stays one colour at any size', () => {
    const flat = picture(9, 7, () => 77);
    for (const [w, h] of [
      [3, 2],
      [9, 7],
      [20, 31],
    ] as const) {
      const out = resample(flat, { x: 0, y: 0, width: 9, height: 7 }, w, h);
      expect(reds(out).every((value) => value === 77)).toBe(true);
    }
  });

  test('the same size changes nothing', () => {
    const source = picture(6, 4, (x, y) => 10 * x + y);
    expect(resample(source, { x: 0, y: 0, width: 6, height: 4 }, 6, 4)).toEqual(source);
  });

  test('halving takes means of four', () => {
    // Columns 0, 10, 20, 30 in every row: means 5 and 25.
    const out = resample(
      picture(4, 2, (x) => 10 * x),
      { x: 0, y: 0, width: 4, height: 2 },
      2,
      1,
    );
    expect(reds(out)).toEqual([5, 25]);
  });

  test('three to two weighs the shared pixel by half', () => {
    // Each target covers 1.5 pixels: (0 + 30 / 2) / 1.5 = 10 and (30 / 2 + 90) / 1.5 = 70.
    const out = resample(
      picture(3, 1, (x) => [0, 30, 90][x]!),
      { x: 0, y: 0, width: 3, height: 1 },
      2,
      1,
    );
    expect(reds(out)).toEqual([10, 70]);
  });

  test('doubling interpolates between pixel centres', () => {
    // Targets lie at source positions -0.25, 0.25, 0.75, 1.25: 0, 25, 75 and 100, ends repeated.
    const out = resample(
      picture(2, 1, (x) => 100 * x),
      { x: 0, y: 0, width: 2, height: 1 },
      4,
      1,
    );
    expect(reds(out)).toEqual([0, 25, 75, 100]);
  });

  test('the largest centred square is taken', () => {
    const out = squarePicture(
      picture(6, 2, (x) => 10 * x),
      2,
    );
    expect(reds(out)).toEqual([20, 30, 20, 30]);
  });
});

describe('committed pictures', () => {
  const credits = readFileSync(fixturePath('pictures', 'CREDITS.md'), 'utf8');

  test.each(committedPictures.map((p) => [p.name, p] as const))('%s', (name, entry) => {
    const loaded = loadCommittedPicture(name);
    expect([loaded.width, loaded.height]).toEqual([224, 224]);
    expect(statSync(fixturePath('pictures', `${name}.png`)).size).toBeLessThan(125_000);
    expect(entry.licence).toMatch(/CC0|CC BY 2.0|public domain|no known copyright restrictions/);
    expect(credits).toContain(`| ${name}.png | ${entry.use} |`);
    expect(credits).toContain(entry.credit);
    expect(credits).toContain(entry.licence);
  });

  test('there are both kinds, and an unknown name is an error', () => {
    expect(committedPictures.filter((p) => p.use === 'calibration').length).toBe(6);
    expect(committedPictures.filter((p) => p.use === 'test').length).toBe(2);
    expect(() => loadCommittedPicture('../cat')).toThrow(OctobarError);
  });
});
