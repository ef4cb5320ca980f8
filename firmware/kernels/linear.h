/* Fully connected layer on the harts: out[c] = requant(sum over r of in[r] * weights[c][r]). */
#ifndef OCTOBAR_KERNELS_LINEAR_H
#define OCTOBAR_KERNELS_LINEAR_H

#include <stddef.h>
#include <stdint.h>

#include "requant.h"

/* Any slice of the outputs is a layer of its own: move `out`, `weights` and the tables. */
typedef struct linear {
  const void *in;        /* [rows], 8-bit, signed or not */
  void *out;             /* [cols], 8-bit; not read when `sums` is there */
  int32_t *sums;         /* NULL, or [cols]: accumulators as they are, for whoever ranks logits */
  const int8_t *weights; /* [cols][rows], outputs linear_pitch() bytes apart */
  uint32_t rows, cols;
  /*
   * 0: outputs follow each other. Else bytes from output to output; rows + 8 where rows is a multiple of 128 (words
   * of one bank below each other), so that the eight streams of a hart lie in different banks.
   */
  uint32_t weights_pitch;
  int in_signed;
  requant_t requant; /* not read when `sums` is there */
} linear_t;

static inline uint32_t linear_pitch(const linear_t *l) {
  return l->weights_pitch == 0 ? l->rows : l->weights_pitch;
}

/* The outputs of hart `hart` of `harts`; the caller joins them. */
void linear_cores(const linear_t *layer, uint32_t hart, uint32_t harts);

#endif
