/** Seeded damage to files: the same seed gives the same ten thousand files on every host. */

type Bytes = Uint8Array<ArrayBuffer>;

export type Random = (below: number) => number;

/** xorshift32; good enough to choose bytes, and written in three lines. */
export function randomFrom(seed: number): Random {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const words = [0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, 0x10000000, 0x1c000000];
const halves = [0, 1, 2, 0x7fff, 0x8000, 0xfff1, 0xffff];

/** Where damage hurts: the ELF header, then the first tables, then anywhere. */
function place(random: Random, length: number): number {
  const reach = [52, 52, 256, length][random(4)];
  return random(Math.min(reach, length));
}

/** A copy with 1 to 4 damages of one kind or another. */
export function mutate(original: Uint8Array, random: Random): Bytes {
  let bytes = Uint8Array.from(original);
  for (let n = 1 + random(4); n > 0 && bytes.length > 4; n--) bytes = damage(bytes, random);
  return bytes;
}

function damage(bytes: Bytes, random: Random): Bytes {
  const at = place(random, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (random(8)) {
    case 0:
      bytes[at] ^= 1 << random(8);
      return bytes;
    case 1:
      bytes[at] = random(256);
      return bytes;
    case 2:
      view.setUint32(Math.min(at & ~3, bytes.length - 4), words[random(words.length)], true);
      return bytes;
    case 3:
      view.setUint16(Math.min(at & ~1, bytes.length - 2), halves[random(halves.length)], true);
      return bytes;
    case 4: {
      const word = Math.min(at & ~3, bytes.length - 4);
      const delta = random(64) - 32;
      view.setUint32(word, view.getUint32(word, true) + delta, true);
      return bytes;
    }
    case 5:
      return bytes.slice(0, random(bytes.length));
    case 6:
      bytes.fill(random(2) === 0 ? 0 : 0xff, at, at + 1 + random(32));
      return bytes;
    default:
      bytes.copyWithin(at, random(bytes.length), at + 1 + random(64));
      return bytes;
  }
}
