/** `npm run calibrate:osahcim`: thresholds of saliency for the trained networks, by validation pictures alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { classify, picturesFrom, readModel } from '../classifier/index.js';
import { calibrate, productNames, tuningOf } from '../classifier/saliency.js';
import { fixturePath } from '../datasets/index.js';
import { familyEnergy } from '../reproduce/osahcim-energy.js';
import { loadData, trainingEnd } from './classifier.js';
import type { DataName } from './recipes.js';

/** Validation pictures, and points of accuracy that may be lost on them. */
const pictureCount = 300;
const allowed = 1;
/** One code of the converter, sixteenths: of 256 and 480 the one that lost less on 200 pictures at scale 32. */
const steps = { all: 480 } as const;
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
  const digital = classify(model, pictures, {}, options);
  tell(`${name}: all digital ${digital.correct} of ${pictureCount}`);
  const least = digital.correct - Math.floor((allowed * pictureCount) / 100);
  const best = calibrate(productNames(model), least, (scales) => {
    const { correct, stats } = classify(model, pictures, tuningOf(scales, steps), options);
    const energy = familyEnergy(stats, family);
    tell(`${name}: ${JSON.stringify(scales)} ${correct} of ${pictureCount}`);
    return { correct, energy };
  });
  const gain = familyEnergy(digital.stats, family) / best.energy;
  return {
    command: `npm run calibrate:osahcim -- ${name}`,
    scales: best.scales,
    steps,
    validation: {
      pictures: pictureCount,
      digital: digital.correct,
      saliency: best.correct,
      gain: Number(gain.toFixed(4)),
    },
  };
}

const known = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(known);
for (const name of names) {
  known[name] = await thresholdsOf(name);
  writeFileSync(path, `${JSON.stringify(known, null, 2)}\n`);
}
