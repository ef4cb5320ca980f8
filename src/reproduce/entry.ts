import type { Folders } from '../train/classifier.js';
import type { Row } from './row.js';

export interface StudyOptions {
  /** Also the longer part of the study. */
  readonly full: boolean;
  /** Test pictures for a trained classifier, the first ones; Infinity: all there are; 0: none is run. */
  readonly pictures: number;
  /** Data of the user's, by name. */
  readonly folders: Folders;
  /** Receives a drawing as SVG. */
  readonly plot: (name: string, svg: string) => void;
  /** Told what is about to run. */
  readonly progress: (text: string) => void;
}

/** One published figure, or the few that belong together: set-up, runs, published beside ours. */
export interface Entry {
  readonly name: string;
  readonly title: string;
  /** Where the figures were published, and how far that could be read. */
  readonly source: string;
  /** Machine whose parameters decide; absent: the default one. */
  readonly preset?: string;
  /** What `--full` adds. */
  readonly full: string;
  /** Parameters that decide the figures: keys, or the first parts of keys that end in a dot. */
  readonly parameters: readonly string[];
  rows(options: StudyOptions): Promise<readonly Row[]>;
}

/** All that is quoted of the paper comes by this way. */
export const garofalo =
  'A. Garofalo et al., A Heterogeneous In-Memory Computing Cluster for Flexible End-to-End Inference of ' +
  'Real-World Deep Neural Networks, IEEE JETCAS 12(2), 2022, arXiv 2201.01089; its text could not be opened, ' +
  'figures come from the abstract and from a literature card written from the full text';
