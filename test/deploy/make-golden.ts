/**
 * Regenerates fixtures/golden/mobilenet-tfjs.json with tfjs 4.22.0 (weights are fetched on demand):
 *
 *   npx tsx test/deploy/make-golden.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadCommittedPicture, loadNsfwjsMobileNet } from '../../src/datasets/index.js';
import { digest, goldenPath, goldenPictures } from './golden.js';
import { runInTfjs } from './tfjs.js';

async function main(): Promise<void> {
  const files = await loadNsfwjsMobileNet((message) => process.stderr.write(`${message}\n`));
  const inputs = goldenPictures.map((name) =>
    Float32Array.from(loadCommittedPicture(name).rgb, (value) => value / 255),
  );
  const runs = await runInTfjs(files, inputs);
  const golden = Object.fromEntries(
    goldenPictures.map((name, i) => [
      name,
      { probabilities: [...runs[i]!.probabilities], blocks: runs[i]!.blocks.map(digest) },
    ]),
  );
  mkdirSync(dirname(goldenPath), { recursive: true });
  const rounded = JSON.stringify(golden, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(7)) : value,
  );
  writeFileSync(goldenPath, `${rounded}\n`);
}

await main();
