#include "linear.h"

static inline int32_t tap(const void *base, uint32_t index, int is_signed) {
  return is_signed ? ((const int8_t *)base)[index] : ((const uint8_t *)base)[index];
}

void linear_cores(const linear_t *l, uint32_t hart, uint32_t harts) {
  const requant_t *rq = &l->requant;
  for (uint32_t c = hart; c < l->cols; c += harts) {
    const int8_t *weights = l->weights + c * linear_pitch(l);
    int32_t acc = 0;
    for (uint32_t r = 0; r < l->rows; r++) acc += tap(l->in, r, l->in_signed) * weights[r];
    if (l->sums != NULL)
      l->sums[c] = acc;
    else
      ((uint8_t *)l->out)[c] =
          (uint8_t)requant_any(acc, rq->mul[c], rq->bias[c] + ((int64_t)1 << (rq->shift - 1)),
                               rq->shift, rq->lo, rq->hi);
  }
}
