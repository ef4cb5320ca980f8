/** Runs firmware/apps/lenet: writes settings and data to L2, streams what it says, saves and resumes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import type { LabelledPictures } from '../datasets/index.js';
import { packageRoot } from '../datasets/package-root.js';
import { openSession } from '../session/index.js';
import type { Preset, Session, Settings } from '../session/index.js';
import { batch, inputOf, parameters, pixels } from './shape.js';

export type Format = 'fp32' | 'bf16';

export interface TrainingData {
  readonly train: LabelledPictures;
  readonly test: LabelledPictures;
}

export interface Job {
  readonly preset?: string | Preset;
  readonly set?: Settings;
  readonly mode: 'train' | 'test' | 'integers';
  readonly format: Format;
  /** Single precision; rounded to the format. */
  readonly parameters: Float32Array;
  readonly data: TrainingData;
  /** Pictures, multiples of the batch: the first ones of each set. */
  readonly samples: number;
  readonly test: number;
  /** Learning rate of each step. */
  readonly rates: readonly number[];
  /** Steps between two losses. */
  readonly reportEvery: number;
  /** Mode `integers`: what `quantise` gives. */
  readonly integers?: Uint8Array;
}

const modes = { train: 1, test: 2, integers: 3 } as const;
/** Behind the program, whose image stays below. */
const dataOffset = 0x80000;
/** Guest cycles between two looks at the host's wishes. */
const slice = 4_000_000;

/** @throws OctobarError `usage`, `config` */
export function openLenet(job: Job): LenetRun {
  const { samples, test, data, reportEvery } = job;
  check('samples', samples, job.mode === 'train' ? batch : 0, data.train.count);
  check('test', test, 0, data.test.count);
  if (samples % (batch * reportEvery) !== 0)
    throw new OctobarError('usage', `${samples} samples are no whole number of reports`, {
      hint: `a loss is printed every ${reportEvery} steps of ${batch} pictures: give a multiple of ${batch * reportEvery}`,
    });
  const bytes = dataOffset + (samples + test) * (pixels + 2) + parameters * 4 + 0x100000;
  const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, 2 ** 21)));
  const session = openSession({
    preset: job.preset ?? 'fpirm',
    set: { 'l2.size': size, ...job.set },
  });
  session.load({ name: 'lenet.elf', bytes: application() });
  return new LenetRun(session, job);
}

function check(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value % batch === 0 && value >= least && value <= most) return;
  throw new OctobarError('usage', `--${what} ${value}`, {
    hint: `a multiple of ${batch} from ${least} to ${most - (most % batch)}`,
  });
}

const application = (): Uint8Array =>
  new Uint8Array(readFileSync(join(packageRoot(), 'firmware/prebuilt/lenet.elf')));

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

export class LenetRun {
  readonly losses: LossPoint[] = [];
  /** Correct answers of the test, once it has run. */
  correct: number | undefined;
  private readonly parametersAt: number;

  constructor(
    readonly session: Session,
    job: Job,
  ) {
    const l2 = session.map().find(({ name }) => name === 'l2')!;
    let at = l2.base + dataOffset;
    const put = (bytes: Uint8Array): number => {
      const address = at;
      session.write(address, bytes);
      at += Math.ceil(bytes.length / 16) * 16;
      return address;
    };
    const { data, samples, test, rates, reportEvery, format } = job;
    const encode = (values: Float32Array): Uint8Array =>
      format === 'fp32' ? new Uint8Array(values.slice().buffer) : toBf16(values);
    const table = Float32Array.from({ length: 256 }, (_, value) => inputOf(value));
    this.parametersAt = put(encode(job.parameters));
    const settings = [
      modes[job.mode],
      format === 'bf16' ? 1 : 0,
      this.parametersAt,
      put(encode(table)),
      put(data.train.pixels.subarray(0, samples * pixels)),
      put(data.train.labels.subarray(0, samples)),
      samples / batch,
      put(data.test.pixels.subarray(0, test * pixels)),
      put(data.test.labels.subarray(0, test)),
      test,
      put(new Uint8Array(Float32Array.from(rates, (rate) => -rate / batch).buffer)),
      reportEvery,
      bitsOf(1 / (batch * reportEvery)),
      job.integers === undefined ? 0 : put(job.integers),
    ];
    settings.forEach((word, i) =>
      session.writeWord(session.address('lenet_settings') + 4 * i, word),
    );
    session.onOutput((text) => this.heard(text));
  }

  /** The trained parameters, after the run. */
  get parameters(): Float32Array {
    const bytes = this.session.read(this.parametersAt, 4 * parameters);
    return new Float32Array(bytes.slice().buffer);
  }

  /**
   * Runs to the end, or until `pause` says so, which is asked every four million cycles (less than a step): where that is has no
   * influence on the result.
   * @returns whether the program has ended
   */
  run(pause: () => boolean = () => false): boolean {
    for (;;) {
      const stop = this.session.runUntil(this.session.now + slice);
      if (stop.reason === 'exit') {
        if (stop.code === 0) return true;
        throw new OctobarError('mismatch', `lenet.elf ended with ${stop.code}`, {
          hint: 'its last line says why',
        });
      }
      if (pause()) return false;
    }
  }

  private heard(text: string): void {
    const loss = /^step (\d+) loss ([\d.]+)/.exec(text);
    if (loss) this.losses.push({ step: Number(loss[1]), loss: Number(loss[2]) });
    const correct = /^correct (\d+) of/.exec(text);
    if (correct) this.correct = Number(correct[1]);
  }
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}

/** Rounded to nearest, ties to even. */
function toBf16(values: Float32Array): Uint8Array {
  const words = new Uint32Array(values.slice().buffer);
  const halves = Uint16Array.from(words, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
  return new Uint8Array(halves.buffer);
}
