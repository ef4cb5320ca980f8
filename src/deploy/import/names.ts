/** Parts of TensorFlow's names that say nothing about the layer. */
const noise = new Set([
  'BatchNorm',
  'BiasAdd',
  'Conv2D',
  'FeatureExtractor',
  'FusedBatchNorm',
  'FusedBatchNormV3',
  'MobilenetV2',
  'Relu',
  'Relu6',
  'StatefulPartitionedCall',
  'predict',
]);

/**
 * Short names that stay unique: of a path the last two telling parts, of several paths joined by
 * `;` (TFLite names fused operators so) the first. A repeated name gets a number.
 */
export function shortNames(full: readonly string[]): string[] {
  const taken = new Set<string>(['input']);
  return full.map((name) => {
    const parts = name
      .split(';')[0]!
      .split('/')
      .filter((part) => part !== '' && !noise.has(part));
    const telling = parts.filter((part, i) => part !== parts[i - 1]);
    const short = (telling.slice(-2).join('/') || 'layer').replace(/[^\w./-]/g, '_').slice(-80);
    let unique = short;
    for (let n = 2; taken.has(unique); n += 1) unique = `${short}.${n}`;
    taken.add(unique);
    return unique;
  });
}
