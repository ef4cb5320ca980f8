import jpeg from 'jpeg-js';
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf } from './cache.js';

/** 8-bit RGB, row-major, three bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** No larger side: a header that claims more is a mistake or an attack on the memory. */
const largestSide = 16_384;
const mostPixels = 64 * 1024 * 1024;

/**
 * Reads a PNG or JPEG file.
 *
 * @throws OctobarError `file` when it cannot be read, `image` when it is neither or is damaged.
 */
export function readPicture(path: string): Picture {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new OctobarError('file', `cannot read the picture ${path}: ${messageOf(cause)}`);
  }
  return decodePicture(bytes, path);
}

/** Decodes PNG or JPEG bytes; `name` is used in errors. Transparent pixels lie on white. */
export function decodePicture(bytes: Uint8Array, name = 'picture'): Picture {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg) {
    throw new OctobarError('image', `${name} is neither a PNG nor a JPEG picture`);
  }
  try {
    const { width, height, data } = isPng ? decodePng(bytes) : decodeJpeg(bytes);
    return { width, height, rgb: onWhite(data, width, height) };
  } catch (cause) {
    throw new OctobarError('image', `${name} cannot be decoded: ${messageOf(cause)}`, {
      hint: 'the file is damaged or of a rare kind; save it again as an 8-bit PNG',
    });
  }
}

interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function decodePng(bytes: Uint8Array): Rgba {
  // IHDR is always the first chunk; its sizes are judged before pngjs allocates by them.
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24) throw new Error('truncated header');
  checkSize(header.getUint32(16), header.getUint32(20));
  return PNG.sync.read(Buffer.from(bytes));
}

function decodeJpeg(bytes: Uint8Array): Rgba {
  const decoded = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    maxMemoryUsageInMB: 1024,
    maxResolutionInMP: mostPixels / 1e6,
  });
  checkSize(decoded.width, decoded.height);
  return decoded;
}

function checkSize(width: number, height: number): void {
  const sane = width >= 1 && height >= 1 && width <= largestSide && height <= largestSide;
  if (!sane || width * height > mostPixels) throw new Error(`its size is ${width}x${height}`);
}

function onWhite(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const pixels = width * height;
  if (rgba.length < 4 * pixels) throw new Error('it holds fewer pixels than its header says');
  const rgb = new Uint8Array(3 * pixels);
  for (let p = 0; p < pixels; p += 1) {
    const alpha = rgba[4 * p + 3]!;
    for (let c = 0; c < 3; c += 1) {
      const value = rgba[4 * p + c]! * alpha + 255 * (255 - alpha);
      rgb[3 * p + c] = Math.floor((value + 127) / 255);
    }
  }
  return rgb;
}

/** Encodes as PNG, without metadata, so that equal pictures give equal bytes. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, rgb } = picture;
  const png = new PNG({ width, height, colorType: 2, inputColorType: 2, inputHasAlpha: false });
  png.data = Buffer.from(rgb);
  return new Uint8Array(
    PNG.sync.write(png, { colorType: 2, inputColorType: 2, inputHasAlpha: false }),
  );
}

/**
 * The largest centred square of a picture as `side` x `side` pixels: each target pixel is the mean
 * of the source area under it (area averaging) when shrinking, bilinear when enlarging.
 */
export function squarePicture(picture: Picture, side: number): Picture {
  const edge = Math.min(picture.width, picture.height);
  const x = (picture.width - edge) / 2;
  const y = (picture.height - edge) / 2;
  return resample(picture, { x, y, width: edge, height: edge }, side, side);
}

/** A part of a picture, in source pixels, fractions allowed. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Resamples a region by separable area averaging (shrinking) or linear interpolation. */
export function resample(source: Picture, from: Region, width: number, height: number): Picture {
  const columns = weightsAlong(source.width, from.x, from.width, width);
  const rows = weightsAlong(source.height, from.y, from.height, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (const [sy, wy] of rows[y]!) {
        for (const [sx, wx] of columns[x]!) {
          const at = 3 * (sy * source.width + sx);
          const w = wy * wx;
          r += w * source.rgb[at]!;
          g += w * source.rgb[at + 1]!;
          b += w * source.rgb[at + 2]!;
        }
      }
      const to = 3 * (y * width + x);
      rgb[to] = Math.min(255, Math.floor(r + 0.5));
      rgb[to + 1] = Math.min(255, Math.floor(g + 0.5));
      rgb[to + 2] = Math.min(255, Math.floor(b + 0.5));
    }
  }
  return { width, height, rgb };
}

/** For each target index the source indices it averages, with weights that sum to 1. */
function weightsAlong(
  size: number,
  start: number,
  length: number,
  target: number,
): [number, number][][] {
  const scale = length / target;
  // A box narrower than one pixel becomes the two-tap triangle of linear interpolation.
  const support = Math.max(1, scale);
  const clamp = (i: number): number => Math.min(size - 1, Math.max(0, i));
  return Array.from({ length: target }, (_, t) => {
    const centre = start + (t + 0.5) * scale;
    const low = centre - support / 2;
    const high = centre + support / 2;
    const taps: [number, number][] = [];
    for (let i = Math.floor(low); i < high; i += 1) {
      const overlap = Math.min(high, i + 1) - Math.max(low, i);
      if (overlap > 0) taps.push([clamp(i), overlap / support]);
    }
    return taps;
  });
}
