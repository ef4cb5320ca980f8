/** Which of the known names a mistyped one was probably meant to be. */

/**
 * Insertions, deletions, substitutions and swaps of neighbours from one to the other (optimal
 * string alignment); Infinity beyond `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j] + 1, row[j - 1] + 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], older[j - 2] + 1);
      }
    }
    older = previous;
    previous = row;
  }
  return previous[b.length] <= limit ? previous[b.length] : Infinity;
}

const longest = 80;

/**
 * The known name nearest to `name`. A dotted name also matches by its last part alone, so that
 * `banks` finds `tcdm.banks`. Undefined when nothing is near.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longest) return undefined;
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const text = candidate.toLowerCase();
    const tail = text.slice(text.lastIndexOf('.') + 1);
    const distance = Math.min(
      editDistance(wanted, text, limit),
      // A match of the last part alone is a little less sure than one of the whole.
      editDistance(wanted, tail, limit) + 0.5,
    );
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean X?`, or where the list of names is to be found. */
export function suggestion(name: string, known: Iterable<string>, otherwise: string): string {
  const found = nearest(name, known);
  return found === undefined ? otherwise : `did you mean ${found}?`;
}
