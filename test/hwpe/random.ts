/** Seeded xorshift generator: the same numbers on every host. */
export function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export function fillRandom(memory: Uint8Array, seed: number): void {
  const next = random(seed);
  for (let i = 0; i < memory.length; i++) memory[i] = next(256);
}
