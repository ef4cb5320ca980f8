import {
  loadCommittedPicture,
  picturesFor,
  pictureSide,
  resample,
  type Picture,
  type Progress,
} from '../datasets/index.js';
import type { BottleneckTensors } from './network/float-executor.js';
import { runNetwork } from './network/float-executor.js';
import type { FeatureMap, MobileNet } from './network/graph.js';
import { OctobarError } from '../../emulator/sim/error.js';

/** Values 0 to 1, as the network wants its picture. */
const networkInput = (picture: Picture): Float32Array =>
  Float32Array.from(picture.rgb, (value) => value / 255);

/** Tensors of one block for one picture. */
export function blockTensors(
  network: MobileNet,
  number: number,
  picture: Picture,
): BottleneckTensors {
  let found: BottleneckTensors | undefined;
  runNetwork(network, networkInput(picture), (block, tensors) => {
    if (block.number === number) found = tensors;
    return found === undefined;
  });
  if (found === undefined) throw new OctobarError('usage', `there is no block ${number}`);
  return found;
}

/**
 * Views of a calibration picture: itself, mirrored, and parts of it enlarged. A late block has 49
 * pixels a picture for up to 960 weights an output, so more views are fitted better.
 */
function calibrationViews(picture: Picture): Picture[] {
  const part = (x: number, y: number): Picture => {
    const size = Math.round(pictureSide * 0.67);
    const from = { x: x * (pictureSide - size), y: y * (pictureSide - size) };
    return resample(picture, { ...from, width: size, height: size }, pictureSide, pictureSide);
  };
  return [picture, mirrored(picture), part(0, 0), mirrored(part(1, 1))];
}

/** Number of views that calibrationViews gives. */
export const viewsPerPicture = 4;

/** Real inputs of a block for all views of all calibration pictures, views of a picture together. */
export function calibrationInputs(
  network: MobileNet,
  number: number,
  progress: Progress,
): FeatureMap[] {
  const pictures = picturesFor('calibration');
  return pictures.flatMap((name, i) => {
    progress(`block ${number}: calibration picture ${i + 1} of ${pictures.length} (${name})`);
    return calibrationViews(loadCommittedPicture(name)).map(
      (view) => blockTensors(network, number, view).input,
    );
  });
}

export function mirrored(picture: Picture): Picture {
  const { width, height } = picture;
  const rgb = new Uint8Array(picture.rgb.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = 3 * (y * width + width - 1 - x);
      rgb.set(picture.rgb.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { width, height, rgb };
}
