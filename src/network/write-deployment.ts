/** A deployment as a folder: plan, data, runner, generated C, and a picture of the arrays. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf } from '../datasets/cache.js';
import { packageRoot } from '../datasets/package-root.js';
import { cSources, identifier, makefile } from '../deploy/codegen/c-source.js';
import { networkImageOf, type NetworkImage } from '../deploy/codegen/network-image.js';
import { encodePlan } from '../deploy/graph/plan-file.js';
import { NetworkShape } from '../deploy/map/network-shape.js';
import { packingPicture } from '../deploy/pack/picture.js';
import { scheduleNetwork, type Schedule } from '../deploy/tile/schedule.js';
import { openSession, type SessionOptions } from '../session/index.js';
import { infoFile, planFile, type Deployment } from './deployment.js';
import { prebuiltRunner } from './run.js';
import { targetOf } from './target.js';

export interface DeploymentFiles {
  readonly schedule: Schedule;
  readonly image: NetworkImage;
  /** Names of the files, relative to the folder. */
  readonly files: readonly string[];
}

/** How a network lies on a configured machine. @throws OctobarError `config` when it does not fit */
export function scheduleFor(
  deployment: Pick<Deployment, 'plan'>,
  options: SessionOptions,
): Schedule {
  const session = openSession(options);
  try {
    session.load(prebuiltRunner());
    return scheduleNetwork(new NetworkShape(deployment.plan), targetOf(session));
  } finally {
    session.close();
  }
}

/**
 * @param machine options that choose the machine, as on the command line, for the Makefile
 * @param input codes that data.elf holds as input
 */
export function writeDeployment(
  deployment: Deployment,
  folder: string,
  options: SessionOptions,
  machine: string,
  input: Uint8Array,
): DeploymentFiles {
  const schedule = scheduleFor(deployment, options);
  const image = networkImageOf(schedule, input);
  const sources = cSources(schedule, image);
  const name = identifier(deployment.plan.name);
  const contents = new Map<string, string | Uint8Array>([
    [infoFile, `${JSON.stringify(deployment.info, null, 2)}\n`],
    [planFile, encodePlan(deployment.plan)],
    ['data.elf', image.elf],
    ['runner.elf', prebuiltRunner().bytes],
    ['packing.svg', packingPicture(schedule)],
    ...sources,
    [
      'Makefile',
      makefile({
        name,
        sources: [...sources.keys()].filter((file) => file.endsWith('.c')),
        home: packageRoot(),
        machine,
      }),
    ],
  ]);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [file, content] of contents) writeFileSync(join(folder, file), content);
  } catch (cause) {
    throw new OctobarError('file', `cannot write the deployment ${folder}: ${messageOf(cause)}`, {
      hint: 'check the path and its permissions',
    });
  }
  return { schedule, image, files: [...contents.keys()] };
}
