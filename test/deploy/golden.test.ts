import { expect, test } from 'vitest';
import { loadCommittedPicture } from '../../src/datasets/index.js';
import { importMobileNet, runNetwork, type BottleneckTensors } from '../../src/deploy/index.js';
import { digest, goldenPictures, readGolden } from './golden.js';
import { runInTfjs } from './tfjs.js';
import { weightsOrSkip } from './weights.js';

const input = (name: string): Float32Array =>
  Float32Array.from(loadCommittedPicture(name).rgb, (value) => value / 255);

function run(
  network: ReturnType<typeof importMobileNet>,
  name: string,
): { blocks: BottleneckTensors[]; probabilities: Float64Array } {
  const blocks: BottleneckTensors[] = [];
  const probabilities = runNetwork(network, input(name), (_, tensors) => {
    blocks.push(tensors);
    return true;
  });
  return { blocks, probabilities: probabilities! };
}

test('the float executor agrees with the committed output of tfjs', async (context) => {
  const network = importMobileNet(await weightsOrSkip(context));
  const golden = readGolden();
  for (const name of goldenPictures) {
    const ours = run(network, name);
    const theirs = golden[name]!;
    theirs.probabilities.forEach((p, i) => expect(ours.probabilities[i]).toBeCloseTo(p, 4));
    theirs.blocks.forEach((wanted, b) => {
      const found = digest(ours.blocks[b]!.output.data);
      // Ours folds the normalisation and sums in double precision; values are of the order of rms.
      const tolerance = 1e-3 * wanted.rms;
      expect(Math.abs(found.mean - wanted.mean), `${name} block ${b}`).toBeLessThan(tolerance);
      expect(Math.abs(found.rms - wanted.rms), `${name} block ${b}`).toBeLessThan(tolerance);
      wanted.values.forEach((value, k) => {
        expect(Math.abs(found.values[k]! - value), `${name} block ${b}`).toBeLessThan(tolerance);
      });
    });
  }
});

test('tfjs itself, run now, gives every value of every block', async (context) => {
  const files = await weightsOrSkip(context);
  const network = importMobileNet(files);
  const [theirs] = await runInTfjs(files, [input('cat')]);
  const ours = run(network, 'cat');
  theirs!.blocks.forEach((wanted, b) => {
    const found = ours.blocks[b]!.output.data;
    expect(found.length).toBe(wanted.length);
    const { rms } = digest(wanted);
    let worst = 0;
    for (let i = 0; i < wanted.length; i += 1) {
      worst = Math.max(worst, Math.abs(found[i]! - wanted[i]!));
    }
    expect(worst, `block ${b}`).toBeLessThan(2e-3 * rms);
  });
  ours.probabilities.forEach((p, i) => expect(p).toBeCloseTo(theirs!.probabilities[i]!, 4));
});
