/** Firmware that trains: against training in plain loops, interrupted and resumed, and inference by format. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareCurve, digestOf, infer, openCheckpoint, train } from '../../src/lenet/index.js';
import { best, referenceScores, trainReference } from '../../src/lenet/reference.js';
import { openLenet } from '../../src/lenet/run.js';
import { initialParameters, ratesOf } from '../../src/lenet/shape.js';
import { squares } from './pictures.js';

const data = { train: squares(64, 1), test: squares(32, 2) };
const plan = { samples: 48, test: 16, rate: 0.1, seed: 7, reportEvery: 1 };
const folder = mkdtempSync(join(tmpdir(), 'octobar-lenet-'));
const file = join(folder, 'half.ckpt');
afterAll(() => rmSync(folder, { recursive: true }));

const whole = train(plan, data);

describe('training on the engine', () => {
  it('takes the steps of a float32 reference', () => {
    const parameters = initialParameters(plan.seed);
    const reference = trainReference(parameters, data.train, ratesOf(plan.rate, 6));
    expect(whole.losses.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    whole.losses.forEach(({ loss }, i) =>
      expect(Math.abs(loss / reference[i] - 1)).toBeLessThan(0.01),
    );
    const comparison = compareCurve(plan, data, whole.losses);
    expect(comparison.ordinary).toBeLessThan(0.01);
    // The guest prints six decimals; the parameters are compared to the last bit.
    expect(comparison.ordered).toBeLessThan(1e-6);
    expect(comparison.digest).toBe(digestOf(whole.parameters));
    expect(reference[5]).toBeLessThan(reference[0]);
    // Six steps move the parameters by much more than they differ.
    const first = initialParameters(plan.seed);
    const moved = Math.max(...first.map((value, i) => Math.abs(value - whole.parameters[i])));
    const apart = Math.max(...parameters.map((value, i) => Math.abs(value - whole.parameters[i])));
    expect(moved).toBeGreaterThan(0.01);
    expect(apart).toBeLessThan(1e-4);
  });

  it('goes on from a checkpoint to the same bytes', () => {
    const progress: string[] = [];
    const half = train(plan, data, {
      checkpoint: file,
      stopAfter: 2,
      progress: (text) => progress.push(text),
    });
    expect(half.finished).toBe(false);
    expect(half.losses.length).toBeLessThan(6);
    expect(progress.join()).toContain(file);
    const saved = openCheckpoint(file);
    const resumed = train(saved.plan, data, {}, saved);
    expect(resumed.losses).toEqual(whole.losses);
    expect(digestOf(resumed.parameters)).toBe(digestOf(whole.parameters));
    expect({ ...resumed, parameters: [] }).toEqual({ ...whole, parameters: [] });
  });

  it('has the same memory after a state was restored in the middle', () => {
    const open = () =>
      openLenet({
        mode: 'train',
        format: 'fp32',
        parameters: initialParameters(1),
        data,
        samples: 16,
        test: 0,
        rates: ratesOf(0.1, 2),
        reportEvery: 1,
      });
    const [first, second] = [open(), open()];
    first.session.runUntil(3_000_000);
    second.session.restore(first.session.save());
    for (const { session } of [first, second]) expect(session.run()).toMatchObject({ code: 0 });
    expect(second.session.now).toBe(first.session.now);
    const memory = ({ session }: typeof first): Uint8Array[] =>
      session
        .map()
        .filter(({ name }) => name === 'l2' || name === 'tcdm')
        .map(({ base, size }) => session.read(base, size));
    const [a, b] = [memory(first), memory(second)];
    expect(a).toHaveLength(2);
    a.forEach((bytes, i) => expect(Buffer.compare(bytes, b[i])).toBe(0));
  });

  it('refuses what is no checkpoint, and plans that do not fit', () => {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] ^= 1;
    const damaged = join(folder, 'damaged.ckpt');
    writeFileSync(damaged, bytes);
    expect(() => openCheckpoint(damaged)).toThrow(/damaged/);
    writeFileSync(damaged, '');
    expect(() => openCheckpoint(damaged)).toThrow(/no checkpoint/);
    expect(() => openCheckpoint(join(folder, 'absent'))).toThrow(/cannot read/);
    expect(() => train({ ...plan, samples: 12 }, data)).toThrow(/--samples 12/);
    expect(() => train({ ...plan, samples: 72 }, data)).toThrow(/--samples 72/);
    expect(() => train({ ...plan, reportEvery: 4 }, data)).toThrow(/no whole number of reports/);
    expect(() => train(plan, data, { stopAfter: 1 })).toThrow(/--checkpoint|file for its state/);
  });
});

describe('inference on the engine', () => {
  // Trained far enough that the scores of the classes lie apart.
  const parameters = initialParameters(3);
  for (let epoch = 0; epoch < 12; epoch++)
    trainReference(
      parameters,
      data.train,
      Array.from({ length: 8 }, () => 0.05),
    );
  const answers = Array.from({ length: 32 }, (_, i) =>
    best(referenceScores(parameters, data.test.pixels, i)),
  );
  const correct = answers.filter((answer, i) => answer === data.test.labels[i]).length;

  it('answers in single precision as the reference', () => {
    expect(correct).toBeGreaterThan(24);
    // Labels that are the reference's answers: all must be found.
    const asked = { train: data.train, test: { ...data.test, labels: Uint8Array.from(answers) } };
    expect(infer('fp32', parameters, asked, 32).correct).toBe(32);
  });

  it.each(['bf16', 'int8'] as const)('loses little in %s', (format) => {
    const { correct: ours, engine } = infer(format, parameters, data, 32);
    expect(Math.abs(ours - correct)).toBeLessThanOrEqual(2);
    expect(engine[format === 'int8' ? 'mvms' : 'float_jobs']).toBeGreaterThan(0);
    expect(engine[format === 'int8' ? 'float_jobs' : 'mvms']).toBe(0);
  });
});
