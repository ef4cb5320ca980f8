/*
 * One layer with operands from outside: words of parameters at 0x1C080000 (the first is the magic number
 * below), operands behind them. Results go back to L2. test/firmware/xcv-kernels.test.ts writes them.
 */
#include "bench.h"
#include "kernels/avgpool_xcv.h"
#include "kernels/conv3x3_rgb.h"
#include "kernels/conv3x3_xcv.h"
#include "kernels/depthwise_xcv.h"
#include "kernels/linear_xcv.h"
#include "kernels/pointwise_xcv.h"
#include "kernels/residual_xcv.h"
#include "pmsis.h"

enum { CASE_MAGIC = 0x43564358, REFUSED = 4, NO_MEMORY = 5 };
enum { POINTWISE, DEPTHWISE, RESIDUAL, CONV3X3, AVGPOOL, LINEAR, CONV3X3_RGB };

typedef struct test_case {
  uint32_t magic, kernel;
  uint32_t out_at, cycles; /* address of the results, and room for the cycles that they took */
  uint32_t shift;
  int32_t lo, hi;
  uint32_t in_signed;
  uint32_t in_at, weights_at, mul_at, bias_at;
  uint32_t size[15]; /* by kernel */
  uint32_t pulpnn;   /* 1: the baseline of PULP-NN */
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
  if (!requant_xcv_prepare(&l.layer.requant, cols, table, &l.requant))
    return REFUSED;
  pulpnn_pointwise_job_t pulpnn = {l, given->size[3]};
  given->cycles = given->pulpnn ? timed(pulpnn_pointwise_part, &pulpnn) : timed(pointwise_xcv_part, &l);
  memcpy((void *)given->out_at, l.layer.out, pixels * cols);
  return 0;
}

static int depthwise_case(void) {
  const volatile uint32_t *size = given->size;
  const uint32_t h = size[0], w = size[1], channels = size[2], out_h = size[3], out_w = size[4];
  depthwise_xcv_t l = {.layer = {.in = fetch(given->in_at, h * w * channels),
                                 .weights = fetch(given->weights_at, 9 * channels),
                                 .in_h = h, .in_w = w, .channels = channels, .out_h = out_h,
                                 .out_w = out_w, .stride = size[5], .pad_top = size[6],
                                 .pad_left = size[7], .in_row_pitch = w * channels,
                                 .in_signed = (int)given->in_signed,
                                 .requant = fetch_requant(channels)}};
  if (!(given->pulpnn ? pulpnn_depthwise_fits(&l.layer) : depthwise_xcv_fits(&l.layer)))
    return REFUSED;
  l.layer.out = pi_l1_malloc(out_h * out_w * channels);
  l.scratch_bytes = size[8] * depthwise_xcv_line_bytes(&l.layer);
  if (l.scratch_bytes < depthwise_xcv_least_scratch(&l.layer)) return REFUSED;
  if (given->pulpnn) l.scratch_bytes = pulpnn_depthwise_scratch(&l.layer);
  l.scratch = pi_l1_malloc(pi_cl_cluster_nb_cores() * l.scratch_bytes);
  requant_xcv_channel_t *table = pi_l1_malloc(channels * sizeof(*table));
  if (l.layer.out == NULL || l.scratch == NULL || table == NULL) return NO_MEMORY;
  if (!requant_xcv_prepare(&l.layer.requant, channels, table, &l.requant)) return REFUSED;
  given->cycles = timed(given->pulpnn ? pulpnn_depthwise_part : depthwise_xcv_part, &l);
  memcpy((void *)given->out_at, l.layer.out, out_h * out_w * channels);
  return 0;
}

static conv3x3_t fetch_conv3x3(void) {
  const volatile uint32_t *size = given->size;
  const uint32_t h = size[0], w = size[1], in_c = size[2], out_c = size[8];
  const conv3x3_t l = {.in = fetch(given->in_at, h * w * in_c),
                       .weights = fetch(given->weights_at, out_c * CONV3X3_WEIGHTS_PITCH(in_c)),
                       .in_h = h, .in_w = w, .in_c = in_c, .out_h = size[3], .out_w = size[4],
                       .out_c = out_c, .stride = size[5], .pad_top = size[6],
                       .pad_left = size[7], .in_row_pitch = w * in_c,
                       .in_signed = (int)given->in_signed, .pad_value = (int32_t)size[9],
                       .requant = fetch_requant(out_c),
                       .out = pi_l1_malloc(size[3] * size[4] * out_c)};
  return l;
}

/* The kernel for three channels takes the same case. */
static int conv3x3_rgb_case(void) {
  conv3x3_rgb_t l = {.layer = fetch_conv3x3()};
  const uint32_t out_c = l.layer.out_c;
  conv3x3_rgb_channel_t *table = pi_l1_malloc(out_c * sizeof(*table));
  l.channels = table;
  l.scratch_bytes = given->size[10] * CONV3X3_RGB_LEAST_SCRATCH;
  l.scratch = pi_l1_malloc(pi_cl_cluster_nb_cores() * l.scratch_bytes);
  if (l.layer.out == NULL || l.scratch == NULL || table == NULL) return NO_MEMORY;
  if (!conv3x3_rgb_fits(&l.layer) || !conv3x3_rgb_prepare(&l.layer, table)) return REFUSED;
  given->cycles = timed(conv3x3_rgb_part, &l);
  memcpy((void *)given->out_at, l.layer.out, l.layer.out_h * l.layer.out_w * out_c);
  return 0;
}

