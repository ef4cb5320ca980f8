/* The residual addition of residual.h on harts with CORE-V (--isa rv32imc_xcv). */
#ifndef OCTOBAR_KERNELS_RESIDUAL_XCV_H
#define OCTOBAR_KERNELS_RESIDUAL_XCV_H

#include "residual.h"

/* The part of hart `hart` of `harts`; the caller joins them. Any layer that residual_cores takes. */
void residual_xcv(const residual_t *layer, uint32_t hart, uint32_t harts);

/* Whole words. */
typedef struct residual_xcv_run {
  const int8_t *skip, *branch;     /*  0, 4 */
  int8_t *out;                     /*  8 */
  uint32_t words;                  /* 12: at least 1 */
  int32_t mul_skip, mul_branch;    /* 16, 20 */
  uint32_t shift;                  /* 24 */
  int32_t lo, hi;                  /* 28, 32 */
} residual_xcv_run_t;

/* In assembly on the target, in C elsewhere. */
void residual_xcv_words(const residual_xcv_run_t *run);

#endif
