/* 1x1 convolution on the harts: out[p][c] = requant(sum over r of in[p][r] * weights[c][r]). */
#ifndef OCTOBAR_KERNELS_POINTWISE_H
#define OCTOBAR_KERNELS_POINTWISE_H

#include <stdint.h>

#include "requant.h"

typedef struct pointwise {
  const void *in; /* 8-bit, signed or not, pixels `in_pitch` bytes apart */
  void *out;      /* 8-bit, pixels `out_pitch` bytes apart */
  const int8_t *weights; /* [cols][rows] */
  uint32_t pixels, rows, cols;
  uint32_t in_pitch, out_pitch;
  int in_signed;
  requant_t requant;
} pointwise_t;

/* The part of hart `hart` of `harts`; the caller joins them. */
void pointwise_cores(const pointwise_t *layer, uint32_t hart, uint32_t harts);

/*
 * acc[4 * p + c] = sum over r < rows of x[p * x_pitch + r] * w[c * w_pitch + r], p and c < 4;
 * rows is a positive multiple of 8. In assembly on the target, in C elsewhere.
 */
void pointwise_tile_u8(const uint8_t *x, uint32_t x_pitch, const int8_t *w, uint32_t w_pitch,
                       uint32_t rows, int32_t acc[16]);
void pointwise_tile_i8(const int8_t *x, uint32_t x_pitch, const int8_t *w, uint32_t w_pitch,
                       uint32_t rows, int32_t acc[16]);

#endif
