#include "pulpnn.h"

#include "requant_xcv_c.h"

#ifndef __riscv
#include <string.h>
#endif

enum { CHANNELS = 4, TAPS = 9 };

/* Planes of the channels of a group, one after the other. The first byte of the input is aligned. */
typedef struct plane {
  uint32_t begin;   /* bytes before the first row, padding included */
  uint32_t data;    /* bytes before the first byte of the input */
  uint32_t bytes;   /* of the input */
  uint32_t below;   /* zeros behind it, and what a word may read behind those */
  uint32_t pitch;   /* from channel to channel */
} plane_t;

static plane_t plane_of(const depthwise_t *l) {
  const uint32_t top = l->pad_top * l->in_w, data = (top + 3) / 4 * 4;
  const uint32_t bytes = l->in_h * l->in_w;
  const uint32_t needed = (l->out_h - 1) * l->stride + 3, given = l->in_h + l->pad_top;
  const uint32_t below = (needed > given ? needed - given : 0) * l->in_w + 4;
  const plane_t p = {data - top, data, bytes, below, (data + bytes + below + 3) / 4 * 4};
  return p;
}

/* im2col of stride 2: 3 bytes of each row of a plane, and what a word writes behind them. */
static uint32_t column_bytes(const depthwise_t *l) {
  return ((l->out_h - 1) * l->stride + 3) * 3 + 4;
}

uint32_t pulpnn_depthwise_scratch(const depthwise_t *l) {
  return CHANNELS * plane_of(l).pitch + (l->stride == 2 ? (column_bytes(l) + 3) / 4 * 4 : 0);
}

/* HWC to CHW: the gathering of depthwise_xcv.c, with four neighbouring pixels for its four rows. */
static void planes(const depthwise_t *l, uint32_t channel, const plane_t *p, uint8_t *to) {
  const uint32_t step = l->channels, pixels = p->bytes;
  const uint8_t *in = (const uint8_t *)l->in + channel;
  for (uint32_t k = 0; k < CHANNELS; k++)
    for (uint32_t n = 0; n < p->data / 4; n++) ((uint32_t *)(to + k * p->pitch))[n] = 0;
  if (l->in_row_pitch == l->in_w * step) {
    const depthwise_xcv_gather_t block = {.row = {in, in + step, in + 2 * step, in + 3 * step},
                                          .step = {4 * step, 4 * step, 4 * step},
                                          .to = (uint32_t *)(to + p->data),
                                          .pitch = p->pitch,
                                          .columns = pixels / 4,
                                          .pairs = 1};
    depthwise_xcv_gather(&block);
  }
  const uint32_t done = l->in_row_pitch == l->in_w * step ? pixels / 4 * 4 : 0;
  for (uint32_t k = 0; k < CHANNELS; k++) {
    uint8_t *plane = to + k * p->pitch + p->data;
    for (uint32_t n = done; n < pixels; n++)
      plane[n] = in[n / l->in_w * l->in_row_pitch + n % l->in_w * step + k];
    uint32_t n = pixels;
    for (; n % 4 != 0; n++) plane[n] = 0;
    for (; n < pixels + p->below; n += 4) *(uint32_t *)(plane + n) = 0;
  }
}

/* Three taps of a row of the filter as bytes 0 to 2. */
static uint32_t filter_row(const int8_t *w, uint32_t channels, uint32_t row) {
  w += 3 * row * channels;
  return (uint8_t)w[0] | (uint32_t)(uint8_t)w[channels] << 8 |
         (uint32_t)(uint8_t)w[2 * channels] << 16;
}

static void stride1(const depthwise_xcv_t *layer, uint32_t c, const uint8_t *plane) {
  const depthwise_t *l = &layer->layer;
  pulpnn_rows_t run = {.from = plane,
                       .out = (uint8_t *)l->out + c,
                       .step = l->channels,
                       .width = l->in_w,
                       .rows = l->out_h,
                       .channel = &layer->requant.channels[c],
                       .shift = layer->requant.shift,
                       .range = layer->requant.range,
                       .lo4 = layer->requant.lo4};
  for (uint32_t row = 0; row < 3; row++) {
    const uint32_t taps = filter_row(l->weights + c, l->channels, row);
    run.left[row] = taps >> 8;
    run.right[row] = taps & 0xffff;
    run.first[row] = taps;
    run.second[row] = taps << 8;
  }
  (l->in_signed ? pulpnn_rows_i8 : pulpnn_rows_u8)(&run);
}

