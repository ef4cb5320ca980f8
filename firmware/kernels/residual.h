/* Residual addition on the harts, int8 in and out. */
#ifndef OCTOBAR_KERNELS_RESIDUAL_H
#define OCTOBAR_KERNELS_RESIDUAL_H

#include <stdint.h>

typedef struct residual {
  const int8_t *skip;   /* [count] */
  const int8_t *branch; /* [count] */
  int8_t *out;          /* [count], may be one of the inputs */
  uint32_t count;
  int32_t mul_skip, mul_branch; /* at most 20 bits, so that sums stay in 32 */
  uint32_t shift;               /* 1 to 30 */
  int32_t lo, hi;
} residual_t;

/* out = clip((skip * mul_skip + branch * mul_branch + 2^(shift-1)) >> shift, lo, hi) */
void residual_cores(const residual_t *layer, uint32_t hart, uint32_t harts);

#endif
