/*
 * Speed of the kernels with CORE-V beside the scalar ones on layers of MobileNetV2, fork and join
 * included. Both outputs are compared byte by byte, and the scalar one by kernel-bench with plain loops.
 */
#include "bench.h"
#include "drivers/timer.h"
#include "kernels/depthwise_xcv.h"
#include "kernels/pointwise_xcv.h"
#include "kernels/residual_xcv.h"
#include "pmsis.h"

enum { SIDE = 14, PIXELS = SIDE * SIDE, NARROW = 64, WIDE = 384 };

static uint32_t seed = 1;
static uint32_t random_word(void) {
  seed ^= seed << 13, seed ^= seed >> 17, seed ^= seed << 5;
  return seed;
}

static void *random_bytes(uint32_t count) {
  uint8_t *bytes = pi_l1_malloc(count);
  for (uint32_t i = 0; i < count; i++) bytes[i] = (uint8_t)random_word();
  return bytes;
}

/* Spreads sums of `terms` products over the output range, with clipping at both ends. */
static requant_t random_requant(uint32_t channels, uint32_t terms, int32_t lo, int32_t hi) {
  int32_t *mul = pi_l1_malloc(4 * channels);
  int64_t *bias = pi_l1_malloc(8 * channels);
  for (uint32_t c = 0; c < channels; c++) {
    mul[c] = (int32_t)(0x40000000u | random_word() >> 3) / (int32_t)terms;
    bias[c] = ((int64_t)(int32_t)random_word() << 7) + random_word();
  }
  const requant_t rq = {mul, bias, 35, lo, hi};
  return rq;
}

static int failures;

static void report(const char *name, const char *version, unsigned cycles, unsigned macs) {
  const unsigned hundredths = macs / (cycles / 100);
  printf("%-28s %-6s %8u cycles %2u.%02u MAC/cycle\n", name, version, cycles, hundredths / 100,
         hundredths % 100);
}

static void compare(const char *name, const void *a, const void *b, uint32_t bytes) {
  if (memcmp(a, b, bytes) == 0) return;
  printf("%s: scalar and CORE-V kernel differ\n", name);
  failures++;
}

static void pointwise_part(void *layer) {
  pointwise_cores(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}
void pointwise_xcv_part(void *layer) {
  pointwise_xcv(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

static void depthwise_part(void *layer) {
  depthwise_cores(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}
void depthwise_xcv_part(void *layer) {
  depthwise_xcv(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

static void residual_part(void *layer) {
  residual_cores(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}
void residual_xcv_part(void *layer) {
  residual_xcv(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

uint32_t timed(void (*part)(void *), void *layer) {
  timer_start(0);
  pi_cl_team_fork(0, part, layer);
  return timer_get(0);
}

static void bench_pointwise(const char *name, uint32_t rows, uint32_t cols, int in_signed,
                            int32_t lo, int32_t hi) {
  uint8_t *out = pi_l1_malloc(PIXELS * cols), *out_xcv = pi_l1_malloc(PIXELS * cols);
  requant_xcv_channel_t *table = pi_l1_malloc(cols * sizeof(*table));
  pointwise_t l = {.in = random_bytes(PIXELS * rows), .out = out,
                   .weights = random_bytes(rows * cols), .pixels = PIXELS, .rows = rows,
                   .cols = cols, .in_pitch = rows, .out_pitch = cols, .in_signed = in_signed,
                   .requant = random_requant(cols, rows, lo, hi)};
  pointwise_xcv_t fast = {.layer = l};
  fast.layer.out = out_xcv;
  if (!requant_xcv_prepare(&l.requant, cols, table, &fast.requant)) exit(1);
  const uint32_t macs = PIXELS * rows * cols;
  report(name, "scalar", timed(pointwise_part, &l), macs);
  report(name, "xcv", timed(pointwise_xcv_part, &fast), macs);
  compare(name, out, out_xcv, PIXELS * cols);
  pi_l1_free(out, 0);
}

static void bench_depthwise(const char *name) {
  const uint32_t bytes = PIXELS * WIDE;
  uint8_t *out = pi_l1_malloc(bytes), *out_xcv = pi_l1_malloc(bytes);
  requant_xcv_channel_t *table = pi_l1_malloc(WIDE * sizeof(*table));
  depthwise_t l = {.in = random_bytes(bytes), .out = out, .weights = random_bytes(9 * WIDE),
                   .in_h = SIDE, .in_w = SIDE, .channels = WIDE, .out_h = SIDE, .out_w = SIDE,
                   .stride = 1, .pad_top = 1, .pad_left = 1, .in_row_pitch = SIDE * WIDE,
                   .requant = random_requant(WIDE, 9, 0, 255)};
  depthwise_xcv_t fast = {.layer = l};
  fast.layer.out = out_xcv;
  fast.scratch_bytes = SIDE / 2 * depthwise_xcv_pair_bytes(&l);
  fast.scratch = pi_l1_malloc(pi_cl_cluster_nb_cores() * fast.scratch_bytes);
  if (!requant_xcv_prepare(&l.requant, WIDE, table, &fast.requant)) exit(1);
  report(name, "scalar", timed(depthwise_part, &l), 9 * bytes);
  report(name, "xcv", timed(depthwise_xcv_part, &fast), 9 * bytes);
  compare(name, out, out_xcv, bytes);
  pi_l1_free(out, 0);
}

static void bench_residual(const char *name) {
  const uint32_t count = PIXELS * NARROW;
  int8_t *out = pi_l1_malloc(count), *out_xcv = pi_l1_malloc(count);
  residual_t l = {.skip = random_bytes(count), .branch = random_bytes(count), .out = out,
                  .count = count, .mul_skip = 300000, .mul_branch = 400000, .shift = 19, .lo = -128,
                  .hi = 127};
  residual_t fast = l;
  fast.out = out_xcv;
  report(name, "scalar", timed(residual_part, &l), 2 * count);
  report(name, "xcv", timed(residual_xcv_part, &fast), 2 * count);
  compare(name, out, out_xcv, count);
  pi_l1_free(out, 0);
}

int main(void) {
  const int status = run_case();
  if (status >= 0) return status;
  bench_pointwise("pointwise 14x14x64->384 i8", NARROW, WIDE, 1, 0, 255);
  bench_pointwise("pointwise 14x14x384->64 u8", WIDE, NARROW, 0, -128, 127);
  bench_depthwise("depthwise 14x14x384 /1");
  bench_residual("residual 14x14x64");
  return failures;
}
