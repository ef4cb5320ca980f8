/*
 * The 3x3 convolution of conv3x3.h over three channels, the first layer of nearly every network, on harts
 * with CORE-V. A window has 27 bytes, so those of three neighbouring pixels fit into registers, and each
 * weight that is loaded serves three pixels. Requantisation stays within 32 bits:
 *
 *     q = clip((acc * mul[c] + bias[c] + 2^(shift-1)) >> shift, 0, 255)
 *
 * conv3x3_rgb_prepare() checks for each channel that no input can leave 32 bits.
 */
#ifndef OCTOBAR_KERNELS_CONV3X3_RGB_H
#define OCTOBAR_KERNELS_CONV3X3_RGB_H

#include "conv3x3.h"

/* One output channel. Assembly reads it as a stream of words. */
typedef struct conv3x3_rgb_channel {
  int8_t weights[28]; /* 27, and a zero */
  int32_t mul, bias;
} conv3x3_rgb_channel_t;

enum {
  CONV3X3_RGB_PIXELS = 3,        /* in registers at once */
  CONV3X3_RGB_LEAST_SCRATCH = 72 /* three rows of the windows of so many pixels */
};

/* `layer.weights` and the tables of `layer.requant` are not read, `channels` takes their place. */
typedef struct conv3x3_rgb {
  conv3x3_t layer;
  const conv3x3_rgb_channel_t *channels;
  uint8_t *scratch;       /* 4-byte aligned, `scratch_bytes` for each hart */
  uint32_t scratch_bytes; /* at least CONV3X3_RGB_LEAST_SCRATCH; some hundred are better */
} conv3x3_rgb_t;

/* 1 when conv3x3_rgb takes the shape. */
static inline int conv3x3_rgb_fits(const conv3x3_t *l) {
  return l->in_c == 3 && l->out_w >= CONV3X3_RGB_PIXELS && (l->stride == 1 || l->stride == 2) &&
         l->requant.lo == 0 && l->requant.hi == 255 && l->requant.shift >= 1 && l->requant.shift <= 31;
}

/*
 * Fills `table`, one entry per output channel, once when a layer is loaded. Returns 0 when for some input a
 * sum would leave 32 bits: then the layer needs another kernel.
 */
int conv3x3_rgb_prepare(const conv3x3_t *l, conv3x3_rgb_channel_t *table);

/* The output pixels of hart `hart` of `harts`; the caller joins them. */
void conv3x3_rgb(const conv3x3_rgb_t *layer, uint32_t hart, uint32_t harts);

/* Triples of neighbouring pixels in one row. Assembly reads it by offsets. */
typedef struct conv3x3_rgb_run {
  const uint8_t *in;  /* first byte of the first window */
  uint32_t in_pitch;  /* from row to row of a window */
  uint32_t in_step;   /* from window to window */
  const conv3x3_rgb_channel_t *table;
  uint8_t *out;       /* first pixel */
  uint32_t channels;  /* of the output, at least 1 */
  uint32_t shift;
  uint32_t triples;   /* at least 1 */
} conv3x3_rgb_run_t;

void conv3x3_rgb_u8(const conv3x3_rgb_run_t *run);
void conv3x3_rgb_i8(const conv3x3_rgb_run_t *run);

#endif
