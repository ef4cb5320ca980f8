/*
 * Softmax and cross-entropy on vectors of the batch. The engine adds and multiplies; a hart sets the
 * first guesses of 1 / s and ln s from the bits of s, and writes which class is right.
 */
#include "lenet.h"
#include "pmsis.h"

enum { E = 4, WIDE = BATCH * CLASSES };

/* Constant rows of CLASSES elements, in t->work behind the vectors. */
enum { FLOOR, C4, C3, C2_, C1_, ONE, TWO, FOUR, NOUGHT, CONSTANTS };
static const uint32_t constants[CONSTANTS] = {
    0xc2a00000u, /* -80: e to that power is still a normal number */
    0x3d2aaaabu, 0x3e2aaaabu, 0x3f000000u, 0x3f800000u, 0x3f800000u, 0x40000000u, 0x40800000u, 0};

static const uint32_t minus_one = 0xbf800000u, one_64th = 0x3c800000u, one_120th = 0x3c088889u;

typedef struct rows {
  float *at;
  uint32_t count, n;
} rows_t;

static float *constant(lenet_training_t *t, uint32_t which) { return t->work + 1024 + which * 16; }

/* C = A op B (or scalar A + B); b_step 0 takes one row of B for all. */
static void each(fpirm_operation_t operation, uint32_t scalar, const float *a, const float *b,
                 int32_t b_step, float *c, uint32_t count, uint32_t n) {
  const int32_t step = (int32_t)n * E;
  const fpirm_job_t job = {.operation = operation, .scalar = scalar, .m1 = count, .n = n,
                           .a = {.at = a, .m1 = step, .n = E}, .b = {.at = b, .m1 = b_step * E, .n = E},
                           .c = {.at = c, .m1 = step, .n = E}};
  fpirm_submit(&job);
}

/* y = e^x for x <= 0: the series of e^(x/64) to its fifth power, squared six times; y and t are not x. */
static void exponential(lenet_training_t *t, const float *x, float *y, float *tmp, uint32_t count,
                        uint32_t n) {
  const int32_t dense = (int32_t)n;
  each(FPIRM_MAXIMUM, 0, x, constant(t, FLOOR), 0, tmp, count, n);
  each(FPIRM_SCALE_ADD, one_64th, tmp, constant(t, NOUGHT), 0, tmp, count, n);
  each(FPIRM_SCALE_ADD, one_120th, tmp, constant(t, C4), 0, y, count, n);
  for (uint32_t c = C3; c <= ONE; c++) {
    each(FPIRM_MULTIPLY, 0, y, tmp, dense, y, count, n);
    each(FPIRM_ADD, 0, y, constant(t, c), 0, y, count, n);
  }
  for (uint32_t i = 0; i < 6; i++) each(FPIRM_MULTIPLY, 0, y, y, dense, y, count, n);
}

/* largest[i] of the scores of picture i. */
static void largest(const float *scores, float *half, float *most) {
  const int32_t line = CLASSES * E;
  const struct { const float *a, *b; float *c; int32_t a_step, b_step, c_step; uint32_t n; } steps[] = {
      {scores, scores + 5, half, line, line, 5 * E, 5},
      {half, half + 2, half, 5 * E, 5 * E, 5 * E, 2},
      {half, half + 1, most, 5 * E, 5 * E, E, 1},
      {most, half + 4, most, E, 5 * E, E, 1},
  };
  for (uint32_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    const fpirm_job_t job = {.operation = FPIRM_MAXIMUM, .m1 = BATCH, .n = steps[i].n,
                             .a = {.at = steps[i].a, .m1 = steps[i].a_step, .n = E},
                             .b = {.at = steps[i].b, .m1 = steps[i].b_step, .n = E},
                             .c = {.at = steps[i].c, .m1 = steps[i].c_step, .n = E}};
    fpirm_submit(&job);
  }
}

