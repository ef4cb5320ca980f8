import type { Profile } from '../profile/model.js';
import type { Timeline } from '../profile/timeline.js';
import type { Stats } from '../session/index.js';
import type { Markup } from './markup.js';

/** A named stretch of the run, e.g. a layer. Cycles [from, to). */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Everything that a page shows. */
export interface ReportData {
  readonly title: string;
  /** Command that made the page. */
  readonly command: string;
  /** Counters of the window alone. */
  readonly stats: Stats;
  readonly window: { readonly from: number; readonly to: number };
  readonly timeline: Timeline;
  readonly profile: Profile;
  readonly spans: readonly Span[];
  /** Lines of a source file, or undefined where it is not to be had. */
  readonly source: (file: string) => readonly string[] | undefined;
}

/** A part of the page: what it shows in one sentence, then the picture. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly body: Markup;
  /** The picture alone, for slides; absent where there is none. */
  readonly picture?: Picture;
}

export interface Picture {
  readonly svg: Markup;
  /** What the colours mean. */
  readonly legend?: { readonly kind: 'cycle' | 'part'; readonly names: readonly string[] };
}
