#include "conv3x3_rgb.h"

#include "unaligned.h"

enum { CHANNELS = 3, TAPS = 27 };

static int fits32(int64_t value) { return value >= INT32_MIN && value <= INT32_MAX; }

int conv3x3_rgb_prepare(const conv3x3_t *l, conv3x3_rgb_channel_t *table) {
  const int32_t least = l->in_signed ? -128 : 0, most = l->in_signed ? 127 : 255;
  const int64_t half = (int64_t)1 << (l->requant.shift - 1);
  for (uint32_t c = 0; c < l->out_c; c++) {
    const int8_t *weights = l->weights + c * CONV3X3_WEIGHTS_PITCH(CHANNELS);
    const int64_t mul = l->requant.mul[c], bias = l->requant.bias[c];
    int32_t low = 0, high = 0;
    for (uint32_t tap = 0; tap < TAPS; tap++) {
      const int32_t a = weights[tap] * least, b = weights[tap] * most;
      low += a < b ? a : b;
      high += a < b ? b : a;
      table[c].weights[tap] = weights[tap];
    }
    table[c].weights[TAPS] = 0;
    /* The product, and the sum that is shifted, at both ends of the accumulator. */
    if (!fits32(low * mul) || !fits32(high * mul) || !fits32(low * mul + bias + half) ||
        !fits32(high * mul + bias + half) || !fits32(bias))
      return 0;
    table[c].mul = (int32_t)mul;
    table[c].bias = (int32_t)bias;
  }
  return 1;
}

static inline uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

static void fill(uint8_t *to, uint32_t value, uint32_t bytes) {
  for (uint32_t n = 0; n < bytes; n++) to[n] = (uint8_t)value;
}

static void copy(uint8_t *to, const uint8_t *from, uint32_t bytes) {
  uint32_t n = 0;
  for (; n + 4 <= bytes; n += 4) copy_word(to + n, from + n);
  for (; n < bytes; n++) to[n] = from[n];
}

/* Three rows of `columns` pixels, part of them outside, as a tensor of its own. */
static void patch(const conv3x3_t *l, uint32_t top, int32_t left, uint32_t columns, uint8_t *to,
                  uint32_t pitch) {
  const uint32_t before = left < 0 ? smaller((uint32_t)-left, columns) : 0;
  const uint32_t from = (uint32_t)(left + (int32_t)before);
  const uint32_t inside = from < l->in_w ? smaller(l->in_w - from, columns - before) : 0;
  const uint32_t pad = (uint32_t)l->pad_value;
  for (uint32_t row = top; row != top + 3; row++, to += pitch) {
    /* Above the tensor this wraps around, and is outside as well. */
    if (row >= l->in_h) {
      fill(to, pad, columns * CHANNELS);
      continue;
    }
    fill(to, pad, before * CHANNELS);
    copy(to + before * CHANNELS,
         (const uint8_t *)l->in + row * l->in_row_pitch + from * CHANNELS, inside * CHANNELS);
    fill(to + (before + inside) * CHANNELS, pad, (columns - before - inside) * CHANNELS);
  }
}

/* Triples of a row of the output, all harts together. */
typedef struct row {
  uint32_t across;      /* the last one may overlap the one before and writes the same bytes again */
  uint32_t whole;       /* that do not */
  uint32_t first, last; /* from `first` on, below `last` all columns of the windows are inside */
  uint32_t patches;     /* at most so many are computed from one patch */
} row_t;

static row_t row_of(const conv3x3_rgb_t *layer) {
  const conv3x3_t *l = &layer->layer;
  const uint32_t reach = (CONV3X3_RGB_PIXELS - 1) * l->stride + 3, right = l->in_w + l->pad_left;
  const uint32_t columns = layer->scratch_bytes / 3 / 4 * 4 / CHANNELS;
  row_t r = {.across = (l->out_w + CONV3X3_RGB_PIXELS - 1) / CONV3X3_RGB_PIXELS,
             .whole = l->out_w / CONV3X3_RGB_PIXELS,
             .first = l->pad_left > 0,
             .patches = ((columns - 3) / l->stride + 1) / CONV3X3_RGB_PIXELS};
  if (right >= reach) r.last = smaller((right - reach) / (CONV3X3_RGB_PIXELS * l->stride) + 1, r.whole);
  return r;
}

