/*
 * Speed of the kernels for the harts on layers of MobileNetV2, fork and join included. A sample of the
 * bytes is compared with a plain loop that is written here once more.
 */
#include "drivers/timer.h"
#include "kernels/depthwise.h"
#include "kernels/pointwise.h"
#include "kernels/residual.h"
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

static uint8_t requant_plain(int32_t acc, const requant_t *rq, uint32_t c) {
  const int64_t sum = (int64_t)acc * rq->mul[c] + rq->bias[c] + (1ll << (rq->shift - 1));
  const int64_t q = sum >> rq->shift;
  return (uint8_t)(q < rq->lo ? rq->lo : q > rq->hi ? rq->hi : q);
}

static int failures;

static void report(const char *name, unsigned cycles, unsigned macs, unsigned wrong) {
  const unsigned hundredths = macs / (cycles / 100);
  printf("%-28s %8u cycles %2u.%02u MAC/cycle %s\n", name, cycles, hundredths / 100,
         hundredths % 100, wrong == 0 ? "correct" : "WRONG");
  failures += wrong != 0;
}

static void pointwise_part(void *layer) {
  pointwise_cores(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}
static void depthwise_part(void *layer) {
  depthwise_cores(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}
static void residual_part(void *layer) {
  residual_cores(layer, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

static uint32_t timed(void (*part)(void *), void *layer) {
  timer_start(0);
  pi_cl_team_fork(0, part, layer);
  return timer_get(0);
}

static void bench_pointwise(const char *name, uint32_t rows, uint32_t cols, int in_signed,
                            int32_t lo, int32_t hi) {
  uint8_t *out = pi_l1_malloc(PIXELS * cols);
  pointwise_t l = {.in = random_bytes(PIXELS * rows), .out = out,
                   .weights = random_bytes(rows * cols), .pixels = PIXELS, .rows = rows,
                   .cols = cols, .in_pitch = rows, .out_pitch = cols, .in_signed = in_signed,
                   .requant = random_requant(cols, rows, lo, hi)};
  const uint32_t cycles = timed(pointwise_part, &l);
  uint32_t wrong = 0;
  for (uint32_t p = 0; p < PIXELS; p += 13)
    for (uint32_t c = 0; c < cols; c += 7) {
      int32_t acc = 0;
      for (uint32_t r = 0; r < rows; r++) {
        const uint32_t at = p * rows + r;
        const int32_t x = in_signed ? ((const int8_t *)l.in)[at] : ((const uint8_t *)l.in)[at];
        acc += x * l.weights[c * rows + r];
      }
      wrong += out[p * cols + c] != requant_plain(acc, &l.requant, c);
    }
  report(name, cycles, PIXELS * rows * cols, wrong);
  pi_l1_free(out, 0);
}

static void bench_depthwise(const char *name, uint32_t stride) {
  const uint32_t side = SIDE / stride, pad = stride == 1;
  uint8_t *out = pi_l1_malloc(side * side * WIDE);
  depthwise_t l = {.in = random_bytes(PIXELS * WIDE), .out = out,
                   .weights = random_bytes(9 * WIDE), .in_h = SIDE, .in_w = SIDE, .channels = WIDE,
                   .out_h = side, .out_w = side, .stride = stride, .pad_top = pad, .pad_left = pad,
                   .in_row_pitch = SIDE * WIDE, .requant = random_requant(WIDE, 9, 0, 255)};
  const uint32_t cycles = timed(depthwise_part, &l);
  uint32_t wrong = 0;
  for (uint32_t y = 0; y < side; y++)
    for (uint32_t x = 0; x < side; x++)
      for (uint32_t c = 0; c < WIDE; c += 37) {
        int32_t acc = 0;
        for (uint32_t t = 0; t < 9; t++) {
          const uint32_t row = y * stride + t / 3 - pad, col = x * stride + t % 3 - pad;
          if (row < SIDE && col < SIDE)
            acc += ((const uint8_t *)l.in)[(row * SIDE + col) * WIDE + c] * l.weights[t * WIDE + c];
        }
        wrong += out[(y * side + x) * WIDE + c] != requant_plain(acc, &l.requant, c);
      }
  report(name, cycles, side * side * WIDE * 9, wrong);
  pi_l1_free(out, 0);
}

static void bench_residual(void) {
  const uint32_t count = PIXELS * NARROW;
  int8_t *out = pi_l1_malloc(count);
  residual_t l = {.skip = random_bytes(count), .branch = random_bytes(count), .out = out,
                  .count = count, .mul_skip = 300000, .mul_branch = 400000, .shift = 19, .lo = -128,
                  .hi = 127};
  const uint32_t cycles = timed(residual_part, &l);
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t q = (l.skip[i] * l.mul_skip + l.branch[i] * l.mul_branch + (1 << 18)) >> 19;
    wrong += out[i] != (q < -128 ? -128 : q > 127 ? 127 : q);
  }
  report("residual 14x14x64", cycles, 2 * count, wrong);
  pi_l1_free(out, 0);
}

int main(void) {
  bench_pointwise("pointwise 14x14x64->384 i8", NARROW, WIDE, 1, 0, 255);
  bench_pointwise("pointwise 14x14x384->64 u8", WIDE, NARROW, 0, -128, 127);
  bench_depthwise("depthwise 14x14x384 /1", 1);
  bench_depthwise("depthwise 14x14x384 /2", 2);
  bench_residual();
  return failures;
}
