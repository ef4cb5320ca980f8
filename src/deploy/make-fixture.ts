/**
 * Regenerates fixtures/block7 from the trained network: node dist/src/deploy/make-fixture.js
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fixturePath } from '../datasets/index.js';
import { makeFixture } from './fixture-content.js';

const bytes = await makeFixture((message) => process.stderr.write(`${message}\n`));
mkdirSync(fixturePath('block7'), { recursive: true });
writeFileSync(fixturePath('block7', 'block7.tensors'), bytes);
