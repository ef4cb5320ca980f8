/* The 1x1 convolution of pointwise.h on harts with CORE-V (--isa rv32imc_xcv). */
#ifndef OCTOBAR_KERNELS_POINTWISE_XCV_H
#define OCTOBAR_KERNELS_POINTWISE_XCV_H

#include "pointwise.h"
#include "requant_xcv.h"

/* `layer.rows` is a multiple of 4; `layer.requant` is not read, `requant` takes its place. */
typedef struct pointwise_xcv {
  pointwise_t layer;
  requant_xcv_t requant;
} pointwise_xcv_t;

/* 1 when the layer has a shape that pointwise_xcv takes: whole words of inputs, a tile of 4 by 4. */
static inline int pointwise_xcv_fits(const pointwise_t *l) {
  return l->rows > 0 && l->rows % 4 == 0 && l->pixels >= 4 && l->cols >= 4;
}

/* The part of hart `hart` of `harts`; the caller joins them. */
void pointwise_xcv(const pointwise_xcv_t *layer, uint32_t hart, uint32_t harts);

/* Tiles of 4 pixels by 4 output channels in a row: the same channels, pixel after pixel. */
typedef struct pointwise_xcv_run {
  const void *in;          /*  0 */
  const int8_t *weights;   /*  4: of the first of the 4 channels */
  uint32_t in_pitch;       /*  8 */
  uint32_t rows;           /* 12 */
  uint8_t *out;            /* 16 */
  uint32_t out_pitch;      /* 20 */
  uint32_t tiles;          /* 24 */
  const requant_xcv_channel_t *channels; /* 28: of the 4 channels */
  uint32_t shift;          /* 32 */
  uint32_t range;          /* 36 */
  uint32_t lo4;            /* 40 */
} pointwise_xcv_run_t;

/* In assembly on the target, in C elsewhere. */
void pointwise_xcv_u8(const pointwise_xcv_run_t *run);
void pointwise_xcv_i8(const pointwise_xcv_run_t *run);

#endif
