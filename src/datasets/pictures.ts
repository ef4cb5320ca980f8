import { OctobarError } from '../../emulator/sim/error.js';
import { skimage, stdlib } from './picture-sources.js';
import { fixturePath } from './package-root.js';
import { networkPictures } from './network-pictures.js';
import { readPicture, type Picture } from './picture.js';

/**
 * Calibration pictures set ranges and rounding; test pictures are only ever measured on. A single
 * bottleneck is calibrated on the six of `calibration` alone, whole networks on those of
 * `network-calibration` too. The split was written down before any whole network was quantised.
 */
export type PictureUse = 'calibration' | 'test' | 'network-calibration' | 'network-test';

/** One committed 224x224 picture; its licence stands in fixtures/pictures/CREDITS.md too. */
export interface CommittedPicture {
  readonly name: string;
  /** See PictureUse. */
  readonly use: PictureUse;
  readonly title: string;
  readonly credit: string;
  readonly licence: string;
  /** Package the original comes from, and its path there. */
  readonly source: string;
}

const getty = "digital image courtesy of the Getty's Open Content Program";

/** The committed pictures, in a fixed order: calibration sums depend on it. */
export const committedPictures: readonly CommittedPicture[] = [
  {
    name: 'coffee',
    use: 'calibration',
    title: 'Cup of coffee',
    credit: 'Rachel Michetti, courtesy of Pikolo Espresso Bar',
    licence: 'CC0 1.0',
    source: skimage('coffee.png'),
  },
  {
    name: 'rocket',
    use: 'calibration',
    title: 'Launch of DSCOVR on a Falcon 9',
    credit: 'SpaceX',
    licence: 'public domain (released by SpaceX in 2015)',
    source: skimage('rocket.jpg'),
  },
  {
    name: 'hubble',
    use: 'calibration',
    title: 'Hubble eXtreme Deep Field',
    credit: 'NASA, ESA',
    licence: 'public domain (NASA)',
    source: skimage('hubble_deep_field.jpg'),
  },
  {
    name: 'alps',
    use: 'calibration',
    title: 'French alpine landscape, about 1870',
    credit: `Adolphe Braun; ${getty}`,
    licence: 'CC0 1.0, PDDL 1.0',
    source: stdlib('img-french-alpine-landscape'),
  },
  {
    name: 'pastoral',
    use: 'calibration',
    title: 'A March Pastoral, 1888',
    credit: `Peter Henry Emerson; ${getty}`,
    licence: 'CC0 1.0, PDDL 1.0',
    source: stdlib('img-march-pastoral'),
  },
  {
    name: 'boats',
    use: 'calibration',
    title: 'Boats in the river, Nagasaki, about 1865',
    credit: `Felice Beato; ${getty}`,
    licence: 'CC0 1.0, PDDL 1.0',
    source: stdlib('img-nagasaki-boats'),
  },
  {
    name: 'cat',
    use: 'test',
    title: 'Chelsea the cat',
    credit: 'Stefan van der Walt',
    licence: 'CC0 1.0',
    source: skimage('chelsea.png'),
  },
  {
    name: 'astronaut',
    use: 'test',
    title: 'Astronaut Eileen Collins',
    credit: 'NASA Great Images',
    licence: 'public domain (NASA)',
    source: skimage('astronaut.png'),
  },
  ...networkPictures,
];

/** The picture that the committed block fixture and the default run use. */
export const defaultPicture = 'cat';

/** Side of the network's input and of every committed picture. */
export const pictureSide = 224;

/**
 * Reads a committed picture.
 *
 * @throws OctobarError `usage` for a name that is not in the set.
 */
export function loadCommittedPicture(name: string): Picture {
  if (!committedPictures.some((picture) => picture.name === name)) {
    throw new OctobarError('usage', `there is no committed picture "${name}"`, {
      hint: `the pictures are ${committedPictures.map((picture) => picture.name).join(', ')}`,
    });
  }
  return readPicture(fixturePath('pictures', `${name}.png`));
}

/** Names of all pictures that a whole network is calibrated, or tested, on; in the fixed order. */
export const networkPictureNames = (use: 'calibration' | 'test'): string[] =>
  committedPictures
    .filter((picture) => picture.use === use || picture.use === `network-${use}`)
    .map((picture) => picture.name);

/** Names of the pictures of one use, in the fixed order. */
export const picturesFor = (use: PictureUse): string[] =>
  committedPictures.filter((picture) => picture.use === use).map((picture) => picture.name);
