/*
 * Back-propagation. What is propagated is the gradient times - learning rate / batch, so that a product
 * which accumulates onto the parameters is their step of stochastic gradient descent.
 */
#include "lenet.h"
#include "pmsis.h"

enum { E = 4 };

static const uint32_t quarter = 0x3e800000u;

void training_open(const lenet_t *n, lenet_training_t *t) {
  (void)n;
  t->ones = need(E * S1 * S1);
  t->flipped = need(E * TAPS * C1 * C2);
  t->framed = need(E * FRAME * FRAME * C2);
  t->d_q1 = need(E * Q1);
  t->d_a1 = need(E * A1);
  t->d_flat = need(E * BATCH * FLAT);
  t->d_h1 = need(E * BATCH * H1);
  t->d_h2 = need(E * BATCH * H2);
  t->d_scores = need(E * BATCH * CLASSES);
  t->hot = need(E * BATCH * CLASSES);
  t->work = need(E * 16 * BATCH * 16);
  t->loss = need(E);
  for (uint32_t i = 0; i < S1 * S1; i++) ((uint32_t *)t->ones)[i] = 0x3f800000u;
  memset(t->framed, 0, E * FRAME * FRAME * C2);
  memset(t->loss, 0, E);
}

/* x += scalar x, as scalar x + 0. */
static void scale(const lenet_t *l, float *x, uint32_t scalar, uint32_t count, uint32_t n) {
  const fpirm_job_t job = {.operation = FPIRM_SCALE_ADD, .scalar = scalar, .m1 = count, .n = n,
                           .a = {.at = x, .m1 = (int32_t)n * E, .n = E},
                           .b = {.at = l->zeros, .n = E},
                           .c = {.at = x, .m1 = (int32_t)n * E, .n = E}};
  fpirm_submit(&job);
}

/* Through y = x w + bias: d_x, which also goes back through the ReLU that made x; then the steps. */
static void dense_back(const lenet_t *l, const lenet_training_t *t, const char *x, float *d_x,
                       const float *d_y, uint32_t weights, uint32_t bias, int32_t inputs,
                       int32_t outputs, int relu) {
  char *w = l->parameters + weights * E;
  /* Rows of w are dense, so they are the rows of the product: d_x comes out transposed. */
  const fpirm_job_t back = {.operation = FPIRM_MATMUL, .m1 = (uint32_t)inputs, .n = BATCH,
                            .k2 = (uint32_t)outputs, .a = {.at = w, .m1 = outputs * E, .k2 = E},
                            .b = {.at = d_y, .k2 = E, .n = outputs * E},
                            .c = {.at = d_x, .m1 = E, .n = inputs * E}};
  fpirm_submit(&back);
  if (relu) fpirm_vector(FPIRM_FP32, FPIRM_SELECT, d_x, x, d_x, (uint32_t)inputs * BATCH);
  const fpirm_job_t step = {.operation = FPIRM_MATMUL, .accumulate = 1, .m1 = (uint32_t)inputs,
                            .n = (uint32_t)outputs, .k2 = BATCH,
                            .a = {.at = x, .m1 = E, .k2 = inputs * E},
                            .b = {.at = d_y, .k2 = outputs * E, .n = E},
                            .c = {.at = w, .m1 = outputs * E, .n = E}};
  fpirm_submit(&step);
  fpirm_matmul(FPIRM_FP32, t->ones, d_y, l->parameters + bias * E, 1, BATCH, (uint32_t)outputs, 1);
}

/*
 * Back through average pooling and ReLU: each of the four pixels of a mean gets its gradient (a quarter
 * was taken before) where it was above zero. `line` and `pixel` are bytes of the frame that d_x lies in.
 */
static void pool_relu_back(const float *d_y, const char *x, float *d_x, int32_t side, int32_t channels,
                           int32_t line) {
  const int32_t half = side / 2, pixel = channels * E;
  for (int32_t i = 0; i < 4; i++) {
    const int32_t row = i / 2, column = i % 2;
    const fpirm_job_t job = {
        .operation = FPIRM_SELECT, .m1 = (uint32_t)half, .m2 = (uint32_t)half, .n = (uint32_t)channels,
        .a = {.at = d_y, .m1 = half * pixel, .m2 = pixel, .n = E},
        .b = {.at = x + (row * side + column) * pixel, .m1 = 2 * side * pixel, .m2 = 2 * pixel, .n = E},
        .c = {.at = (char *)d_x + row * line + column * pixel, .m1 = 2 * line, .m2 = 2 * pixel, .n = E}};
    fpirm_submit(&job);
  }
}

