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

#endif
