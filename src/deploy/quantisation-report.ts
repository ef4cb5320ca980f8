/**
 * Prints how close quantised blocks come to the trained network, on the test pictures, as the table
 * of docs/quantisation.md: node dist/src/deploy/quantisation-report.js [block ...]
 */
import {
  loadCommittedPicture,
  loadNsfwjsMobileNet,
  picturesFor,
  type Progress,
} from '../datasets/index.js';
import { defaultArrays } from './array-geometry.js';
import { blockTensors, calibrationInputs, viewsPerPicture } from './calibration.js';
import { importMobileNet } from './network/import.js';
import { planBlock, type Mapping } from './plan-block.js';
import { quantiseBlock } from './quantise/quantise-block.js';
import { cosine, quantiseSigned } from './quantise/statistics.js';
import { executeBlock } from './reference/executor.js';

/** Columns of the table: a quantised block and the mappings it is measured in. */
const columns = [
  { weightBits: 8, method: 'naive', mappings: ['cores'] },
  { weightBits: 8, method: 'best', mappings: ['cores', 'ima-dw', 'ima-only'] },
  { weightBits: 4, method: 'naive', mappings: ['cores'] },
  { weightBits: 4, method: 'best', mappings: ['cores', 'ima-dw', 'ima-only'] },
] as const satisfies { weightBits: 4 | 8; method: string; mappings: Mapping[] }[];

const progress: Progress = (message) => process.stderr.write(`${message}\n`);
const network = importMobileNet(await loadNsfwjsMobileNet(progress));
const chosen = process.argv.slice(2).map(Number);
const numbers = chosen.length > 0 ? chosen : network.blocks.map((block) => block.number);

for (const number of numbers) {
  const inputs = calibrationInputs(network, number, progress);
  const tests = picturesFor('test').map((name) =>
    blockTensors(network, number, loadCommittedPicture(name)),
  );
  const cells = columns.flatMap(({ weightBits, method, mappings }) => {
    const block = quantiseBlock(network.blocks[number]!, inputs, { weightBits, method });
    const calibration = inputs
      .filter((_, i) => i % viewsPerPicture === 0)
      .map((map) => quantiseSigned(map.data, block.inputScale));
    return mappings.map((mapping) => {
      const plan = planBlock(block, calibration, {
        mapping,
        ideal: false,
        geometry: defaultArrays,
      });
      const cosines = tests.map(({ input, output }) =>
        cosine(
          executeBlock(plan, quantiseSigned(input.data, block.inputScale)).output,
          output.data,
        ),
      );
      return cosines.map((value) => value.toFixed(4)).join(' ');
    });
  });
  process.stdout.write(`| ${number} | ${cells.join(' | ')} |\n`);
}
