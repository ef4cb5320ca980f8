import { socControlRegisters } from '../peripherals/soc-control.js';
import type { Register, RegisterMap } from '../sim/registers.js';

/** SoC control of the PULP chip: what the bare cluster traps on is stored here. Source: pulp-runtime archi/chips/pulp/apb_soc.h. */
const stored = ({ modelled, ...register }: Register): Register =>
  modelled === undefined
    ? register
    : {
        ...register,
        reset: 0,
        meaning: `${register.meaning.replace(/\.$/, '')}. Stored, no effect.`,
      };

export const chipControlRegisters: RegisterMap = {
  name: 'PULP_SOC_CTRL',
  meaning: 'SoC control (apb_soc) of the PULP chip, in machines with a controller hart.',
  size: socControlRegisters.size,
  registers: [
    ...socControlRegisters.registers.map(stored),
    {
      name: 'FLL_CTRL',
      offset: 0xd0,
      access: 'rw',
      reset: 0,
      meaning: 'Clock generator of each domain. Stored, no effect.',
    },
    {
      name: 'FLL_CLKDIV',
      offset: 0xd4,
      count: 3,
      access: 'rw',
      reset: 0,
      meaning: 'Dividers of chip, cluster and peripherals. Stored, no effect.',
    },
  ],
};
