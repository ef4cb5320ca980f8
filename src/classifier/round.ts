/** The same network with weights of fewer bits, without training again. */
import type { Layer, Model } from './model.js';

/** @param bits 1 to those of the model; with one, weights are plus or minus their layer's mean magnitude */
export function withWeightBits(model: Model, bits: number): Model {
  if (bits === model.weightBits) return model;
  const layers = model.layers.map((layer) =>
    bits === 1 ? signs(layer) : rounded(layer, 2 ** (model.weightBits - bits), bits),
  );
  return { ...model, weightBits: bits, layers };
}

function rounded(layer: Layer, step: number, bits: number): Layer {
  const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const weights = layer.weights.map((weight) =>
    Math.min(high, Math.max(low, Math.floor(weight / step + 0.5))),
  );
  return { ...layer, weights, factor: layer.factor.map((factor) => factor * step) };
}

function signs(layer: Layer): Layer {
  const magnitude =
    layer.weights.reduce((sum, weight) => sum + Math.abs(weight), 0) / layer.weights.length;
  const weights = layer.weights.map((weight) => (weight < 0 ? -1 : 1));
  return { ...layer, weights, factor: layer.factor.map((factor) => factor * magnitude) };
}
