/*
 * The kernels of PULP-NN (Garofalo et al., arXiv 1908.11263; github.com/pulp-platform/pulp-nn), written anew from
 * their description as a baseline: its loops, blocking, layouts and split of the work, hand-scheduled. Two things
 * differ, both in its favour or forced by our layers: the 64-bit requantisation per output takes 7 cycles instead of
 * a compiled 64-bit multiplication, and inputs may be signed. docs/kernels.md compares.
 */
#ifndef OCTOBAR_KERNELS_PULPNN_H
#define OCTOBAR_KERNELS_PULPNN_H

#include "depthwise_xcv.h"
#include "pointwise_xcv.h"
#include "residual.h"

/*
 * 1x1 convolution: 4 output channels by 2 pixels, each hart a chunk of whole rows of `width` pixels, ceil(rows / harts)
 * of them, so that with 14 rows seven harts have two and one has none. Takes what pointwise_xcv_fits, with whole
 * groups of 4 output channels.
 */
void pulpnn_pointwise(const pointwise_xcv_t *layer, uint32_t width, uint32_t hart, uint32_t harts);

/*
 * 3x3 depth-wise convolution with padding 1 left and, at stride 1, right. The kernels read CHW and write HWC, so each
 * hart brings its channels into CHW first, four at a time into its scratch. Stride 1 computes two outputs at a time
 * from words that hold four pixels of a row; stride 2 is the generic kernel, with an im2col buffer for a column of
 * outputs. A hart has ceil(channels / harts) of the channels, rounded to groups of four.
 */
void pulpnn_depthwise(const depthwise_xcv_t *layer, uint32_t hart, uint32_t harts);

/* Bytes of scratch of each hart, for `scratch_bytes`. */
uint32_t pulpnn_depthwise_scratch(const depthwise_t *layer);

/* 1 when pulpnn_depthwise takes the layer. */
static inline int pulpnn_depthwise_fits(const depthwise_t *l) {
  return l->channels % 4 == 0 && l->in_w >= 4 && l->pad_top <= 1 && l->pad_left <= 1 &&
         (l->stride == 2 || (l->stride == 1 && l->pad_left == 1 && l->out_w == l->in_w));
}

/* Residual addition byte by byte, each hart a chunk of `row_bytes` rows. */
void pulpnn_add(const residual_t *layer, uint32_t row_bytes, uint32_t hart, uint32_t harts);

/* Two pixels, or one, by all output channels. */
typedef struct pulpnn_matmul {
  const void *in;          /*  0 */
  const int8_t *weights;   /*  4 */
  uint32_t in_pitch;       /*  8 */
  uint32_t rows;           /* 12 */
  uint8_t *out;            /* 16 */
  uint32_t out_pitch;      /* 20 */
  uint32_t groups;         /* 24: of four channels */
  const requant_xcv_channel_t *channels; /* 28 */
  uint32_t shift, range;   /* 32, 36 */
  uint32_t lo4;            /* 40 */
} pulpnn_matmul_t;

/* All rows of one channel, stride 1. */
typedef struct pulpnn_rows {
  const uint8_t *from;     /*  0: first row of the plane, padding included */
  uint8_t *out;            /*  4 */
  uint32_t step;           /*  8: from output to output */
  uint32_t width;          /* 12 */
  uint32_t rows;           /* 16 */
  uint32_t left[3];        /* 20: filter rows for the first output of a row, */
  uint32_t right[3];       /* 32: for the last, */
  uint32_t first[3];       /* 44: for the first of two, */
  uint32_t second[3];      /* 56: and for the second */
  const requant_xcv_channel_t *channel; /* 68 */
  uint32_t shift, range;   /* 72, 76 */
  uint32_t lo4;            /* 80 */
} pulpnn_rows_t;

typedef struct pulpnn_sum {
  const int8_t *skip, *branch;  /*  0, 4 */
  int8_t *out;                  /*  8 */
  uint32_t count;               /* 12: at least 1 */
  int32_t mul_skip, mul_branch; /* 16, 20 */
  uint32_t shift;               /* 24 */
  int32_t lo, hi;               /* 28, 32 */
} pulpnn_sum_t;

/* In assembly on the target, in C elsewhere. */
void pulpnn_matmul_u8(const pulpnn_matmul_t *run);
void pulpnn_matmul_i8(const pulpnn_matmul_t *run);
void pulpnn_single_u8(const pulpnn_matmul_t *run);
void pulpnn_single_i8(const pulpnn_matmul_t *run);
void pulpnn_rows_u8(const pulpnn_rows_t *run);
void pulpnn_rows_i8(const pulpnn_rows_t *run);
void pulpnn_sum(const pulpnn_sum_t *run);

#endif
