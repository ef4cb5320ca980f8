import type { NumberParameter, ParameterTable } from '../sim/parameters.js';

const rtl = 'pulp-platform/hier-icache v1.3.0';

const geometry = (
  value: number,
  unit: string,
  max: number,
  meaning: string,
  source: string,
): NumberParameter => ({
  value,
  unit,
  min: 1,
  max,
  powerOfTwo: true,
  meaning,
  source,
  status: 'published',
});

const cycles = (
  value: number,
  min: number,
  meaning: string,
  source: string,
  status: NumberParameter['status'] = 'derived',
): NumberParameter => ({ value, unit: 'cycle', min, max: 1000, meaning, source, status });

const defaults = 'pulp-platform/pulp_cluster pulp_cluster_package.sv, defaults';

/**
 * Two levels: a private cache per hart and shared banks behind it, as in hier-icache. The latencies were
 * read off the states of its controllers, not measured; docs/icache.md shows the derivation.
 */
export const icacheParameters = {
  ideal: {
    value: false,
    meaning: 'every fetch hits, as with the fetch port that the RTL of the core was measured with',
    source: 'the cluster has a cache; true reproduces the cycles of the bare core',
    status: 'published',
  },
  enabled: {
    value: true,
    meaning: 'whether the caches are on after reset; off, each word is fetched from its memory',
    source: 'the RTL comes up bypassed and the boot code of the chip enables it',
    status: 'assumed',
  },
  line: geometry(16, 'byte', 64, 'size of a line in both levels', `${rtl}: one 128-bit word`),
  private_size: geometry(512, 'byte', 65536, 'size of the private cache of each hart', defaults),
  private_ways: geometry(4, 'way', 8, 'associativity of the private caches', defaults),
  shared_size: geometry(4096, 'byte', 1024 * 1024, 'size of the shared cache', defaults),
  shared_ways: geometry(4, 'way', 8, 'associativity of the shared cache', defaults),
  shared_banks: geometry(2, 'bank', 16, 'line-interleaved banks of the shared cache', defaults),
  prefetch: {
    value: true,
    meaning: 'whether the private caches fetch the next line ahead after reset (register PREFETCH)',
    source: `${rtl}: off after reset, one bit per hart; SDKs of chips switch it on (PI_CLUSTER_ICACHE_PREFETCH_ENABLE)`,
    status: 'assumed',
  },
  private_miss: cycles(
    2,
    1,
    'from the lookup in the private cache to the word, when the shared one answers at once',
    `${rtl} pri_icache_controller.sv, refill_arbiter.sv: lookup in the bank, response register`,
  ),
  restart: cycles(
    1,
    0,
    'cycle behind a refill in which the private cache grants no fetch',
    `${rtl} pri_icache_controller.sv: WAIT_REFILL_DONE and WAIT_PREFETCH return to IDLE_ENABLED`,
  ),
  shared_miss: cycles(
    3,
    1,
    'extra of a fetch that misses the shared cache, beside the latency of the memory and the transfer',
    `${rtl} share_icache_controller.sv: lookup, REQUEST_A_REFILL, SERVE_REFILL`,
  ),
  shared_busy: cycles(
    3,
    1,
    'cycles for which a bank that missed takes no other fetch',
    `${rtl} share_icache_controller.sv: no grant from the lookup to the end of REQUEST_A_REFILL`,
  ),
  under_refill: cycles(
    2,
    1,
    'a fetch whose line is being refilled already is answered this long behind the refill; its bank waits with it',
    `${rtl} share_icache_controller.sv: WAIT_CRITICAL_REFILL, DISPATCH_CRITICAL_1 and _2`,
  ),
  refill_width: {
    ...geometry(8, 'byte/cycle', 64, 'transfer of a refill', `${rtl}: AXI_DATA = 64, one port`),
  },
  tcdm_latency: cycles(
    10,
    1,
    'latency of a refill whose line lies in the TCDM; it takes no bank',
    'through the cluster bus, taken to be as far as L2 (l2.latency)',
    'assumed',
  ),
} as const satisfies ParameterTable;
