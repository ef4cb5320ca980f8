import { mvmRegisters } from '../mvm/registers.js';

/** The crossbar has no modes of its own: what is common to all MVM engines is its whole map. */
export const imaRegisters = mvmRegisters({
  name: 'IMA',
  meaning: 'in-memory computing engine: the ima_v1 map and its extension',
});
