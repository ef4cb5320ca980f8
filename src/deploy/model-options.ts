/** What a model file does not say of itself. */
export interface ModelOptions {
  /** Tensors or nodes to end at instead of the outputs of the file. */
  readonly outputs?: readonly string[];
  /** Names of the classes, in the order of the outputs; of a detector the first is the background. */
  readonly labels?: readonly string[];
  /** What the model expects of black and white; 0 and 1 unless it is a detector: -1 and 1. */
  readonly range?: readonly [number, number];
  /** A single-shot detector: boxes and class logits against the anchors of its maps (TensorFlow Lite only). */
  readonly detector?: boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Whether a parsed JSON value has the form of ModelOptions. */
export function isModelOptions(value: unknown): value is ModelOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { outputs, labels, range, detector } = value as Record<string, unknown>;
  const texts = (list: unknown): boolean =>
    list === undefined || (Array.isArray(list) && list.every(isText));
  const pair =
    range === undefined ||
    (Array.isArray(range) && range.length === 2 && range.every((end) => Number.isFinite(end)));
  return (
    texts(outputs) && texts(labels) && pair && ['undefined', 'boolean'].includes(typeof detector)
  );
}
