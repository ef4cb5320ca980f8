/** Boxes of a detector, drawn on the picture. */
import type { Picture } from '../datasets/index.js';
import type { Detection } from '../deploy/tail/index.js';

type Colour = readonly [number, number, number];

/** One colour after the other; far apart and visible on most pictures. */
const colours: readonly Colour[] = [
  [255, 59, 48],
  [52, 199, 89],
  [0, 122, 255],
  [255, 204, 0],
  [255, 45, 215],
  [0, 220, 220],
];

/** Glyphs of 3 by 5 points, a row after the other. */
const font: Readonly<Record<string, string>> = {
  A: '010101111101101',
  B: '110101110101110',
  C: '011100100100011',
  D: '110101101101110',
  E: '111100110100111',
  F: '111100110100100',
  G: '011100101101011',
  H: '101101111101101',
  I: '111010010010111',
  J: '001001001101010',
  K: '101110100110101',
  L: '100100100100111',
  M: '101111111101101',
  N: '110101101101101',
  O: '010101101101010',
  P: '110101110100100',
  Q: '010101101110011',
  R: '110101110110101',
  S: '011100010001110',
  T: '111010010010010',
  U: '101101101101111',
  V: '101101101101010',
  W: '101101111111101',
  X: '101101010101101',
  Y: '101101010010010',
  Z: '111001010100111',
  0: '111101101101111',
  1: '010110010010111',
  2: '110001010100111',
  3: '110001010001110',
  4: '101101111001001',
  5: '111100110001110',
  6: '011100111101111',
  7: '111001010010010',
  8: '111101111101111',
  9: '111101111001110',
  '.': '000000000000010',
  '-': '000000111000000',
  ' ': '000000000000000',
};

const glyph = { width: 3, height: 5, step: 4 };

class Canvas {
  readonly rgb: Uint8Array;

  constructor(private readonly picture: Picture) {
    this.rgb = picture.rgb.slice();
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    const right = Math.min(this.picture.width, x + width);
    const bottom = Math.min(this.picture.height, y + height);
    for (let row = Math.max(0, y); row < bottom; row += 1) {
      for (let column = Math.max(0, x); column < right; column += 1)
        this.rgb.set(colour, 3 * (row * this.picture.width + column));
    }
  }

  text(x: number, y: number, text: string, scale: number, colour: Colour): void {
    [...text.toUpperCase()].forEach((letter, i) => {
      const points = font[letter] ?? font['-']!;
      for (let p = 0; p < points.length; p += 1) {
        if (points[p] !== '1') continue;
        const column = i * glyph.step + (p % glyph.width);
        this.fill(
          x + column * scale,
          y + Math.floor(p / glyph.width) * scale,
          scale,
          scale,
          colour,
        );
      }
    });
  }
}

/** A copy of the picture with frames and labels. */
export function drawDetections(picture: Picture, detections: readonly Detection[]): Picture {
  const canvas = new Canvas(picture);
  const { width, height } = picture;
  const line = Math.max(2, Math.round(Math.min(width, height) / 150));
  const scale = Math.max(2, line);
  detections.forEach(({ box, label, score }, i) => {
    const colour = colours[i % colours.length]!;
    const left = Math.round(box.left * width);
    const top = Math.round(box.top * height);
    const right = Math.round(box.right * width);
    const bottom = Math.round(box.bottom * height);
    canvas.fill(left, top, right - left, line, colour);
    canvas.fill(left, bottom - line, right - left, line, colour);
    canvas.fill(left, top, line, bottom - top, colour);
    canvas.fill(right - line, top, line, bottom - top, colour);
    const text = `${label} ${score.toFixed(2)}`;
    const y = Math.max(0, top);
    const x = Math.max(0, left);
    canvas.fill(x, y, (text.length * glyph.step + 1) * scale, (glyph.height + 2) * scale, colour);
    canvas.text(x + scale, y + scale, text, scale, [0, 0, 0]);
  });
  return { ...picture, rgb: canvas.rgb };
}
