/**
 * What a user wants from a network after its last layer with weights. These few operations have no
 * weights and a few thousand operands; they run on the host, in floating point, and every report
 * says so.
 */
export type HostTail = ClassifierTail | DetectorTail | FeatureTail;

/** One vector of logits: softmax and the best classes. */
export interface ClassifierTail {
  readonly kind: 'classifier';
  /** Empty when the file names none: classes are then numbered. */
  readonly labels: readonly string[];
  /** Whether the model ends with a softmax; the logits are the same either way. */
  readonly softmax: boolean;
}

/** An anchor box: centre and size as fractions of the picture. */
export interface Anchor {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A single-shot detector. The outputs are pairs: for each feature map one tensor of box offsets and
 * one of class logits, channels being [anchor][4] and [anchor][classes].
 */
export interface DetectorTail {
  readonly kind: 'detector';
  /** All anchors: maps in order of the outputs, rows, columns, anchors of a cell. */
  readonly anchors: readonly Anchor[];
  /** Divisors of y, x, height and width offsets. */
  readonly boxScale: readonly [number, number, number, number];
  /** Classes of a score vector, including a background class. */
  readonly classes: number;
  /** Index of the background class, or -1. */
  readonly background: number;
  readonly labels: readonly string[];
}

/** Tensors without a meaning that we know, such as a backbone's features. */
export interface FeatureTail {
  readonly kind: 'features';
}
