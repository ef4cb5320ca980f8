/** Runs firmware/apps/classifier on a machine with a macro. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { packageRoot } from '../datasets/package-root.js';
import { configure, openSession } from '../session/index.js';
import type { Session, SessionOptions, Stats } from '../session/index.js';
import { levelsOf } from './exact.js';
import { pictureInput, programOf, settingsWords } from './image.js';
import type { Program } from './image.js';
import type { Model } from './model.js';
import type { Tuning } from './tuning.js';
import { targetOf } from './target.js';

/** Pictures in the size of the model with the right answers. */
export interface Labelled {
  readonly count: number;
  /** [count][side][side][channels] */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

export interface Classification {
  readonly answers: Uint8Array;
  readonly correct: number;
  readonly stats: Stats;
  /** Figures that the program reported, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Behind the program, whose image stays below. */
const dataOffset = 0x80000;
const mostPictures = 60_000;
/** More than the slowest macro takes for a picture. */
const mostCycles = 2_000_000;

/** Pictures `first` to `first + count` - 1. */
export function picturesFrom(all: Labelled, first: number, count: number): Labelled {
  const size = all.pixels.length / all.count;
  return {
    count,
    pixels: all.pixels.subarray(first * size, (first + count) * size),
    labels: all.labels.subarray(first, first + count),
  };
}

/**
 * @throws OctobarError `usage` when pictures and model differ in size, `config` when the model does not fit the
 * macro, `mismatch` when the program fails
 */
export function classify(
  model: Model,
  pictures: Labelled,
  tuning: Tuning,
  options: SessionOptions,
): Classification {
  const size = model.side * model.side * model.channels;
  if (pictures.pixels.length !== pictures.count * size || pictures.count < 1)
    throw new OctobarError('usage', `${model.name} takes pictures of ${size} bytes`);
  if (pictures.count > mostPictures)
    throw new OctobarError('usage', `${pictures.count} pictures`, {
      hint: `at most ${mostPictures} a run`,
    });
  const program = programOf(model, targetOf(configure(options), tuning.tileRows), tuning);
  const bytes =
    dataOffset + pictures.pixels.length + 2 * pictures.count + program.jobs.length + 0x100000;
  let l2 = 2 ** 21;
  while (l2 < bytes) l2 *= 2;
  const session = openSession({ ...options, set: { 'l2.size': l2, ...options.set } });
  try {
    session.load({ name: 'classifier.elf', bytes: application() });
    if (program.chip !== undefined) session.load({ name: 'chip.elf', bytes: program.chip });
    const answersAt = write(session, model, program, pictures);
    const lines: string[] = [];
    session.onOutput((text) => lines.push(text.trimEnd()));
    const end = session.run({ maxCycles: 10_000_000 + pictures.count * mostCycles });
    if (end.reason !== 'exit' || end.code !== 0)
      throw new OctobarError('mismatch', `classifier.elf: ${lines.join('; ')}`, {
        hint: 'its last line says why',
      });
    const stats = session.stats();
    const answers = session.read(answersAt, pictures.count).slice();
    const metrics = Object.fromEntries(stats.metrics.map(({ name, value }) => [name, value]));
    return { answers, correct: metrics['correct']!, stats, metrics };
  } finally {
    session.close();
  }
}

const application = (): Uint8Array =>
  new Uint8Array(readFileSync(join(packageRoot(), 'firmware/prebuilt/classifier.elf')));

/** Returns where the answers will be. */
function write(session: Session, model: Model, program: Program, pictures: Labelled): number {
  let at = session.map().find(({ name }) => name === 'l2')!.base + dataOffset;
  const reserve = (count: number): number => {
    const address = at;
    at += Math.ceil(count / 16) * 16;
    return address;
  };
  const put = (bytes: Uint8Array): number => {
    const address = reserve(bytes.length);
    session.write(address, bytes);
    return address;
  };
  const words = (values: Iterable<number>): Uint8Array =>
    new Uint8Array(Uint32Array.from(values).buffer);
  const plots = program.plots.map(({ tile, width, words: cells }) => [
    tile.array,
    tile.x,
    tile.y,
    width,
    tile.rows,
    put(words(cells)),
  ]);
  const answers = reserve(pictures.count);
  const input = pictureInput(program.layout);
  const settings = [
    put(pictures.pixels),
    put(pictures.labels),
    answers,
    pictures.count,
    model.side,
    model.side * model.channels,
    put(levelsOf(model)),
    put(words(plots.flat())),
    plots.length,
    put(program.jobs),
    program.jobCount,
    put(program.tables),
    program.tables.length,
    program.layout.end,
    input.first,
    input.second,
    input.pitch,
    program.layout.scores,
    program.scoreMul,
    program.scoreBias,
    model.classes,
  ];
  if (settings.length !== settingsWords) throw new OctobarError('internal', 'settings_t differs');
  session.write('classifier_settings', words(settings));
  return answers;
}
