/** Softmax and ranking of logits. */
export interface Ranked {
  readonly label: string;
  readonly classIndex: number;
  readonly probability: number;
  readonly logit: number;
}

export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = values.map((v) => Math.exp(v - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** All classes, the most likely first; equal ones by their number. */
export function rank(logits: ArrayLike<number>, labels: readonly string[]): Ranked[] {
  return softmax(logits)
    .map((probability, classIndex) => ({
      label: labels[classIndex] ?? `class ${classIndex}`,
      classIndex,
      probability,
      logit: logits[classIndex]!,
    }))
    .toSorted((a, b) => b.probability - a.probability || a.classIndex - b.classIndex);
}
