import { INTERRUPT_LINES } from './hart/csr-file.js';
import type { MachineConfig } from './parameters.js';
import { OctobarError } from './sim/error.js';

/** Refuses values that are legal each for itself, but do not fit each other. */
export function checkConfig(config: MachineConfig): void {
  const refuse = (reason: string, hint: string): never => {
    throw new OctobarError('config', reason, { hint });
  };
  if (config.tcdm.masters < config.harts) {
    refuse(
      `${config.harts} harts need as many ports of the TCDM arbiters, tcdm.masters is ${config.tcdm.masters}`,
      'set tcdm.masters to a power of two that is at least harts',
    );
  }
  if (config.controller.present && config.harts > 15) {
    refuse(
      `a machine with a controller hart has at most 15 others, harts is ${config.harts}`,
      'set harts to 15 or less',
    );
  }
  if (config.tcdm.size / 4 < config.tcdm.banks) {
    refuse('the TCDM has fewer words than banks', 'lower tcdm.banks or raise tcdm.size');
  }
  if (((INTERRUPT_LINES >>> config.event.interrupt_line) & 1) === 0) {
    refuse(
      `a hart has no interrupt line ${config.event.interrupt_line}`,
      'set event.interrupt_line to 3, 7, 11 or 16 to 31',
    );
  }
}
