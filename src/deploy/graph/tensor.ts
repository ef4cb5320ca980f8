/** Sizes of a feature map; one picture at a time, HWC. A vector is 1 x 1 x channels. */
export interface MapSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What a code of a tensor is stored as: int32 only at the end of a network. */
export type CodeKind = 'int8' | 'uint8' | 'int32';

/** An integer tensor: real value = code * scale, zero point 0. */
export interface CodeTensor extends MapSize {
  readonly kind: CodeKind;
  readonly scale: number;
}

/**
 * A window that moves over a map. What it covers outside the map counts as 0. Padding behind follows
 * from the sizes of input and output.
 */
export interface Window {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** The window of a 1x1 convolution at stride 1. */
export const pointWindow: Window = {
  kernelHeight: 1,
  kernelWidth: 1,
  strideY: 1,
  strideX: 1,
  padTop: 0,
  padLeft: 0,
};

/** Whether a window is one pixel at stride 1, so that the layer is a product of matrices. */
export const isPoint = (w: Window): boolean =>
  w.kernelHeight === 1 && w.kernelWidth === 1 && w.strideY === 1 && w.strideX === 1;

export const elements = (size: MapSize): number => size.height * size.width * size.channels;
