/** Prices of the cluster without its engines; 22FDX, 0.8 V, 25 C. */
import { always, dmaEvents, perEvent, perHartEvent, perSharedEvent } from './price.js';
import type { PriceTable } from './price.js';

const ri5cy =
  'RI5CY in 22FDX at 0.8 V: 8 to 12 pJ an active cycle with its share of the instruction cache, under 1 pJ clock-gated (recalled)';
const bank = '16 kB cut in 22FDX: 2 to 4 pJ an access, 1 to 2 pJ for the interconnect (recalled)';
const l2 =
  '0.74 to 0.81 pJ a bit of a 256 kB SRAM at 512 bit in 28 nm (ZigZag example), times 0.57 to 22 nm 3.5 pJ a byte; banks of a quarter of that size take less';

const harts: PriceTable = {
  hart_instruction: perHartEvent('harts', (hart) => hart.instret, {
    value: 9.93,
    range: [7, 11],
    meaning: 'an instruction that leaves decode, without its fetch',
    source: `fitted by octobar calibrate; may be: ${ri5cy}, less the fetch`,
    status: 'fitted',
  }),
  hart_stall_cycle: perHartEvent('harts', (hart) => hart.cycles_active - hart.instret, {
    value: 4,
    range: [2, 6],
    meaning: 'a cycle in which a hart is clocked and no instruction leaves decode',
    source: `${ri5cy}; the clock tree and the registers of the pipeline, about half of it`,
    status: 'assumed',
  }),
  hart_sleep_cycle: perHartEvent('harts', (hart) => hart.cycles_sleep, {
    value: 0.5,
    range: [0.1, 1],
    meaning: 'a cycle in which the clock of a hart stands still',
    source: ri5cy,
    status: 'assumed',
  }),
};

const instructionCache: PriceTable = {
  icache_fetch: perHartEvent('instruction cache', (hart) => 2 * hart.instret - hart.compressed, {
    value: 0.5,
    range: [0.25, 1],
    meaning: 'a halfword of an executed instruction out of the private cache',
    source: '512 B of standard-cell memory, a third of the energy of a 16 kB cut for a word',
    status: 'assumed',
  }),
  icache_shared_access: perHartEvent(
    'instruction cache',
    (hart) => hart.icache_misses + hart.icache_prefetches,
    {
      value: 12,
      range: [6, 24],
      meaning: 'a line from the shared level to a private cache, on a miss or ahead',
      source:
        'four words of a small SRAM cut and the way through its interconnect, most of a TCDM access each',
      status: 'assumed',
    },
  ),
  icache_refill: perHartEvent('instruction cache', (hart) => hart.icache_shared_misses, {
    value: 16,
    range: [8, 32],
    meaning: 'a line written into the shared level; its way out of L2 is priced there',
    source: 'four words of a small SRAM cut, and tags',
    status: 'assumed',
  }),
};

const memories: PriceTable = {
  tcdm_read: perSharedEvent(
    'TCDM',
    { hart: (hart) => hart.tcdm_reads, rest: ({ tcdm }) => tcdm.port_reads },
    {
      value: 3,
      range: [2, 4],
      meaning: 'a 32-bit word read from a bank, whoever asks',
      source: bank,
      status: 'assumed',
    },
  ),
  tcdm_write: perSharedEvent(
    'TCDM',
    { hart: (hart) => hart.tcdm_writes, rest: ({ tcdm }) => tcdm.port_writes },
    {
      value: 3,
      range: [2, 4],
      meaning: 'a 32-bit word, or a part of it, written to a bank, whoever asks',
      source: `${bank}; ZigZag has writes 9 % below reads, GVSoC the same for both`,
      status: 'assumed',
    },
  ),
  tcdm_interconnect: perSharedEvent(
    'interconnect',
    {
      hart: (hart) => hart.tcdm_reads + hart.tcdm_writes,
      rest: ({ tcdm }) => tcdm.port_reads + tcdm.port_writes,
    },
    {
      value: 1.5,
      range: [1, 2],
      meaning: 'the way of a 32-bit word between its master and its bank',
      source: bank,
      status: 'assumed',
    },
  ),
  peripheral_access: perHartEvent('interconnect', (hart) => hart.peripheral_accesses, {
    value: 3,
    range: [1, 6],
    meaning: 'an access over the peripheral bus or a direct link, with the register behind it',
    source: 'no published figure; of the order of a bank and its interconnect',
    status: 'assumed',
  }),
  event_delivery: perEvent('event unit', ({ events }) => events['delivered'] ?? 0, {
    value: 2,
    range: [0.5, 5],
    meaning: 'event lines written into the buffer of a hart, masked and compared',
    source: 'no published figure; registers of three words and the gate of a clock',
    status: 'assumed',
  }),
  l2_byte: perHartEvent(
    'L2',
    (hart) => 4 * (hart.l2_reads + hart.l2_writes) + 16 * hart.icache_shared_misses,
    {
      value: 2,
      range: [1, 4],
      meaning: 'a byte of L2 that a hart accesses or a line of 16 bytes takes; a word each time',
      source: l2,
      status: 'assumed',
    },
  ),
  l2_dma_byte: perEvent('L2', dmaEvents('bytes_in', 'bytes_out'), {
    value: 2,
    range: [1, 4],
    meaning: 'a byte read from or written to L2 by the DMA',
    source: l2,
    status: 'assumed',
  }),
  dma_transfer: perEvent('DMA', dmaEvents('transfers'), {
    value: 40,
    range: [10, 100],
    meaning: 'a transfer: its command, queues and counters',
    source: 'no published figure; some ten cycles of a small state machine',
    status: 'assumed',
  }),
  dma_byte: perEvent('DMA', dmaEvents('bytes_in', 'bytes_out'), {
    value: 0.4,
    range: [0.2, 0.8],
    meaning: 'a byte through the DMA: buffers, realignment, bus',
    source: 'no published figure; of the order of the interconnect',
    status: 'assumed',
  }),
};

export const clusterPrices: PriceTable = {
  ...harts,
  ...instructionCache,
  ...memories,
  clock_tree: perEvent('clock tree', ({ cycles }) => cycles, {
    value: 8,
    range: [4, 12],
    meaning: 'a cycle of the clock tree of the cluster outside harts and engines',
    source: 'no published figure; 4 mW at 500 MHz',
    status: 'assumed',
  }),
  leakage: always('leakage', {
    value: 3,
    range: [1, 6],
    meaning: 'leakage of the cluster with 512 kB of TCDM at 0.8 V, 25 C',
    source: 'a few mW for a cluster of this size (recalled)',
    status: 'assumed',
  }),
};
