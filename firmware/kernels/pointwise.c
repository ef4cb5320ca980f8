#include "pointwise.h"

enum { TILE = 4 };

static inline int32_t tap(const void *base, uint32_t index, int is_signed) {
  return is_signed ? ((const int8_t *)base)[index] : ((const uint8_t *)base)[index];
}

/* How a tile is requantised: shift >= 32 and lower bound 0 (after ReLU), shift >= 32, shift < 32. */
enum { RELU, HIGH, LOW };

#define INLINE static inline __attribute__((always_inline))

/* 16 accumulators to 16 bytes, channel by channel so that its constants are loaded once. */
INLINE void store_as(const int32_t acc[16], uint8_t *out, uint32_t pitch, const requant_t *rq,
                     uint32_t first_col, int kind) {
  const int64_t half = (int64_t)1 << (rq->shift - 1);
  const uint32_t shift = kind == LOW ? rq->shift : rq->shift - 32;
  const int32_t lo = rq->lo, hi = rq->hi;
  const int32_t *mul = rq->mul + first_col;
  const int64_t *bias = rq->bias + first_col;
  for (uint32_t c = 0; c < TILE; c++) {
    const int32_t m = mul[c];
    const int64_t b = bias[c] + half;
    uint8_t *at = out + c;
#pragma GCC unroll 4
    for (uint32_t p = 0; p < TILE; p++, at += pitch) {
      const int32_t sum = acc[4 * p + c];
      *at = (uint8_t)(kind == RELU   ? requant_relu(sum, m, b, shift, hi)
                      : kind == HIGH ? requant_high(sum, m, b, shift, lo, hi)
                                     : requant_low(sum, m, b, shift, lo, hi));
    }
  }
}

INLINE void store_tile(const int32_t acc[16], uint8_t *out, uint32_t pitch, const requant_t *rq,
                       uint32_t first_col) {
  if (rq->shift < 32)
    store_as(acc, out, pitch, rq, first_col, LOW);
  else if (rq->lo == 0)
    store_as(acc, out, pitch, rq, first_col, RELU);
  else
    store_as(acc, out, pitch, rq, first_col, HIGH);
}

/* Shapes that no tile fits: one output at a time, outputs dealt out to the harts in turn. */
static void pointwise_plain(const pointwise_t *l, uint32_t hart, uint32_t harts) {
  const requant_t *rq = &l->requant;
  const int64_t half = (int64_t)1 << (rq->shift - 1);
  for (uint32_t c = hart; c < l->cols; c += harts)
    for (uint32_t p = 0; p < l->pixels; p++) {
      int32_t acc = 0;
      for (uint32_t r = 0; r < l->rows; r++)
        acc += tap(l->in, p * l->in_pitch + r, l->in_signed) * l->weights[c * l->rows + r];
      ((uint8_t *)l->out)[p * l->out_pitch + c] =
          (uint8_t)requant_any(acc, rq->mul[c], rq->bias[c] + half, rq->shift, rq->lo, rq->hi);
    }
}

void pointwise_cores(const pointwise_t *l, uint32_t hart, uint32_t harts) {
  if (l->rows % 8 != 0 || l->pixels < TILE || l->cols < TILE) {
    pointwise_plain(l, hart, harts);
    return;
  }
  /*
   * The tiles of all pixels and channels form one sequence that is cut evenly. Where the size is no
   * multiple of 4 the last tile overlaps the one before it and writes the same bytes again.
   */
  const uint32_t pixel_tiles = (l->pixels + TILE - 1) / TILE;
  const uint32_t col_tiles = (l->cols + TILE - 1) / TILE;
  const uint32_t total = pixel_tiles * col_tiles;
  uint32_t index = total * hart / harts;
  const uint32_t end = total * (hart + 1) / harts;
  uint32_t col_tile = index / pixel_tiles;
  uint32_t done = index % pixel_tiles;
  int32_t acc[16];

  for (; index < end; col_tile++, done = 0) {
    uint32_t col = col_tile * TILE;
    if (col + TILE > l->cols) col = l->cols - TILE;
    const int8_t *weights = l->weights + col * l->rows;
    /* Each channel tile starts at another pixel, lest all harts read the same banks in step. */
    uint32_t pixel_tile = (done + col_tile * 5) % pixel_tiles;
    for (; done < pixel_tiles && index < end; done++, index++) {
      uint32_t pixel = pixel_tile * TILE;
      if (pixel + TILE > l->pixels) pixel = l->pixels - TILE;
      const uint8_t *x = (const uint8_t *)l->in + pixel * l->in_pitch;
      if (l->in_signed)
        pointwise_tile_i8((const int8_t *)x, l->in_pitch, weights, l->rows, l->rows, acc);
      else
        pointwise_tile_u8(x, l->in_pitch, weights, l->rows, l->rows, acc);
      store_tile(acc, (uint8_t *)l->out + pixel * l->out_pitch + col, l->out_pitch, &l->requant,
                 col);
      if (++pixel_tile == pixel_tiles) pixel_tile = 0;
    }
  }
}
