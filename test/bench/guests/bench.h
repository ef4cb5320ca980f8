/* Frame of the benchmark guests: every hart runs `pass` a number of times, with a barrier after each. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

#define MAX_HARTS 8

/* One hart's share of one pass; returns a checksum. */
uint32_t pass(int hart, int harts, uint32_t number);

/* Set by the runner before the start; placed by link.ld. */
extern volatile uint32_t bench_harts;
extern volatile uint32_t bench_passes;
/* What each hart computed, for comparison between machines. */
extern volatile uint32_t bench_results[MAX_HARTS];

static inline uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

#endif
