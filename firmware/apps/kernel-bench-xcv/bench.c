/*
 * Speed of the kernels with CORE-V beside the scalar ones on layers of MobileNetV2, fork and join
 * included. Both outputs are compared byte by byte, and the scalar one by kernel-bench with plain loops.
 */
#include "bench.h"
#include "drivers/timer.h"
#include "kernels/avgpool_xcv.h"
#include "kernels/conv3x3_rgb.h"
#include "kernels/conv3x3_xcv.h"
#include "kernels/depthwise_xcv.h"
#include "kernels/linear_xcv.h"
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

/* One call per hart of both versions. */
#define PARTS(kernel)                                                          \
  static void kernel##_part(void *layer) {                                     \
    kernel##_cores(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());      \
  }                                                                            \
  void kernel##_xcv_part(void *layer) {                                        \
    kernel##_xcv(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());        \
  }
PARTS(pointwise)
PARTS(depthwise)
PARTS(residual)
PARTS(conv3x3)
PARTS(avgpool)
PARTS(linear)
void conv3x3_rgb_part(void *layer) {
  conv3x3_rgb(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

void pulpnn_pointwise_part(void *arg) {
  const pulpnn_pointwise_job_t *job = arg;
  pulpnn_pointwise(&job->layer, job->width, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}
void pulpnn_depthwise_part(void *layer) {
  pulpnn_depthwise(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}
void pulpnn_add_part(void *arg) {
  const pulpnn_add_job_t *job = arg;
  pulpnn_add(&job->layer, job->row_bytes, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
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
  memset(out_xcv, 0, PIXELS * cols);
  pulpnn_pointwise_job_t pulpnn = {fast, SIDE};
  report(name, "pulpnn", timed(pulpnn_pointwise_part, &pulpnn), macs);
  compare(name, out, out_xcv, PIXELS * cols);
  pi_l1_free(out, 0);
}

static void bench_depthwise(const char *name, uint32_t side, uint32_t channels, uint32_t stride) {
  const uint32_t in_bytes = side * side * channels, out_side = side / stride;
  const uint32_t bytes = out_side * out_side * channels, pad = stride == 1;
  uint8_t *out = pi_l1_malloc(bytes), *out_xcv = pi_l1_malloc(bytes);
  requant_xcv_channel_t *table = pi_l1_malloc(channels * sizeof(*table));
  depthwise_t l = {.in = random_bytes(in_bytes), .out = out, .weights = random_bytes(9 * channels),
                   .in_h = side, .in_w = side, .channels = channels, .out_h = out_side,
                   .out_w = out_side, .stride = stride, .pad_top = pad, .pad_left = pad,
                   .in_row_pitch = side * channels,
                   .requant = random_requant(channels, 9, 0, 255)};
  depthwise_xcv_t fast = {.layer = l};
  fast.layer.out = out_xcv;
  const uint32_t full = depthwise_xcv_full_scratch(&l), planes = pulpnn_depthwise_scratch(&l);
  fast.scratch_bytes = full > planes ? full : planes;
  fast.scratch = pi_l1_malloc(pi_cl_cluster_nb_cores() * fast.scratch_bytes);
  if (!requant_xcv_prepare(&l.requant, channels, table, &fast.requant)) exit(1);
  report(name, "scalar", timed(depthwise_part, &l), 9 * bytes);
  report(name, "xcv", timed(depthwise_xcv_part, &fast), 9 * bytes);
  compare(name, out, out_xcv, bytes);
  memset(out_xcv, 0, bytes);
  report(name, "pulpnn", timed(pulpnn_depthwise_part, &fast), 9 * bytes);
  compare(name, out, out_xcv, bytes);
  pi_l1_free(out, 0);
}

/* The first layer of MobileNetV2 at 224x224: rows of one stripe of it. */
static void bench_conv3x3(const char *name) {
  enum { IN_H = 32, IN_W = 224, OUT_H = 16, OUT_W = 112, OUT_C = 32, PITCH = CONV3X3_WEIGHTS_PITCH(3) };
  const uint32_t bytes = OUT_H * OUT_W * OUT_C;
  uint8_t *out = pi_l1_malloc(bytes), *out_xcv = pi_l1_malloc(bytes);
  int8_t *weights = random_bytes(OUT_C * PITCH);
  for (uint32_t c = 0; c < OUT_C; c++) weights[c * PITCH + PITCH - 1] = 0;
  requant_xcv_channel_t *table = pi_l1_malloc(OUT_C * sizeof(*table));
  conv3x3_t l = {.in = random_bytes(IN_H * IN_W * 3), .out = out, .weights = weights, .in_h = IN_H,
                 .in_w = IN_W, .in_c = 3, .out_h = OUT_H, .out_w = OUT_W, .out_c = OUT_C,
                 .stride = 2, .in_row_pitch = IN_W * 3, .in_signed = 1,
                 .requant = random_requant(OUT_C, 27, 0, 255)};
  conv3x3_xcv_t fast = {.layer = l};
  fast.layer.out = out_xcv;
  fast.scratch_bytes = 8 * conv3x3_xcv_least_scratch(&l);
  fast.scratch = pi_l1_malloc(pi_cl_cluster_nb_cores() * fast.scratch_bytes);
  if (!requant_xcv_prepare(&l.requant, OUT_C, table, &fast.requant)) exit(1);
  report(name, "scalar", timed(conv3x3_part, &l), 27 * bytes);
  report(name, "xcv", timed(conv3x3_xcv_part, &fast), 27 * bytes);
  compare(name, out, out_xcv, bytes);
  pi_l1_free(out, 0);
}

/* The same with multipliers that keep every sum within 32 bits. */
static void bench_conv3x3_rgb(const char *name) {
  enum { IN_H = 32, IN_W = 224, OUT_H = 16, OUT_W = 112, OUT_C = 32, PITCH = CONV3X3_WEIGHTS_PITCH(3) };
  const uint32_t bytes = OUT_H * OUT_W * OUT_C;
  uint8_t *out = pi_l1_malloc(bytes), *out_rgb = pi_l1_malloc(bytes);
  int8_t *weights = random_bytes(OUT_C * PITCH);
  int32_t *mul = pi_l1_malloc(4 * OUT_C);
  int64_t *bias = pi_l1_malloc(8 * OUT_C);
  for (uint32_t c = 0; c < OUT_C; c++) {
    weights[c * PITCH + PITCH - 1] = 0;
    mul[c] = 600 + (int32_t)(random_word() & 255);
    bias[c] = (int32_t)random_word() >> 5;
  }
  conv3x3_rgb_channel_t *table = pi_l1_malloc(OUT_C * sizeof(*table));
  conv3x3_t l = {.in = random_bytes(IN_H * IN_W * 3), .out = out, .weights = weights, .in_h = IN_H,
                 .in_w = IN_W, .in_c = 3, .out_h = OUT_H, .out_w = OUT_W, .out_c = OUT_C,
                 .stride = 2, .in_row_pitch = IN_W * 3, .in_signed = 0,
                 .requant = {mul, bias, 18, 0, 255}};
  conv3x3_rgb_t fast = {.layer = l, .channels = table, .scratch_bytes = 8 * CONV3X3_RGB_LEAST_SCRATCH};
  fast.scratch = pi_l1_malloc(pi_cl_cluster_nb_cores() * fast.scratch_bytes);
  fast.layer.out = out_rgb;
  if (!conv3x3_rgb_fits(&l) || !conv3x3_rgb_prepare(&l, table)) exit(1);
  report(name, "scalar", timed(conv3x3_part, &l), 27 * bytes);
  report(name, "rgb", timed(conv3x3_rgb_part, &fast), 27 * bytes);
  compare(name, out, out_rgb, bytes);
  pi_l1_free(out, 0);
}

static void bench_avgpool(const char *name) {
  enum { SIZE = 7, CHANNELS = 1280 };
  uint8_t *out = pi_l1_malloc(CHANNELS), *out_xcv = pi_l1_malloc(CHANNELS);
  requant_xcv_channel_t *table = pi_l1_malloc(CHANNELS * sizeof(*table));
  avgpool_t l = {.in = random_bytes(SIZE * SIZE * CHANNELS), .out = out, .channels = CHANNELS,
                 .out_h = 1, .out_w = 1, .window_h = SIZE, .window_w = SIZE, .stride = 1,
                 .in_row_pitch = SIZE * CHANNELS, .requant = random_requant(CHANNELS, 9, 0, 255)};
  avgpool_xcv_t fast = {.layer = l};
  fast.layer.out = out_xcv;
  if (!requant_xcv_prepare(&l.requant, CHANNELS, table, &fast.requant)) exit(1);
  report(name, "scalar", timed(avgpool_part, &l), SIZE * SIZE * CHANNELS);
  report(name, "xcv", timed(avgpool_xcv_part, &fast), SIZE * SIZE * CHANNELS);
  compare(name, out, out_xcv, CHANNELS);
  pi_l1_free(out, 0);
}

/* As many outputs of the classifier as fit beside each other. */
static void bench_linear(const char *name) {
  enum { ROWS = 1280, COLS = 256, PITCH = ROWS + 8 };
  uint8_t *out = pi_l1_malloc(COLS), *out_xcv = pi_l1_malloc(COLS);
  requant_xcv_channel_t *table = pi_l1_malloc(COLS * sizeof(*table));
  linear_t l = {.in = random_bytes(ROWS), .out = out, .weights = random_bytes(PITCH * COLS),
                .rows = ROWS, .cols = COLS, .weights_pitch = PITCH, .requant = random_requant(COLS, ROWS, -128, 127)};
  linear_xcv_t fast = {.layer = l};
  fast.layer.out = out_xcv;
  if (!requant_xcv_prepare(&l.requant, COLS, table, &fast.requant)) exit(1);
  report(name, "scalar", timed(linear_part, &l), ROWS * COLS);
  report(name, "xcv", timed(linear_xcv_part, &fast), ROWS * COLS);
  compare(name, out, out_xcv, COLS);
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
  memset(out_xcv, 0, count);
  pulpnn_add_job_t pulpnn = {fast, SIDE * NARROW};
  report(name, "pulpnn", timed(pulpnn_add_part, &pulpnn), 2 * count);
  compare(name, out, out_xcv, count);
  pi_l1_free(out, 0);
}

int main(void) {
  const int status = run_case();
  if (status >= 0) return status;
  bench_pointwise("pointwise 14x14x64->384 i8", NARROW, WIDE, 1, 0, 255);
  bench_pointwise("pointwise 14x14x384->64 u8", WIDE, NARROW, 0, -128, 127);
  bench_depthwise("depthwise 14x14x384 /1", SIDE, WIDE, 1);
  bench_depthwise("depthwise 14x14x576 /2", SIDE, 576, 2);
  bench_depthwise("depthwise 28x28x192 /2", 28, 192, 2);
  bench_conv3x3("conv 3x3 /2 224x32x3->32 i8");
  bench_conv3x3_rgb("conv 3x3 /2 224x32x3->32 u8");
  bench_avgpool("average 7x7x1280");
  bench_linear("linear 1280->256 u8");
  bench_residual("residual 14x14x64");
  return failures;
}
