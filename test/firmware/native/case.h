/* How a case comes in and its result goes out. */
#ifndef OCTOBAR_TEST_NATIVE_CASE_H
#define OCTOBAR_TEST_NATIVE_CASE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/requant.h"
#include "kernels/requant_xcv.h"

/* Runs one of the layers of layers.c; 0 when it knows no such kernel. */
int run_layer(const char *kernel, uint32_t harts);

static inline long number(void) {
  long value;
  if (scanf("%ld", &value) != 1) exit(2);
  return value;
}

/* Exactly as large as it must be, so that the address sanitizer sees every byte beside it. */
static inline void *operand(size_t bytes) {
  void *data = malloc(bytes);
  if (data == NULL || fread(data, 1, bytes, stdin) != bytes) exit(2);
  return data;
}

static inline requant_t read_requant(void) {
  requant_t rq = {0};
  rq.shift = (uint32_t)number();
  rq.lo = (int32_t)number();
  rq.hi = (int32_t)number();
  return rq;
}

static inline void read_tables(requant_t *rq, uint32_t channels) {
  rq->mul = operand(4 * channels);
  rq->bias = operand(8 * channels);
}

static inline void write_out(void *out, size_t bytes) {
  fwrite(out, 1, bytes, stdout);
  free(out);
}

/* Status 3 when the tables do not fit the fast requantisation. */
static inline requant_xcv_t prepare(const requant_t *rq, uint32_t channels) {
  requant_xcv_t fast;
  requant_xcv_channel_t *table = malloc(channels * sizeof(*table));
  if (!requant_xcv_prepare(rq, channels, table, &fast)) exit(3);
  return fast;
}

#endif
