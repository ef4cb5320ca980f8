/** Formats by their names on the command line, with what reads them. */
export const exportFormats = {
  perfetto: 'Chrome trace JSON, for ui.perfetto.dev and chrome://tracing',
  speedscope: 'flame graphs, for speedscope.app',
  callgrind: 'for KCachegrind and callgrind_annotate',
  vcd: 'waveforms, for GTKWave; a view for it is written beside it',
  commits: 'commit log of Spike, a line for each instruction',
  profile: 'octobar-profile/1, everything as JSON',
} as const;
export type ExportFormat = keyof typeof exportFormats;
