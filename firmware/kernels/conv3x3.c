#include "conv3x3.h"

static inline int32_t tap(const conv3x3_t *l, uint32_t r, uint32_t c, uint32_t n) {
  /* Above and left of the tensor the coordinates wrap around, and are outside as well. */
  if (r >= l->in_h || c >= l->in_w) return l->pad_value;
  const uint32_t at = r * l->in_row_pitch + c * l->in_c + n;
  return l->in_signed ? ((const int8_t *)l->in)[at] : ((const uint8_t *)l->in)[at];
}

void conv3x3_cores(const conv3x3_t *l, uint32_t hart, uint32_t harts) {
  const requant_t *rq = &l->requant;
  const int64_t half = (int64_t)1 << (rq->shift - 1);
  const uint32_t pixels = l->out_h * l->out_w;
  for (uint32_t p = pixels * hart / harts; p < pixels * (hart + 1) / harts; p++) {
    const uint32_t y = p / l->out_w, x = p % l->out_w;
    uint8_t *out = (uint8_t *)l->out + p * l->out_c;
    for (uint32_t c = 0; c < l->out_c; c++) {
      const int8_t *w = l->weights + c * CONV3X3_WEIGHTS_PITCH(l->in_c);
      int32_t acc = 0;
      for (uint32_t row = 0; row < 3; row++)
        for (uint32_t column = 0; column < 3; column++)
          for (uint32_t n = 0; n < l->in_c; n++)
            acc += *w++ * tap(l, y * l->stride + row - l->pad_top,
                              x * l->stride + column - l->pad_left, n);
      out[c] = (uint8_t)requant_any(acc, rq->mul[c], rq->bias[c] + half, rq->shift, rq->lo, rq->hi);
    }
  }
}
