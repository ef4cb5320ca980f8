import { always, perEvent } from './price.js';
import type { PriceTable } from './price.js';

const ri5cy =
  'RI5CY in 22FDX at 0.8 V: 8 to 12 pJ an active cycle with its share of the instruction cache, under 1 pJ clock-gated (recalled)';
const bank = '16 kB cut in 22FDX: 2 to 4 pJ an access, 1 to 2 pJ for the interconnect (recalled)';

/** Prices of the cluster without its engines; 22FDX, 0.8 V, 25 C. */
export const clusterPrices = {
  hart_instruction: perEvent('harts', ({ total }) => total.instret, {
    value: 9,
    meaning: 'an instruction that leaves decode, its fetch from the private cache included',
    source: ri5cy,
    status: 'assumed',
  }),
  hart_stall_cycle: perEvent('harts', ({ total }) => total.cycles_active - total.instret, {
    value: 4,
    meaning: 'a cycle in which a hart is clocked and no instruction leaves decode',
    source: `${ri5cy}; the clock tree and the registers of the pipeline, about half of it`,
    status: 'assumed',
  }),
  hart_sleep_cycle: perEvent('harts', ({ total }) => total.cycles_sleep, {
    value: 0.5,
    meaning: 'a cycle in which the clock of a hart stands still',
    source: ri5cy,
    status: 'assumed',
  }),
  icache_shared_access: perEvent('instruction cache', ({ icache }) => icache.private_misses, {
    value: 12,
    meaning: 'a line of 16 bytes from the shared level to a private cache',
    source:
      'four words of a small SRAM cut and the way through its interconnect, as a TCDM access each',
    status: 'assumed',
  }),
  icache_refill: perEvent('instruction cache', ({ icache }) => icache.shared_misses, {
    value: 60,
    meaning: 'a line of 16 bytes from L2',
    source: 'as 16 bytes of L2 by DMA, tags and both levels written',
    status: 'assumed',
  }),
  tcdm_bank_access: perEvent('TCDM', ({ tcdm }) => tcdm.accesses, {
    value: 3,
    meaning: 'a 32-bit word read from or written to a bank, whoever asks',
    source: bank,
    status: 'assumed',
  }),
  tcdm_interconnect: perEvent('interconnect', ({ tcdm }) => tcdm.accesses, {
    value: 1.5,
    meaning: 'the way of a 32-bit word between its master and its bank',
    source: bank,
    status: 'assumed',
  }),
  dma_byte: perEvent('DMA', ({ dma }) => (dma['bytes_in'] ?? 0) + (dma['bytes_out'] ?? 0), {
    value: 0.4,
    meaning: 'a byte through the DMA: queues, realignment, bus',
    source: 'no published figure; of the order of the interconnect',
    status: 'assumed',
  }),
  l2_byte: perEvent('L2', ({ dma }) => (dma['bytes_in'] ?? 0) + (dma['bytes_out'] ?? 0), {
    value: 2,
    meaning: 'a byte read from or written to L2 by the DMA',
    source:
      '0.74 to 0.81 pJ a bit of a 256 kB SRAM at 512 bit in 28 nm (ZigZag example), less for 22 nm, more for a narrow port',
    status: 'assumed',
  }),
  clock_tree: perEvent('clock tree', ({ cycles }) => cycles, {
    value: 8,
    meaning: 'a cycle of the clock tree of the cluster outside harts and engines',
    source: 'no published figure; 4 mW at 500 MHz',
    status: 'assumed',
  }),
  leakage: always('leakage', {
    value: 3,
    meaning: 'leakage of the cluster with 512 kB of TCDM at 0.8 V, 25 C',
    source: 'a few mW for a cluster of this size (recalled)',
    status: 'assumed',
  }),
} satisfies PriceTable;
