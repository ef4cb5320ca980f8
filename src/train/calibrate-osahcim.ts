/** `npm run calibrate:osahcim`: thresholds of saliency for the trained networks, by validation pictures alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { OctobarError } from '../../emulator/sim/error.js';
import { classifyAll } from '../classifier/fleet.js';
import { picturesFrom, readModel } from '../classifier/index.js';
import { candidates, cheapest, tuningOf } from '../classifier/saliency.js';
import { fixturePath } from '../datasets/index.js';
import { familyEnergy } from '../reproduce/osahcim-energy.js';
import { loadData, trainingEnd } from './classifier.js';
import type { DataName } from './recipes.js';

/**
 * Validation pictures, and points of accuracy that may be lost on them: the bound of one point less twice the standard error
 * of such a loss (some 120 of 5,000 answers become wrong or right: 0.2 points).
 */
const pictureCount = 5000;
const allowed = 0.6;
/** One code of the converter, sixteenths: as out of reset. */
const step = 896;
/** Energy is compared at the cheapest converter, whose gains are largest. */
const family = 'neurosim';

const path = fixturePath('classifiers/osahcim-thresholds.json');
const tell = (text: string): void => {
  process.stderr.write(`octobar: ${text}\n`);
};

async function thresholdsOf(name: string): Promise<unknown> {
  const model = readModel(fixturePath(`classifiers/${name}.json`));
  const data = await loadData(model.data as DataName, {}, tell);
  const pictures = picturesFrom(data.train, trainingEnd(data), pictureCount);
  const options = { preset: 'osahcim', set: { 'osahcim.arrays': 64 } };
  const tunings = [{}, ...candidates.map((thresholds) => tuningOf(thresholds, step))];
  const [digital, ...hybrid] = await classifyAll(
    tunings.map((tuning) => ({ model, pictures, tuning, options })),
    (i, { correct }) => {
      const what = i === 0 ? 'all digital' : candidates[i - 1]!.join(' ');
      tell(`${name}: ${what}: ${correct} of ${pictureCount}`);
    },
  );
  const tried = hybrid.map(({ correct, stats }, i) => ({
    thresholds: candidates[i]!,
    correct,
    energy: familyEnergy(stats, family),
  }));
  const least = digital!.correct - Math.floor((allowed * pictureCount) / 100);
  const best = cheapest(tried, least);
  if (best === undefined)
    throw new OctobarError('mismatch', `${name}: every choice loses more than ${allowed} points`);
  const all = familyEnergy(digital!.stats, family);
  return {
    command: `npm run calibrate:osahcim -- ${name}`,
    thresholds: best.thresholds,
    step,
    validation: {
      pictures: pictureCount,
      digital: digital!.correct,
      tried: tried.map(({ thresholds, correct, energy }) => ({
        thresholds: thresholds.join(' '),
        correct,
        gain: Number((all / energy).toFixed(4)),
      })),
    },
  };
}

const known = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(known);
for (const name of names) {
  known[name] = await thresholdsOf(name);
  writeFileSync(path, `${JSON.stringify(known, null, 2)}\n`);
}
