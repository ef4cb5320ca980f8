/** What the planner must know of a configured machine and of the runner. */
import { OctobarError } from '../../emulator/sim/error.js';
import type { Target } from '../deploy/map/target.js';
import { networkImage } from '../deploy/codegen/network-layout.js';
import type { Configuration, Session } from '../session/index.js';

/** Stacks of the runtime, firmware/boot/layout.h. */
const mainStackExtra = 0x800;
const stackPitch = 0x810;
const heapAlignment = 16;

const tcdmBase = 0x1000_0000;
const l2Base = 0x1c00_0000;

/** @throws OctobarError `image` when the runner lacks a symbol */
export function targetOf(session: Session): Target {
  const { configuration } = session;
  const stacks = session.symbols.find('__stacks_start')[0]?.address;
  if (stacks === undefined) {
    throw new OctobarError('image', 'the runner has no symbol __stacks_start', {
      hint: 'make -C firmware builds it again',
    });
  }
  return targetFrom(configuration, stacks);
}

/** @param stacks address behind the variables of the program */
export function targetFrom(configuration: Configuration, stacks: number): Target {
  const harts = configuration.number('harts');
  const from = stacks + mainStackExtra + harts * stackPitch;
  const room = tcdmBase + configuration.number('tcdm.size') - from;
  const has = (name: string): boolean => configuration.engines.some((engine) => engine === name);
  return {
    harts,
    tcdm: { from, end: from + Math.max(0, Math.floor(room / heapAlignment) * heapAlignment) },
    l2: { from: networkImage.base, end: l2Base + configuration.number('l2.size') },
    arrays: has('ima')
      ? {
          count: configuration.number('ima.arrays'),
          rows: configuration.number('ima.rows'),
          cols: configuration.number('ima.cols'),
        }
      : undefined,
    depthwiseEngine: has('depthwise'),
  };
}
