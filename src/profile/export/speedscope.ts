/**
 * Profiles in the file format of speedscope (https://www.speedscope.app/file-format-schema.json): for each
 * hart its cycles, and its energy, as stacks with weights. Cycles asleep are a frame of their own, `[asleep]`,
 * below the function that went to sleep, so the weights of a hart add up to the cycles of the window in
 * which it was started.
 */
import type { CallNode, HartProfile, Profile } from '../model.js';
import type { TextSink } from './sink.js';

export function writeSpeedscope(profile: Profile, title: string, sink: TextSink): void {
  const asleep = profile.functions.length;
  const frames = [
    ...profile.functions.map(({ name, file, line }) => ({
      name,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { line }),
    })),
    { name: '[asleep]' },
  ];
  sink.put(
    `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":${JSON.stringify(`octobar ${profile.versions.octobar}`)},` +
      `"name":${JSON.stringify(title)},"activeProfileIndex":0,"shared":{"frames":[`,
  );
  frames.forEach((frame, i) => sink.put(`${i === 0 ? '' : ',\n'}${JSON.stringify(frame)}`));
  sink.put(']},"profiles":[\n');
  let first = true;
  for (const hart of profile.harts) {
    for (const what of ['cycles', 'energy in pJ'] as const) {
      const samples = samplesOf(hart, what, asleep);
      if (samples.length === 0) continue;
      sink.put(first ? '' : ',\n');
      first = false;
      writeSampled(
        `hart ${hart.hart}${hart.name ? ` (${hart.name})` : ''}: ${what}`,
        samples,
        sink,
      );
    }
  }
  sink.put('\n]}\n');
}

interface Sample {
  readonly stack: readonly number[];
  readonly weight: number;
}

function samplesOf(
  { nodes }: HartProfile,
  what: 'cycles' | 'energy in pJ',
  asleep: number,
): Sample[] {
  return nodes.flatMap((node, index) => {
    const { cycles, sleep, picojoules } = node.self;
    const stack = stackOf(nodes, index);
    if (what !== 'cycles') return picojoules > 0 ? [{ stack, weight: picojoules }] : [];
    return [
      ...(cycles > 0 ? [{ stack, weight: cycles }] : []),
      ...(sleep > 0 ? [{ stack: [...stack, asleep], weight: sleep }] : []),
    ];
  });
}

/** Functions from the outermost one to that of a node. */
export function stackOf(nodes: readonly CallNode[], index: number): number[] {
  const stack: number[] = [];
  for (let at = index; at >= 0; at = nodes[at].parent) stack.push(nodes[at].function);
  return stack.toReversed();
}

function writeSampled(name: string, samples: readonly Sample[], sink: TextSink): void {
  const end = samples.reduce((sum, { weight }) => sum + weight, 0);
  sink.put(
    `{"type":"sampled","name":${JSON.stringify(name)},"unit":"none","startValue":0,"endValue":${end},"samples":[`,
  );
  samples.forEach(({ stack }, i) => sink.put(`${i === 0 ? '' : ','}[${stack.join(',')}]`));
  sink.put('],"weights":[');
  samples.forEach(({ weight }, i) => sink.put(`${i === 0 ? '' : ','}${weight}`));
  sink.put(']}');
}
