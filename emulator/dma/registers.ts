import type { RegisterMap } from '../sim/registers.js';

/** Both ports have this map: the fast port of each hart, and the one they share. */
export const dmaRegisters: RegisterMap = {
  name: 'MCHAN',
  meaning:
    'MCHAN v7. Read CMD for a transfer id, then write to CMD in this order: command word, TCDM address, external address; with EXT_2D bytes per line and stride outside; with TCDM_2D bytes per line and stride in the TCDM. Wait until the bit of the id in STATUS is 0, then write that bit to STATUS to free the id. Commands written without a new id belong to the last one.',
  size: 0x400,
  registers: [
    {
      name: 'CMD',
      offset: 0x00,
      access: 'rw',
      meaning: 'Read: a transfer id; the hart waits while all 16 are taken. Write: see above.',
      fields: [
        { name: 'LEN', lsb: 0, width: 17, meaning: 'Bytes of the whole transfer.' },
        { name: 'TO_TCDM', lsb: 17, width: 1, meaning: '0: TCDM to outside, 1: outside to TCDM.' },
        { name: 'INC', lsb: 18, width: 1, meaning: '0: the external address does not advance.' },
        { name: 'EXT_2D', lsb: 19, width: 1, meaning: '2D outside.' },
        { name: 'EVENT', lsb: 20, width: 1, meaning: 'Event 8 at the end.' },
        { name: 'INTERRUPT', lsb: 21, width: 1, meaning: 'Event 9 at the end.' },
        {
          name: 'BROADCAST',
          lsb: 22,
          width: 1,
          meaning: 'Both to all harts instead of the commanding one.',
        },
        { name: 'TCDM_2D', lsb: 23, width: 1, meaning: '2D in the TCDM.' },
      ],
    },
    {
      name: 'STATUS',
      offset: 0x04,
      access: 'rw',
      reset: 0,
      meaning: 'State of the transfers; written: frees the ids of the bits set.',
      fields: [
        { name: 'ACTIVE', lsb: 0, width: 16, meaning: 'Transfer under way, one bit per id.' },
        { name: 'RESERVED', lsb: 16, width: 16, meaning: 'Id taken, one bit per id.' },
      ],
    },
  ],
};

/** Transfer ids. */
export const TRANSFERS = 16;

export const CommandBit = {
  LENGTH: 0x1ffff,
  TO_TCDM: 1 << 17,
  INCREMENT: 1 << 18,
  EXTERNAL_2D: 1 << 19,
  EVENT: 1 << 20,
  INTERRUPT: 1 << 21,
  BROADCAST: 1 << 22,
  TCDM_2D: 1 << 23,
  UNKNOWN: 0xff000000 | 0,
} as const;