void conv3x3_rgb(const conv3x3_rgb_t *layer, uint32_t hart, uint32_t harts) {
  const conv3x3_t *l = &layer->layer;
  const row_t row = row_of(layer);
  const uint32_t out_w = l->out_w, stride = l->stride;
  uint8_t *scratch = layer->scratch + hart * layer->scratch_bytes;
  void (*const kernel)(const conv3x3_rgb_run_t *) = l->in_signed ? conv3x3_rgb_i8 : conv3x3_rgb_u8;
  conv3x3_rgb_run_t run = {.in_step = stride * CHANNELS,
                           .table = layer->channels,
                           .channels = l->out_c,
                           .shift = l->requant.shift};
  const uint32_t end = l->out_h * row.across * (hart + 1) / harts;
  uint32_t triple = l->out_h * row.across * hart / harts;
  uint32_t y = triple / row.across, k = triple % row.across;
  while (triple < end) {
    const uint32_t top = y * stride - l->pad_top;
    const uint32_t x = k < row.whole ? k * CONV3X3_RGB_PIXELS : out_w - CONV3X3_RGB_PIXELS;
    const int32_t left = (int32_t)(x * stride) - (int32_t)l->pad_left;
    const int inside = top < l->in_h && top + 2 < l->in_h;
    if (inside && k >= row.first && k < row.last) {
      run.triples = smaller(row.last - k, end - triple);
      run.in = (const uint8_t *)l->in + top * l->in_row_pitch + (uint32_t)left * CHANNELS;
      run.in_pitch = l->in_row_pitch;
    } else {
      run.triples = 1;
      if (k < row.whole) {
        const uint32_t stop = inside && k < row.first ? row.first : row.whole;
        run.triples = smaller(smaller(stop - k, row.patches), end - triple);
      }
      run.in = scratch;
      run.in_pitch = layer->scratch_bytes / 3 / 4 * 4;
      patch(l, top, left, (run.triples * CONV3X3_RGB_PIXELS - 1) * stride + 3, scratch, run.in_pitch);
    }
    run.out = (uint8_t *)l->out + (y * out_w + x) * l->out_c;
    kernel(&run);
    triple += run.triples;
    k += run.triples;
    if (k == row.across) k = 0, y++;
  }
}

#ifndef __riscv

#include <string.h>

#include "../hal/xcv.h"

/* conv3x3_rgb_tile.S in C for machines that are not the target. */
static uint32_t word(const void *at) {
  uint32_t bytes;
  memcpy(&bytes, at, sizeof(bytes));
  return bytes;
}

static void window(const conv3x3_rgb_run_t *run, const uint8_t *at, uint8_t *to) {
  for (uint32_t r = 0; r < 3; r++) memcpy(to + 9 * r, at + r * run->in_pitch, 9);
  to[TAPS] = 0;
}

static void tile(const conv3x3_rgb_run_t *run, int is_signed) {
  for (uint32_t p = 0; p < CONV3X3_RGB_PIXELS * run->triples; p++) {
    uint8_t x[TAPS + 1];
    window(run, run->in + p * run->in_step, x);
    for (uint32_t c = 0; c < run->channels; c++) {
      const conv3x3_rgb_channel_t *channel = &run->table[c];
      uint32_t acc = 0;
      for (uint32_t n = 0; n <= TAPS; n += 4)
        acc = is_signed ? cv_sdotsp_b(acc, word(x + n), word(channel->weights + n))
                        : cv_sdotusp_b(acc, word(x + n), word(channel->weights + n));
      const int32_t product = (int32_t)acc * channel->mul;
      const int32_t sum = product + channel->bias + (1 << (run->shift - 1));
      const int32_t q = sum >> run->shift;
      run->out[p * run->channels + c] = (uint8_t)(q < 0 ? 0 : q > 255 ? 255 : q);
    }
  }
}

void conv3x3_rgb_u8(const conv3x3_rgb_run_t *run) { tile(run, 0); }
void conv3x3_rgb_i8(const conv3x3_rgb_run_t *run) { tile(run, 1); }

#endif
