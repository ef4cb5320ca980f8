/* requant_xcv.h by the instructions that assembly uses, in C. Without lo. */
#ifndef OCTOBAR_KERNELS_REQUANT_XCV_C_H
#define OCTOBAR_KERNELS_REQUANT_XCV_C_H

#include "../hal/xcv.h"
#include "requant_xcv.h"

static inline uint32_t requant_xcv(uint32_t acc, const requant_xcv_channel_t *c, uint32_t shift,
                                   uint32_t range) {
  uint32_t u = cv_macun(c->rest, acc, c->mul, 15);
  u = cv_macun(u, acc, c->swapped, 1);
  u = cv_machhsn(u, acc, c->swapped, 15);
  u = cv_machhsn(u, acc, c->mul, 0);
  return cv_clipur((uint32_t)((int32_t)(u + (uint32_t)c->high) >> shift), range);
}

/* `count` sums of the channels from `first` on, a multiple of 4, to bytes; lo is added. */
static inline void requant_xcv_bytes(const requant_xcv_t *rq, uint32_t first, const int32_t *sums,
                                     uint8_t *out, uint32_t count) {
  const requant_xcv_channel_t *channel = &rq->channels[first];
  const uint32_t shift = rq->shift, range = rq->range, lo = rq->lo4;
  for (uint32_t c = 0; c < count; c += 4, sums += 4, channel += 4, out += 4) {
    out[0] = (uint8_t)(requant_xcv((uint32_t)sums[0], &channel[0], shift, range) + lo);
    out[1] = (uint8_t)(requant_xcv((uint32_t)sums[1], &channel[1], shift, range) + lo);
    out[2] = (uint8_t)(requant_xcv((uint32_t)sums[2], &channel[2], shift, range) + lo);
    out[3] = (uint8_t)(requant_xcv((uint32_t)sums[3], &channel[3], shift, range) + lo);
  }
}

#endif
