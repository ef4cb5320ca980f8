/* From pictures to scores, in the format that the settings ask for. */
#include "lenet.h"
#include "pmsis.h"

static const uint32_t quarter[] = {[FPIRM_FP32] = 0x3e800000u, [FPIRM_BF16] = 0x3e80u};

/* C = A op B over `lines` of `n` dense elements, `a`, `b` and `c` elements apart. */
static void lines(const lenet_t *l, fpirm_operation_t operation, const char *a, int32_t a_step,
                  const char *b, int32_t b_step, char *c, int32_t c_step, uint32_t count, uint32_t n) {
  const int32_t e = l->e;
  const fpirm_job_t job = {.operation = operation, .format = l->format, .scalar = quarter[l->format],
                           .m1 = count, .n = n, .a = {.at = a, .m1 = a_step * e, .n = e},
                           .b = {.at = b, .m1 = b_step * e, .n = e},
                           .c = {.at = c, .m1 = c_step * e, .n = e}};
  fpirm_submit(&job);
}

static void bias_relu(const lenet_t *l, const char *bias, char *x, uint32_t count, uint32_t n) {
  lines(l, FPIRM_ADD, x, (int32_t)n, bias, 0, x, (int32_t)n, count, n);
  lines(l, FPIRM_MAXIMUM, x, (int32_t)n, l->zeros, 0, x, (int32_t)n, count, n);
}

/* [in - 4][in - 4][outputs] from [in][in][inputs]: windows are views, one row of a window is dense. */
static void convolve(const lenet_t *l, const char *x, const char *weights, char *y, int32_t in,
                     int32_t inputs, int32_t outputs) {
  const int32_t e = l->e, side = in - WINDOW + 1;
  const fpirm_job_t job = {
      .operation = FPIRM_MATMUL, .format = l->format, .m1 = (uint32_t)side, .m2 = (uint32_t)side,
      .n = (uint32_t)outputs, .k1 = WINDOW, .k2 = (uint32_t)(WINDOW * inputs),
      .a = {.at = x, .m1 = in * inputs * e, .m2 = inputs * e, .k1 = in * inputs * e, .k2 = e},
      .b = {.at = weights, .k1 = WINDOW * inputs * outputs * e, .k2 = outputs * e, .n = e},
      .c = {.at = y, .m1 = side * outputs * e, .m2 = outputs * e, .n = e}};
  fpirm_submit(&job);
}

/* Averages of 2x2: sums of rows, sums of columns, a quarter of them. */
static void pool(const lenet_t *l, const char *x, char *y, int32_t side, int32_t channels) {
  const int32_t half = side / 2, line = side * channels, e = l->e;
  lines(l, FPIRM_ADD, x, 2 * line, x + line * e, 2 * line, l->scratch, line, (uint32_t)half,
        (uint32_t)line);
  lines(l, FPIRM_ADD, l->scratch, 2 * channels, l->scratch + channels * e, 2 * channels, y, channels,
        (uint32_t)(half * half), (uint32_t)channels);
  lines(l, FPIRM_SCALE_ADD, y, half * channels, l->zeros, 0, y, half * channels, (uint32_t)half,
        (uint32_t)(half * channels));
}

static void dense(const lenet_t *l, const char *x, uint32_t weights, uint32_t bias, char *y,
                  uint32_t inputs, uint32_t outputs, int relu) {
  const char *p = l->parameters;
  const int32_t e = l->e;
  fpirm_matmul(l->format, x, p + (int32_t)weights * e, y, BATCH, inputs, outputs, 0);
  if (relu) bias_relu(l, p + (int32_t)bias * e, y, BATCH, outputs);
  else lines(l, FPIRM_ADD, y, (int32_t)outputs, p + (int32_t)bias * e, 0, y, (int32_t)outputs, BATCH, outputs);
}

void lenet_forward(lenet_t *l) {
  const int32_t e = l->e;
  const char *p = l->parameters;
  for (int32_t i = 0; i < BATCH; i++) {
    char *a1 = l->a1 + i * A1 * e, *q1 = l->q1 + i * Q1 * e, *a2 = l->a2 + i * A2 * e;
    convolve(l, l->pictures + i * PIXELS * e, p + W1 * e, a1, SIDE, 1, C1);
    bias_relu(l, l->row1, a1, S1, S1 * C1);
    pool(l, a1, q1, S1, C1);
    convolve(l, q1, p + W2 * e, a2, P1, C1, C2);
    bias_relu(l, l->row2, a2, S2, S2 * C2);
    pool(l, a2, l->flat + i * FLAT * e, S2, C2);
  }
  dense(l, l->flat, F1, G1, l->h1, FLAT, H1, 1);
  dense(l, l->h1, F2, G2, l->h2, H1, H2, 1);
  dense(l, l->h2, F3, G3, l->scores, H2, CLASSES, 0);
}

/* A number whose order is that of the floating-point value. */
static int32_t rank(const lenet_t *l, uint32_t index) {
  const int32_t bits = l->e == 4 ? ((const int32_t *)l->scores)[index]
                                 : ((const int16_t *)l->scores)[index] * 65536;
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

uint32_t lenet_correct(const lenet_t *l) {
  uint32_t correct = 0;
  for (uint32_t i = 0; i < BATCH; i++) {
    uint32_t best = 0;
    for (uint32_t c = 1; c < CLASSES; c++)
      if (rank(l, i * CLASSES + c) > rank(l, i * CLASSES + best)) best = c;
    correct += best == l->labels[i];
  }
  return correct;
}
