/** Multiply-accumulates of networks that are too large to run here: arithmetic on their published shapes. */

interface Convolution {
  readonly side: number;
  readonly window: number;
  readonly inputs: number;
  readonly outputs: number;
}

export interface Network {
  readonly name: string;
  readonly source: string;
  readonly convolutions: readonly Convolution[];
  /** Inputs and outputs of fully connected layers. */
  readonly denses: readonly (readonly [number, number])[];
}

const convolution = (
  side: number,
  window: number,
  inputs: number,
  outputs: number,
): Convolution => ({ side, window, inputs, outputs });

/** Sides are those of the output; of grouped convolutions `inputs` are those of a group. */
export const alexNet: Network = {
  name: 'AlexNet',
  source: 'A. Krizhevsky et al., NIPS 2012, 227x227, two groups',
  convolutions: [
    convolution(55, 11, 3, 96),
    convolution(27, 5, 48, 256),
    convolution(13, 3, 256, 384),
    convolution(13, 3, 192, 384),
    convolution(13, 3, 192, 256),
  ],
  denses: [
    [9216, 4096],
    [4096, 4096],
    [4096, 1000],
  ],
};

export const vgg16: Network = {
  name: 'VGG-16',
  source: 'K. Simonyan and A. Zisserman, ICLR 2015, 224x224',
  convolutions: [
    convolution(224, 3, 3, 64),
    convolution(224, 3, 64, 64),
    convolution(112, 3, 64, 128),
    convolution(112, 3, 128, 128),
    convolution(56, 3, 128, 256),
    convolution(56, 3, 256, 256),
    convolution(56, 3, 256, 256),
    convolution(28, 3, 256, 512),
    convolution(28, 3, 512, 512),
    convolution(28, 3, 512, 512),
    convolution(14, 3, 512, 512),
    convolution(14, 3, 512, 512),
    convolution(14, 3, 512, 512),
  ],
  denses: [
    [25088, 4096],
    [4096, 4096],
    [4096, 1000],
  ],
};

/** Multiply-accumulates of a picture, forward. */
export const forwardMacs = ({ convolutions, denses }: Network): number =>
  convolutions.reduce((sum, c) => sum + c.side ** 2 * c.window ** 2 * c.inputs * c.outputs, 0) +
  denses.reduce((sum, [inputs, outputs]) => sum + inputs * outputs, 0);

/** Forward, gradient of the weights, gradient of the inputs; the first layer has none of its inputs. */
export function trainingMacs(network: Network): number {
  const [first] = network.convolutions;
  const firstMacs = first.side ** 2 * first.window ** 2 * first.inputs * first.outputs;
  return 3 * forwardMacs(network) - firstMacs;
}
