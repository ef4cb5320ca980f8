/** What a reader of a profile must know before he believes it. */
import type { HartProfiler } from '../../emulator/hart/profiler.js';
import type { InlineTable } from '../loader/index.js';
import type { Session } from '../session/session.js';
import type { Stats } from '../session/stats.js';
import type { UnitRecorder } from './units.js';

export function notesOf(
  session: Session,
  profiler: HartProfiler,
  inlining: InlineTable,
  units: UnitRecorder,
  stats: Stats,
): string[] {
  const notes: string[] = [];
  if (stats.config['engine'] !== 'interpreter') {
    notes.push(
      'the interpreter ran all instructions, since translated code is not observed; cycles are the same',
    );
  }
  if (session.lines.sequences.length === 0) {
    notes.push('the images have no source lines: compile with -g1 or -g');
  }
  for (const problem of [session.lines.problem, inlining.problem]) if (problem) notes.push(problem);
  if (profiler.full) {
    notes.push('the program has more call paths than there is room for: the rest is (elsewhere)');
  }
  if (units.dropped > 0) notes.push(`${units.dropped} intervals of units found no room`);
  return notes;
}
