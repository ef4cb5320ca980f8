/* 3x3 depth-wise convolution on the harts, HWC, zero padding, stride 1 or 2. */
#ifndef OCTOBAR_KERNELS_DEPTHWISE_H
#define OCTOBAR_KERNELS_DEPTHWISE_H

#include <stdint.h>

#include "requant.h"

/*
 * A whole tensor, or a stripe of rows that is treated as one: padding above comes from `pad_top`,
 * padding below from the sizes.
 */
typedef struct depthwise {
  const void *in;        /* [in_h][in_w][channels], rows `in_row_pitch` bytes apart */
  void *out;             /* [out_h][out_w][channels], 8-bit */
  const int8_t *weights; /* [9][channels], tap = 3 * row + column */
  uint32_t in_h, in_w, channels;
  uint32_t out_h, out_w;
  uint32_t stride, pad_top, pad_left; /* pad_left 0 or 1 */
  uint32_t in_row_pitch;
  int in_signed;
  requant_t requant;
} depthwise_t;

/* The channels of hart `hart` of `harts`; the caller joins them. */
void depthwise_cores(const depthwise_t *layer, uint32_t hart, uint32_t harts);

#endif
