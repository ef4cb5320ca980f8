/* The average pooling of avgpool.h on harts with CORE-V (--isa rv32imc_xcv). */
#ifndef OCTOBAR_KERNELS_AVGPOOL_XCV_H
#define OCTOBAR_KERNELS_AVGPOOL_XCV_H

#include "avgpool.h"
#include "requant_xcv.h"

/* `layer.requant` is not read, `requant` takes its place. */
typedef struct avgpool_xcv {
  avgpool_t layer;
  requant_xcv_t requant;
} avgpool_xcv_t;

/* 1 when avgpool_xcv takes the layer: whole words of channels, at least two; `in` and rows 4-byte aligned. */
static inline int avgpool_xcv_fits(const avgpool_t *l) {
  return l->channels >= 8 && l->channels % 4 == 0 && l->in_row_pitch % 4 == 0;
}

/* The outputs of hart `hart` of `harts`; the caller joins them. */
void avgpool_xcv(const avgpool_xcv_t *layer, uint32_t hart, uint32_t harts);

/* Sums of eight channels over one window. */
typedef struct avgpool_xcv_run {
  const void *in;     /*  0 */
  uint32_t channels;  /*  4: bytes from pixel to pixel */
  uint32_t width;     /*  8 */
  uint32_t height;    /* 12 */
  uint32_t row_pitch; /* 16 */
  int32_t *sums;      /* 20: [8] */
} avgpool_xcv_run_t;

/* In assembly on the target, in C elsewhere. */
void avgpool_xcv_u8(const avgpool_xcv_run_t *run);
void avgpool_xcv_i8(const avgpool_xcv_run_t *run);

#endif
