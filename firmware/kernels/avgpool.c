#include "avgpool.h"

static int32_t sum(const avgpool_t *l, uint32_t at) {
  int32_t acc = 0;
  for (uint32_t y = 0; y < l->window_h; y++, at += l->in_row_pitch)
    for (uint32_t x = 0; x < l->window_w; x++) {
      const uint32_t i = at + x * l->channels;
      acc += l->in_signed ? ((const int8_t *)l->in)[i] : ((const uint8_t *)l->in)[i];
    }
  return acc;
}

void avgpool_cores(const avgpool_t *l, uint32_t hart, uint32_t harts) {
  const requant_t *rq = &l->requant;
  const uint32_t first = l->channels * hart / harts, end = l->channels * (hart + 1) / harts;
  for (uint32_t y = 0; y < l->out_h; y++)
    for (uint32_t x = 0; x < l->out_w; x++) {
      const uint32_t at = y * l->stride * l->in_row_pitch + x * l->stride * l->channels;
      uint8_t *out = (uint8_t *)l->out + (y * l->out_w + x) * l->channels;
      for (uint32_t c = first; c < end; c++)
        out[c] = (uint8_t)requant_any(sum(l, at + c), rq->mul[c],
                                      rq->bias[c] + ((int64_t)1 << (rq->shift - 1)), rq->shift,
                                      rq->lo, rq->hi);
    }
}