#ifdef __riscv
static inline uint32_t load(const uint8_t *at) {
  uint32_t word;
  __asm__ volatile("lw %0, 0(%1)" : "=r"(word) : "r"(at) : "memory");
  return word;
}
static inline void store(uint8_t *at, uint32_t word) {
  __asm__ volatile("sw %0, 0(%1)" : : "r"(word), "r"(at) : "memory");
}
#else
static inline uint32_t load(const uint8_t *at) {
  uint32_t word;
  memcpy(&word, at, sizeof(word));
  return word;
}
static inline void store(uint8_t *at, uint32_t word) { memcpy(at, &word, sizeof(word)); }
#endif

/* A column of outputs at a time: its input columns side by side, then nine bytes in a row for each output. */
static void generic(const depthwise_xcv_t *layer, uint32_t c, const uint8_t *plane, uint8_t *column) {
  const depthwise_t *l = &layer->layer;
  const requant_xcv_channel_t *channel = &layer->requant.channels[c];
  const uint32_t shift = layer->requant.shift, range = layer->requant.range;
  const uint32_t rows = (l->out_h - 1) * l->stride + 3, width = l->in_w;
  uint8_t taps[12];
  for (uint32_t t = 0; t < TAPS; t++) taps[t] = (uint8_t)l->weights[t * l->channels + c];
  const uint32_t w0 = load(taps), w1 = load(taps + 4);
  const int32_t w2 = (int8_t)taps[8];
  for (uint32_t x = 0; x < l->out_w; x++) {
    /* Columns outside are masked; the word is read from inside of the row. */
    const uint32_t left = x * l->stride - l->pad_left;
    const uint32_t outside = left >= width;
    uint32_t mask = outside ? 0xffff00 : 0xffffff;
    if (!outside && left + 3 > width) mask >>= 8 * (left + 3 - width);
    const uint8_t *from = plane + (outside ? 0 : left);
    uint8_t *to = column;
    for (uint32_t r = 0; r < rows; r++, to += 3, from += width)
      store(to, load(from) << 8 * outside & mask);
    uint8_t *out = (uint8_t *)l->out + x * l->channels + c;
    for (uint32_t y = 0; y < l->out_h; y++, out += l->out_w * l->channels) {
      const uint8_t *v = column + y * l->stride * 3;
      const int32_t last = l->in_signed ? (int8_t)v[8] : v[8];
      uint32_t sum = (uint32_t)(last * w2);
      if (l->in_signed)
        sum = cv_sdotsp_b(cv_sdotsp_b(sum, load(v), w0), load(v + 4), w1);
      else
        sum = cv_sdotusp_b(cv_sdotusp_b(sum, load(v), w0), load(v + 4), w1);
      *out = (uint8_t)(requant_xcv(sum, channel, shift, range) + layer->requant.lo4);
    }
  }
}

void pulpnn_depthwise(const depthwise_xcv_t *layer, uint32_t hart, uint32_t harts) {
  const depthwise_t *l = &layer->layer;
  const plane_t p = plane_of(l);
  uint8_t *scratch = layer->scratch + hart * layer->scratch_bytes;
  const uint32_t groups = l->channels / CHANNELS, chunk = (groups + harts - 1) / harts;
  for (uint32_t group = hart * chunk; group < groups && group < (hart + 1) * chunk; group++) {
    planes(l, CHANNELS * group, &p, scratch);
    for (uint32_t k = 0; k < CHANNELS; k++) {
      const uint8_t *plane = scratch + k * p.pitch + p.begin;
      if (l->stride == 1)
        stride1(layer, CHANNELS * group + k, plane);
      else
        generic(layer, CHANNELS * group + k, plane, scratch + CHANNELS * p.pitch);
    }
  }
}
