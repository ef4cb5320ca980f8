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

/** Variables of a program that runs a network: the same for the runner and for generated C. */
const variables = 0x800;

/** @throws OctobarError `image` when the program has no room for the network where it was planned */
export function targetOf(session: Session, kernels: Kernels = 'corev'): Target {
  const stacks = session.symbols.find('__stacks_start')[0]?.address;
  if (stacks === undefined || stacks > tcdmBase + variables) {
    const size = stacks === undefined ? 'unknown' : `${stacks - tcdmBase} bytes`;
    throw new OctobarError(
      'image',
      `the variables of the program take ${size}, a network is planned behind ${variables}`,
      { hint: 'use pi_l1_malloc only before the network runs, and keep large arrays in L2' },
    );
  }
  return targetFrom(session.configuration, kernels);
}

/** Kernels of the harts: with CORE-V, or plain RV32IMC ones for comparison. */
export type Kernels = 'corev' | 'scalar';

/** @throws OctobarError `config` when the harts lack the event load that the runtime sleeps by */
function targetFrom(configuration: Configuration, kernels: Kernels): Target {
  const isa = String(configuration.get('isa'));
  if (!isa.includes('xcv')) {
    throw new OctobarError('config', `networks need harts with CORE-V, isa is ${isa}`, {
      hint: '--isa rv32imc_xcv; the runtime sleeps by cv.elw',
    });
  }
  const harts = configuration.number('harts');
  const from = tcdmBase + variables + mainStackExtra + harts * stackPitch;
  const room = tcdmBase + configuration.number('tcdm.size') - from;
  const has = (name: string): boolean => configuration.engines.some((engine) => engine === name);
  return {
    harts,
    corev: kernels === 'corev',
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
