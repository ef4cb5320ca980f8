/** One published figure beside ours, and how much the agreement is worth. */

/**
 * `identity`: an input handed back, it proves nothing. `fitted`: a free parameter was set by it.
 * `predicted`: neither; only these rows count as reproduced.
 */
export type Basis = 'identity' | 'fitted' | 'predicted';

export interface Row {
  readonly figure: string;
  /** null: nothing was published to compare with. */
  readonly published: number | null;
  /** From runs made in this call. */
  readonly ours: number;
  readonly unit: string;
  /** Relative; null where nothing is judged. */
  readonly tolerance: number | null;
  /** null: nothing was published, or the note says why the two cannot be compared. */
  readonly met: boolean | null;
  readonly basis: Basis;
  readonly note: string;
}

interface Figure {
  readonly figure: string;
  readonly ours: number;
  readonly unit: string;
  readonly basis: Basis;
  readonly note?: string;
}

export const defaultTolerance = 0.1;

/** A figure that was published for what we run. */
export function compared(
  figure: Figure & { readonly published: number; readonly tolerance?: number },
): Row {
  const { published, ours, tolerance = defaultTolerance, note = '' } = figure;
  const met = Math.abs(ours - published) <= tolerance * Math.abs(published);
  return { ...figure, tolerance, met, note };
}

/** A figure that nobody published. */
export function measured(figure: Figure): Row {
  return { ...figure, published: null, tolerance: null, met: null, note: figure.note ?? '' };
}

/** A published figure of something else than what we run; `note` says what differs. */
export function incomparable(
  figure: Figure & { readonly published: number; readonly note: string },
): Row {
  return { ...figure, tolerance: null, met: null };
}
