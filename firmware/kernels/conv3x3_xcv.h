/* The 3x3 convolution of conv3x3.h on harts with CORE-V (--isa rv32imc_xcv). */
#ifndef OCTOBAR_KERNELS_CONV3X3_XCV_H
#define OCTOBAR_KERNELS_CONV3X3_XCV_H

#include "conv3x3.h"
#include "requant_xcv.h"

/* `layer.requant` is not read, `requant` takes its place. */
typedef struct conv3x3_xcv {
  conv3x3_t layer;
  requant_xcv_t requant;
  uint8_t *scratch;       /* 4-byte aligned, `scratch_bytes` for each hart */
  uint32_t scratch_bytes; /* a multiple of conv3x3_xcv_least_scratch(); 8 times that is plenty */
} conv3x3_xcv_t;

/* Bytes of scratch for the windows of four output pixels. */
static inline uint32_t conv3x3_xcv_least_scratch(const conv3x3_t *l) {
  return 4 * CONV3X3_WEIGHTS_PITCH(l->in_c);
}

/* 1 when conv3x3_xcv takes the layer: `out` and `weights` 4-byte aligned, whole words of output channels. */
static inline int conv3x3_xcv_fits(const conv3x3_t *l) {
  return l->out_c >= 4 && l->out_c % 4 == 0 && l->out_h * l->out_w >= 4 &&
         (l->stride == 1 || l->stride == 2);
}

/* The output pixels of hart `hart` of `harts`; the caller joins them. */
void conv3x3_xcv(const conv3x3_xcv_t *layer, uint32_t hart, uint32_t harts);

#endif