/* Newton's steps from a guess that is right to 12 %: r (2 - s r). */
static void reciprocal(lenet_training_t *t, const float *s, float *r, float *tmp) {
  for (uint32_t i = 0; i < BATCH; i++) ((uint32_t *)r)[i] = 0x7ef311c3u - ((const uint32_t *)s)[i];
  for (uint32_t i = 0; i < 4; i++) {
    fpirm_vector(FPIRM_FP32, FPIRM_MULTIPLY, s, r, tmp, BATCH);
    each(FPIRM_SCALE_ADD, minus_one, tmp, constant(t, TWO), 0, tmp, 1, BATCH);
    fpirm_vector(FPIRM_FP32, FPIRM_MULTIPLY, r, tmp, r, BATCH);
  }
}

/*
 * ln s for s in 1 to 10. The bits of s are its logarithm to base 2, right to 0.09; times ln 2 they
 * become the fraction of a number from 4 up. Newton's steps: y + s e^-y - 1.
 */
static void logarithm(lenet_training_t *t, const float *s, float *y, float *tmp) {
  for (uint32_t i = 0; i < BATCH; i++) {
    const uint32_t log2 = ((const uint32_t *)s)[i] - 0x3f800000u;
    ((uint32_t *)y)[i] = 0x40800000u + ((log2 >> 8) * 22713 >> 9);
  }
  each(FPIRM_SCALE_ADD, minus_one, constant(t, FOUR), y, 0, y, 1, BATCH);
  for (uint32_t i = 0; i < 3; i++) {
    each(FPIRM_SCALE_ADD, minus_one, y, constant(t, NOUGHT), 0, tmp, 1, BATCH);
    exponential(t, tmp, tmp + 16, tmp + 32, 1, BATCH);
    fpirm_vector(FPIRM_FP32, FPIRM_MULTIPLY, s, tmp + 16, tmp, BATCH);
    fpirm_vector(FPIRM_FP32, FPIRM_ADD, y, tmp, y, BATCH);
    each(FPIRM_SCALE_ADD, minus_one, constant(t, ONE), y, 0, y, 1, BATCH);
  }
}

void softmax_loss(const lenet_t *l, lenet_training_t *t, uint32_t step) {
  float *w = t->work, *most = w, *below = w + 96, *powers = w + 192, *tmp = w + 288, *sums = w + 384,
        *inverse = w + 400, *log = w + 416, *right = w + 432;
  for (uint32_t c = 0; c < CONSTANTS; c++)
    for (uint32_t i = 0; i < 16; i++) ((uint32_t *)constant(t, c))[i] = constants[c];
  memset(t->hot, 0, E * WIDE);
  for (uint32_t i = 0; i < BATCH; i++) ((uint32_t *)t->hot)[i * CLASSES + l->labels[i]] = constants[ONE];

  largest((const float *)l->scores, tmp, most);
  const fpirm_job_t shift = {.operation = FPIRM_SCALE_ADD, .scalar = minus_one, .m1 = BATCH, .n = CLASSES,
                             .a = {.at = most, .m1 = E},
                             .b = {.at = l->scores, .m1 = CLASSES * E, .n = E},
                             .c = {.at = below, .m1 = CLASSES * E, .n = E}};
  fpirm_submit(&shift);
  exponential(t, below, powers, tmp, BATCH, CLASSES);
  fpirm_matmul(FPIRM_FP32, powers, t->ones, sums, BATCH, CLASSES, 1, 0);
  fpirm_wait();
  reciprocal(t, sums, inverse, tmp);
  const fpirm_job_t divide = {.operation = FPIRM_MULTIPLY, .m1 = BATCH, .n = CLASSES,
                              .a = {.at = powers, .m1 = CLASSES * E, .n = E},
                              .b = {.at = inverse, .m1 = E},
                              .c = {.at = t->d_scores, .m1 = CLASSES * E, .n = E}};
  fpirm_submit(&divide);
  each(FPIRM_SCALE_ADD, minus_one, t->hot, t->d_scores, CLASSES, t->d_scores, BATCH, CLASSES);
  each(FPIRM_SCALE_ADD, step, t->d_scores, constant(t, NOUGHT), 0, t->d_scores, BATCH, CLASSES);

  logarithm(t, sums, log, tmp);
  for (uint32_t i = 0; i < BATCH; i++) right[i] = below[i * CLASSES + l->labels[i]];
  each(FPIRM_SCALE_ADD, minus_one, right, log, 0, right, 1, BATCH);
  fpirm_matmul(FPIRM_FP32, right, t->ones, t->loss, 1, BATCH, 1, 1);
}
