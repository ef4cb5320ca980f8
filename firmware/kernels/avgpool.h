/*
 * Average pooling on the harts, HWC, windows of any size and stride without padding; a window as large as the
 * tensor is global pooling. The division is part of the requantisation: mul[c] holds 1 / (window_h * window_w).
 */
#ifndef OCTOBAR_KERNELS_AVGPOOL_H
#define OCTOBAR_KERNELS_AVGPOOL_H

#include <stdint.h>

#include "requant.h"

typedef struct avgpool {
  const void *in;   /* 8-bit, pixels `channels` bytes apart, rows `in_row_pitch` */
  void *out;        /* [out_h][out_w][channels], 8-bit */
  uint32_t channels;
  uint32_t out_h, out_w;
  uint32_t window_h, window_w; /* together at most 2^16 pixels */
  uint32_t stride;
  uint32_t in_row_pitch;
  int in_signed;
  requant_t requant; /* of the sum over a window */
} avgpool_t;

/* The outputs of hart `hart` of `harts`; the caller joins them. */
void avgpool_cores(const avgpool_t *layer, uint32_t hart, uint32_t harts);

#endif
