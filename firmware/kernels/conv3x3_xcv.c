/*
 * Windows of as many output pixels as the scratch holds are laid out one after the other, a whole number of words
 * each; what remains is the 1x1 convolution of pointwise_xcv.h over windows instead of pixels.
 */
#include "conv3x3_xcv.h"

#include "pointwise_xcv.h"
#include "unaligned.h"

enum { TILE = 4 };

/* A row of a window that lies inside: 3 * in_c bytes. */
static inline void copy_row(uint8_t *to, const uint8_t *from, uint32_t bytes) {
  if (bytes == 9) {
    copy_nine(to, from);
    return;
  }
  uint32_t n = 0;
  for (; n + 4 <= bytes; n += 4) copy_word(to + n, from + n);
  for (; n < bytes; n++) to[n] = from[n];
}

/* A row of a window of which a part lies outside. */
static void border_row(const conv3x3_t *l, uint32_t row, uint32_t left, uint8_t *to) {
  for (uint32_t c = left; c != left + 3; c++, to += l->in_c) {
    /* Above and left of the tensor these wrap around, and are outside as well. */
    const int inside = row < l->in_h && c < l->in_w;
    const uint8_t *from =
        (const uint8_t *)l->in + (inside ? row * l->in_row_pitch + c * l->in_c : 0);
    for (uint32_t n = 0; n < l->in_c; n++) to[n] = inside ? from[n] : (uint8_t)l->pad_value;
  }
}

static void fill(uint8_t *to, uint32_t value, uint32_t bytes) {
  for (uint32_t n = 0; n < bytes; n++) to[n] = (uint8_t)value;
}

/* A window at the border: whole rows that lie inside or outside need no look at their columns. */
static void border_window(const conv3x3_t *l, uint32_t top, uint32_t left, const uint8_t *from,
                          uint8_t *to) {
  const uint32_t bytes = 3 * l->in_c;
  const int across = left >= l->in_w || left + 2 >= l->in_w;
  for (uint32_t r = top; r != top + 3; r++, to += bytes, from += l->in_row_pitch) {
    if (r >= l->in_h)
      fill(to, (uint32_t)l->pad_value, bytes);
    else if (across)
      border_row(l, r, left, to);
    else
      copy_row(to, from, bytes);
  }
}

/* Windows of the output pixels from `pixel` on. */
static void windows(const conv3x3_t *l, uint32_t pixel, uint32_t count, uint8_t *to) {
  /* In registers: whatever is read through `l` is read again behind each copy. */
  const uint32_t in_h = l->in_h, in_w = l->in_w, out_w = l->out_w, stride = l->stride;
  const uint32_t in_pitch = l->in_row_pitch, bytes = 3 * l->in_c;
  const uint32_t pitch = CONV3X3_WEIGHTS_PITCH(l->in_c), step = stride * l->in_c;
  uint32_t x = pixel % out_w;
  uint32_t top = pixel / out_w * stride - l->pad_top;
  for (; count > 0; x = 0, top += stride) {
    uint32_t left = x * stride - l->pad_left;
    /* Before the tensor where the window begins outside of it. */
    const uint8_t *from =
        (const uint8_t *)l->in + (int32_t)(top * in_pitch) + (int32_t)(left * l->in_c);
    const int inside = top < in_h && top + 2 < in_h;
    for (; x < out_w && count > 0; x++, count--, to += pitch, left += stride, from += step) {
      if (!inside || left >= in_w || left + 2 >= in_w) {
        border_window(l, top, left, from, to);
      } else if (bytes == 9) {
        copy_nine(to, from);
        copy_nine(to + 9, from + in_pitch);
        copy_nine(to + 18, from + 2 * in_pitch);
      } else {
        copy_row(to, from, bytes);
        copy_row(to + bytes, from + in_pitch, bytes);
        copy_row(to + 2 * bytes, from + 2 * in_pitch, bytes);
      }
    }
  }
}

void conv3x3_xcv(const conv3x3_xcv_t *layer, uint32_t hart, uint32_t harts) {
  const conv3x3_t *l = &layer->layer;
  const uint32_t pitch = CONV3X3_WEIGHTS_PITCH(l->in_c);
  const uint32_t pixels = l->out_h * l->out_w;
  const uint32_t at_once = layer->scratch_bytes / pitch / TILE * TILE;
  uint8_t *scratch = layer->scratch + hart * layer->scratch_bytes;
  /* The words behind the windows meet weights of 0, but must not be read before they were written. */
  for (uint32_t n = 0; n < at_once * pitch / 4; n++) ((uint32_t *)scratch)[n] = 0;
  pointwise_xcv_run_t run = {.in = scratch,
                             .in_pitch = pitch,
                             .rows = pitch,
                             .out_pitch = l->out_c,
                             .shift = layer->requant.shift,
                             .range = layer->requant.range,
                             .lo4 = layer->requant.lo4};
  void (*const kernel)(const pointwise_xcv_run_t *) =
      l->in_signed ? pointwise_xcv_i8 : pointwise_xcv_u8;
  const uint32_t tiles = (pixels + TILE - 1) / TILE;
  const uint32_t end = tiles * (hart + 1) / harts * TILE;
  for (uint32_t pixel = tiles * hart / harts * TILE; pixel < end;) {
    uint32_t count = end - pixel < at_once ? end - pixel : at_once;
    uint32_t next = pixel + count;
    /* The last tile overlaps the one before it and writes the same bytes again. */
    if (next > pixels) {
      if (count > TILE)
        count -= TILE, next -= TILE;
      else
        pixel = pixels - TILE;
    }
    windows(l, pixel, count, scratch);
    run.tiles = count / TILE;
    for (uint32_t c = 0; c < l->out_c; c += TILE) {
      run.weights = l->weights + c * pitch;
      run.channels = layer->requant.channels + c;
      run.out = (uint8_t *)l->out + pixel * l->out_c + c;
      kernel(&run);
    }
    pixel = next;
  }
}