static int conv3x3_case(void) {
  const volatile uint32_t *size = given->size;
  const uint32_t out_h = size[3], out_w = size[4], out_c = size[8];
  conv3x3_xcv_t l = {.layer = fetch_conv3x3()};
  l.scratch_bytes = size[10] * conv3x3_xcv_least_scratch(&l.layer);
  l.scratch = pi_l1_malloc(pi_cl_cluster_nb_cores() * l.scratch_bytes);
  requant_xcv_channel_t *table = pi_l1_malloc(out_c * sizeof(*table));
  if (l.layer.out == NULL || l.scratch == NULL || table == NULL) return NO_MEMORY;
  if (!conv3x3_xcv_fits(&l.layer)) return REFUSED;
  if (!requant_xcv_prepare(&l.layer.requant, out_c, table, &l.requant)) return REFUSED;
  given->cycles = timed(conv3x3_xcv_part, &l);
  memcpy((void *)given->out_at, l.layer.out, out_h * out_w * out_c);
  return 0;
}

static int avgpool_case(void) {
  const volatile uint32_t *size = given->size;
  const uint32_t h = size[0], w = size[1], channels = size[2], out_h = size[3], out_w = size[4];
  avgpool_xcv_t l = {.layer = {.in = fetch(given->in_at, h * w * channels),
                               .channels = channels, .out_h = out_h, .out_w = out_w,
                               .window_h = size[5], .window_w = size[6], .stride = size[7],
                               .in_row_pitch = w * channels, .in_signed = (int)given->in_signed,
                               .requant = fetch_requant(channels)}};
  l.layer.out = pi_l1_malloc(out_h * out_w * channels);
  requant_xcv_channel_t *table = pi_l1_malloc(channels * sizeof(*table));
  if (l.layer.out == NULL || table == NULL) return NO_MEMORY;
  if (!avgpool_xcv_fits(&l.layer)) return REFUSED;
  if (!requant_xcv_prepare(&l.layer.requant, channels, table, &l.requant)) return REFUSED;
  given->cycles = timed(avgpool_xcv_part, &l);
  memcpy((void *)given->out_at, l.layer.out, out_h * out_w * channels);
  return 0;
}

/* Bytes, or with size[2] accumulators; size[3] bytes from output to output. */
static int linear_case(void) {
  const uint32_t rows = given->size[0], cols = given->size[1], raw = given->size[2];
  const uint32_t pitch = given->size[3];
  linear_xcv_t l = {.layer = {.in = fetch(given->in_at, rows), .rows = rows, .cols = cols,
                              .weights = fetch(given->weights_at, pitch * cols),
                              .weights_pitch = pitch == rows ? 0 : pitch,
                              .in_signed = (int)given->in_signed,
                              .requant = fetch_requant(cols)}};
  void *out = pi_l1_malloc(raw ? 4 * cols : cols);
  requant_xcv_channel_t *table = pi_l1_malloc(cols * sizeof(*table));
  if (out == NULL || table == NULL) return NO_MEMORY;
  if (raw)
    l.layer.sums = out;
  else
    l.layer.out = out;
  if (!linear_xcv_fits(&l.layer)) return REFUSED;
  if (!requant_xcv_prepare(&l.layer.requant, cols, table, &l.requant)) return REFUSED;
  given->cycles = timed(linear_xcv_part, &l);
  memcpy((void *)given->out_at, out, raw ? 4 * cols : cols);
  return 0;
}

static int residual_case(void) {
  const uint32_t count = given->size[0];
  residual_t l = {.skip = fetch(given->in_at, count), .branch = fetch(given->weights_at, count),
                  .out = pi_l1_malloc(count), .count = count, .mul_skip = (int32_t)given->size[1],
                  .mul_branch = (int32_t)given->size[2], .shift = given->shift, .lo = given->lo,
                  .hi = given->hi};
  pulpnn_add_job_t pulpnn = {l, given->size[3]};
  given->cycles = given->pulpnn ? timed(pulpnn_add_part, &pulpnn) : timed(residual_xcv_part, &l);
  memcpy((void *)given->out_at, l.out, count);
  return 0;
}

int run_case(void) {
  if (given->magic != CASE_MAGIC) return -1;
  switch (given->kernel) {
    case POINTWISE: return pointwise_case();
    case DEPTHWISE: return depthwise_case();
    case RESIDUAL: return residual_case();
    case CONV3X3: return conv3x3_case();
    case AVGPOOL: return avgpool_case();
    case LINEAR: return linear_case();
    case CONV3X3_RGB: return conv3x3_rgb_case();
    default: return REFUSED;
  }
}