/* Steps of a convolution from its input and d_y, whose rows are `line` bytes apart. */
static void convolve_steps(const lenet_t *l, const lenet_training_t *t, const char *x, const float *d_y,
                           int32_t line, uint32_t weights, uint32_t bias, int32_t in, int32_t inputs,
                           int32_t outputs) {
  const int32_t side = in - WINDOW + 1, x_line = in * inputs * E;
  const fpirm_view_t gradient = {.at = d_y, .k1 = line, .k2 = outputs * E, .n = E};
  const fpirm_job_t job = {
      .operation = FPIRM_MATMUL, .accumulate = 1, .m1 = WINDOW, .m2 = (uint32_t)(WINDOW * inputs),
      .n = (uint32_t)outputs, .k1 = (uint32_t)side, .k2 = (uint32_t)side,
      .a = {.at = x, .m1 = x_line, .m2 = E, .k1 = x_line, .k2 = inputs * E}, .b = gradient,
      .c = {.at = l->parameters + weights * E, .m1 = WINDOW * inputs * outputs * E, .m2 = outputs * E, .n = E}};
  fpirm_submit(&job);
  const fpirm_job_t sum = {.operation = FPIRM_MATMUL, .accumulate = 1, .n = (uint32_t)outputs,
                           .k1 = (uint32_t)side, .k2 = (uint32_t)side,
                           .a = {.at = t->ones, .k1 = side * E, .k2 = E}, .b = gradient,
                           .c = {.at = l->parameters + bias * E, .n = E}};
  fpirm_submit(&sum);
}

/* d_x of the second convolution: the framed gradient under the flipped windows. */
static void convolve_back(const lenet_training_t *t) {
  const int32_t line = FRAME * C2 * E, depth = WINDOW * C2;
  const fpirm_job_t job = {.operation = FPIRM_MATMUL, .m1 = P1, .m2 = P1, .n = C1, .k1 = WINDOW,
                           .k2 = (uint32_t)depth,
                           .a = {.at = t->framed, .m1 = line, .m2 = C2 * E, .k1 = line, .k2 = E},
                           .b = {.at = t->flipped, .k1 = depth * C1 * E, .k2 = C1 * E, .n = E},
                           .c = {.at = t->d_q1, .m1 = P1 * C1 * E, .m2 = C1 * E, .n = E}};
  fpirm_submit(&job);
}

typedef struct flip {
  const uint32_t *weights;
  uint32_t *flipped;
} flip_t;

/* flipped[r][c][output][input] = weights[4 - r][4 - c][input][output] */
static void flip_part(void *arg) {
  const flip_t *f = arg;
  for (uint32_t tap = pi_core_id(); tap < TAPS; tap += (uint32_t)pi_cl_team_nb_cores())
    for (uint32_t in = 0; in < C1; in++)
      for (uint32_t out = 0; out < C2; out++)
        f->flipped[(tap * C2 + out) * C1 + in] = f->weights[((TAPS - 1 - tap) * C1 + in) * C2 + out];
}

void lenet_backward(lenet_t *l, lenet_training_t *t) {
  flip_t flip = {(const uint32_t *)(l->parameters + W2 * E), (uint32_t *)t->flipped};
  pi_cl_team_fork(0, flip_part, &flip);
  dense_back(l, t, l->h2, t->d_h2, t->d_scores, F3, G3, H2, CLASSES, 1);
  dense_back(l, t, l->h1, t->d_h1, t->d_h2, F2, G2, H1, H2, 1);
  dense_back(l, t, l->flat, t->d_flat, t->d_h1, F1, G1, FLAT, H1, 0);
  scale(l, t->d_flat, quarter, BATCH * FLAT / 128, 128);
  const int32_t line = FRAME * C2 * E;
  float *inner = t->framed + (WINDOW - 1) * (FRAME + 1) * C2;
  for (int32_t i = 0; i < BATCH; i++) {
    const char *q1 = l->q1 + i * Q1 * E;
    pool_relu_back(t->d_flat + i * FLAT, l->a2 + i * A2 * E, inner, S2, C2, line);
    convolve_back(t);
    convolve_steps(l, t, q1, inner, line, W2, B2, P1, C1, C2);
    scale(l, t->d_q1, quarter, P1, P1 * C1);
    pool_relu_back(t->d_q1, l->a1 + i * A1 * E, t->d_a1, S1, C1, S1 * C1 * E);
    convolve_steps(l, t, l->pictures + i * PIXELS * E, t->d_a1, S1 * C1 * E, W1, B1, SIDE, 1, C1);
  }
}
