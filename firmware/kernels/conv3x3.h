/* 3x3 convolution over all channels on the harts, HWC, stride 1 or 2: the first layer of a network. */
#ifndef OCTOBAR_KERNELS_CONV3X3_H
#define OCTOBAR_KERNELS_CONV3X3_H

#include <stdint.h>

#include "requant.h"

/* Weights of one output: 9 * in_c bytes, tap after tap as they lie in a window, then zeros up to a whole word. */
#define CONV3X3_WEIGHTS_PITCH(in_c) ((9 * (in_c) + 3) / 4 * 4)

/*
 * A whole tensor, or a stripe of rows that is treated as one: padding above comes from `pad_top`,
 * padding below from the sizes.
 */
typedef struct conv3x3 {
  const void *in;        /* [in_h][in_w][in_c], 8-bit, rows `in_row_pitch` bytes apart */
  void *out;             /* [out_h][out_w][out_c], 8-bit */
  const int8_t *weights; /* [out_c][CONV3X3_WEIGHTS_PITCH(in_c)], byte (3 * row + column) * in_c + channel */
  uint32_t in_h, in_w, in_c;
  uint32_t out_h, out_w, out_c;
  uint32_t stride, pad_top, pad_left;
  uint32_t in_row_pitch;
  int in_signed;
  int32_t pad_value; /* what lies outside: the zero point of the input, if the bias accounts for one */
  requant_t requant;
} conv3x3_t;

/* The output pixels of hart `hart` of `harts`; the caller joins them. */
void conv3x3_cores(const conv3x3_t *layer, uint32_t hart, uint32_t harts);

#endif
