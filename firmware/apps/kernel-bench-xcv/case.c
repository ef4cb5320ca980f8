/*
 * One layer with operands from outside: words of parameters at 0x1C080000 (the first is the magic number
 * below), operands behind them. Results go back to L2. test/firmware/xcv-kernels.test.ts writes them.
 */
#include "bench.h"
#include "kernels/pointwise_xcv.h"
#include "pmsis.h"

enum { CASE_MAGIC = 0x43564358, REFUSED = 4, NO_MEMORY = 5 };
enum { POINTWISE = 0 };

typedef struct test_case {
  uint32_t magic, kernel;
  uint32_t out_at, cycles; /* address of the results, and room for the cycles that they took */
  uint32_t shift;
  int32_t lo, hi;
  uint32_t in_signed;
  uint32_t in_at, weights_at, mul_at, bias_at;
  uint32_t size[8]; /* by kernel */
} test_case_t;

static volatile test_case_t *const given = (volatile test_case_t *)0x1C080000u;

static void *fetch(uint32_t from, uint32_t bytes) {
  uint8_t *to = pi_l1_malloc(bytes + 4);
  if (to == NULL) exit(NO_MEMORY);
  memcpy(to, (const void *)from, bytes);
  return to;
}

static requant_t fetch_requant(uint32_t channels) {
  const requant_t rq = {fetch(given->mul_at, 4 * channels), fetch(given->bias_at, 8 * channels),
                        given->shift, given->lo, given->hi};
  return rq;
}

static int pointwise_case(void) {
  const uint32_t pixels = given->size[0], rows = given->size[1], cols = given->size[2];
  pointwise_xcv_t l = {.layer = {.in = fetch(given->in_at, pixels * rows),
                                 .weights = fetch(given->weights_at, rows * cols),
                                 .pixels = pixels, .rows = rows, .cols = cols, .in_pitch = rows,
                                 .out_pitch = cols, .in_signed = (int)given->in_signed,
                                 .requant = fetch_requant(cols)}};
  l.layer.out = pi_l1_malloc(pixels * cols);
  requant_xcv_channel_t *table = pi_l1_malloc(cols * sizeof(*table));
  if (l.layer.out == NULL || table == NULL) return NO_MEMORY;
  if (!pointwise_xcv_fits(&l.layer)) return REFUSED;
  if (!requant_xcv_prepare(&l.layer.requant, cols, pointwise_xcv_bound(&l.layer), table, &l.requant))
    return REFUSED;
  given->cycles = timed(pointwise_xcv_part, &l);
  memcpy((void *)given->out_at, l.layer.out, pixels * cols);
  return 0;
}

int run_case(void) {
  if (given->magic != CASE_MAGIC) return -1;
  switch (given->kernel) {
    case POINTWISE: return pointwise_case();
    default: return REFUSED;
  }
}
