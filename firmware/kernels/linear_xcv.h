/* The fully connected layer of linear.h on harts with CORE-V (--isa rv32imc_xcv). */
#ifndef OCTOBAR_KERNELS_LINEAR_XCV_H
#define OCTOBAR_KERNELS_LINEAR_XCV_H

#include "linear.h"
#include "requant_xcv.h"

/* `layer.requant` is not read, `requant` takes its place (neither with `sums`). */
typedef struct linear_xcv {
  linear_t layer;
  requant_xcv_t requant;
} linear_xcv_t;

/* 1 when linear_xcv takes the layer: whole words of inputs; `in` and `weights` are 4-byte aligned. */
static inline int linear_xcv_fits(const linear_t *l) {
  return l->rows > 0 && l->rows % 4 == 0 && l->weights_pitch % 4 == 0;
}

/* The outputs of hart `hart` of `harts`; the caller joins them. */
void linear_xcv(const linear_xcv_t *layer, uint32_t hart, uint32_t harts);

/* Eight outputs. */
typedef struct linear_xcv_run {
  const void *in;        /*  0 */
  const int8_t *weights; /*  4: of the first of them */
  uint32_t rows;         /*  8 */
  int32_t *sums;         /* 12: [8] */
  uint32_t pitch;        /* 16: from output to output */
} linear_xcv_run_t;

/* In assembly on the target, in C elsewhere. */
void linear_xcv_u8(const linear_xcv_run_t *run);
void linear_xcv_i8(const linear_xcv_run_t *run);

#endif
