import type { Profile } from '../model.js';
import type { TextSink } from './sink.js';

/** The profile as JSON, written hart by hart so that no text is as long as the file. */
export function writeProfile(profile: Profile, sink: TextSink): void {
  const { harts, ...rest } = profile;
  const head = JSON.stringify(rest);
  sink.put(`${head.slice(0, -1)},"harts":[`);
  harts.forEach(({ instructions, nodes, lines, ...hart }, i) => {
    sink.put(`${i === 0 ? '' : ','}\n${JSON.stringify(hart).slice(0, -1)}`);
    for (const [name, rows] of Object.entries({ nodes, lines, instructions })) {
      sink.put(`,"${name}":[`);
      rows.forEach((row, j) => sink.put(`${j === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`));
      sink.put(']');
    }
    sink.put('}');
  });
  sink.put(']}\n');
}
