#include "depthwise.h"

/* Output rows of one channel that have the same taps. */
typedef struct band {
  const uint8_t *row[3]; /* column 0 of the three input rows of the first output row */
  uint8_t *out;
  int32_t w[9];
  uint32_t step;     /* bytes from column to column */
  uint32_t in_step;  /* bytes from the input rows of one output row to those of the next */
  uint32_t out_step; /* bytes from output row to output row */
  uint32_t rows, in_w, out_w;
  int pad_left;
} band_t;

typedef struct rescale {
  int32_t mul;
  int64_t bias; /* rounding included */
  uint32_t shift;
  int32_t lo, hi;
} rescale_t;

#define INLINE static inline __attribute__((always_inline))

INLINE int32_t byte_at(const uint8_t *p, int is_signed) { return is_signed ? (int8_t)*p : *p; }

/* How a kernel requantises: shift >= 32 and lower bound 0 (after ReLU), shift >= 32, shift < 32. */
enum { RELU, HIGH, LOW };

INLINE uint8_t finish(int32_t acc, const rescale_t *q, int kind) {
  if (kind == LOW) return (uint8_t)requant_low(acc, q->mul, q->bias, q->shift, q->lo, q->hi);
  if (kind == HIGH) return (uint8_t)requant_high(acc, q->mul, q->bias, q->shift, q->lo, q->hi);
  return (uint8_t)requant_relu(acc, q->mul, q->bias, q->shift, q->hi);
}

/*
 * Stride 1. Each input column is read once: it ends output x - 1 (right taps), continues output x
 * (middle taps) and begins output x + 1 (left taps), so only two accumulators live on.
 */
INLINE void band_stride1(const band_t *band, const rescale_t q, int is_signed, int kind) {
  const int32_t w0 = band->w[0], w1 = band->w[1], w2 = band->w[2], w3 = band->w[3],
                w4 = band->w[4], w5 = band->w[5], w6 = band->w[6], w7 = band->w[7],
                w8 = band->w[8];
  const uint32_t step = band->step;
  /* Without padding the first output begins one column later. */
  const int lead = !band->pad_left;
  const uint32_t prime = lead && band->in_w > 1 ? 2 : 1;
  const uint32_t rest = band->in_w - prime;
  const uint32_t full = band->out_w < rest ? band->out_w : rest;
  uint32_t in_offset = 0;
  uint8_t *out_row = band->out;
  for (uint32_t y = 0; y < band->rows; y++) {
    const uint8_t *top = band->row[0] + in_offset, *mid = band->row[1] + in_offset,
                  *bottom = band->row[2] + in_offset;
    uint8_t *out = out_row;
    int32_t centre = 0, left = 0;
    if (__builtin_expect(lead, 0)) {
      left = byte_at(top, is_signed) * w0 + byte_at(mid, is_signed) * w3 +
             byte_at(bottom, is_signed) * w6;
      centre = left;
      top += step, mid += step, bottom += step;
    }
    if (!lead || prime == 2) {
      const int32_t a = byte_at(top, is_signed), b = byte_at(mid, is_signed),
                    c = byte_at(bottom, is_signed);
      centre = left + a * w1 + b * w4 + c * w7;
      left = a * w0 + b * w3 + c * w6;
      top += step, mid += step, bottom += step;
    }
    for (uint8_t *end = out + full * step; out != end; out += step) {
      const int32_t a = byte_at(top, is_signed), b = byte_at(mid, is_signed),
                    c = byte_at(bottom, is_signed);
      const int32_t acc = centre + a * w2 + b * w5 + c * w8;
      centre = left + a * w1 + b * w4 + c * w7;
      left = a * w0 + b * w3 + c * w6;
      top += step, mid += step, bottom += step;
      *out = finish(acc, &q, kind);
    }
    /* Right of the edge everything is zero. */
    for (uint32_t i = full; i < band->out_w; i++, out += step) {
      *out = finish(centre, &q, kind);
      centre = left;
      left = 0;
    }
    in_offset += band->in_step;
    out_row += band->out_step;
  }
}

/* Stride 2. Neighbouring outputs share one column: right taps of the one, left taps of the next. */
INLINE void band_stride2(const band_t *band, const rescale_t q, int is_signed, int kind) {
  const int32_t w0 = band->w[0], w1 = band->w[1], w2 = band->w[2], w3 = band->w[3],
                w4 = band->w[4], w5 = band->w[5], w6 = band->w[6], w7 = band->w[7],
                w8 = band->w[8];
  const uint32_t step = band->step;
  const uint32_t prime = band->pad_left ? 0 : 1;
  const uint32_t pairs = (band->in_w - prime) / 2;
  const uint32_t full = pairs < band->out_w ? pairs : band->out_w;
  const uint32_t single = band->in_w - prime - 2 * full;
  uint32_t in_offset = 0;
  uint8_t *out_row = band->out;
  for (uint32_t y = 0; y < band->rows; y++) {
    const uint8_t *top = band->row[0] + in_offset, *mid = band->row[1] + in_offset,
                  *bottom = band->row[2] + in_offset;
    uint8_t *out = out_row;
    int32_t left = 0;
    if (prime) {
      left = byte_at(top, is_signed) * w0 + byte_at(mid, is_signed) * w3 +
             byte_at(bottom, is_signed) * w6;
      top += step, mid += step, bottom += step;
    }
    for (uint8_t *end = out + full * step; out != end; out += step) {
      int32_t acc = left + byte_at(top, is_signed) * w1 + byte_at(mid, is_signed) * w4 +
                    byte_at(bottom, is_signed) * w7;
      top += step, mid += step, bottom += step;
      const int32_t a = byte_at(top, is_signed), b = byte_at(mid, is_signed),
                    c = byte_at(bottom, is_signed);
      acc += a * w2 + b * w5 + c * w8;
      left = a * w0 + b * w3 + c * w6;
      top += step, mid += step, bottom += step;
      *out = finish(acc, &q, kind);
    }
    /* At the right edge a middle column may be left; the column behind it is zero. */
    uint32_t middle = single;
    for (uint32_t i = full; i < band->out_w; i++, out += step) {
      int32_t acc = left;
      if (middle)
        acc += byte_at(top, is_signed) * w1 + byte_at(mid, is_signed) * w4 +
               byte_at(bottom, is_signed) * w7;
      middle = 0, left = 0;
      *out = finish(acc, &q, kind);
    }
    in_offset += band->in_step;
    out_row += band->out_step;
  }
}

/* One function for each kind, so that the inner loops hold no decision. */
typedef void band_kernel(const band_t *band, const rescale_t *q);
#define BAND_KERNEL(name, stride, is_signed, kind)                                     \
  static __attribute__((noinline)) void name(const band_t *band, const rescale_t *q) { \
    band_stride##stride(band, *q, is_signed, kind);                                    \
  }
BAND_KERNEL(s1_u8_relu, 1, 0, RELU)
BAND_KERNEL(s1_i8_relu, 1, 1, RELU)
BAND_KERNEL(s2_u8_relu, 2, 0, RELU)
BAND_KERNEL(s2_i8_relu, 2, 1, RELU)
BAND_KERNEL(s1_u8_high, 1, 0, HIGH)
BAND_KERNEL(s1_i8_high, 1, 1, HIGH)
BAND_KERNEL(s2_u8_high, 2, 0, HIGH)
BAND_KERNEL(s2_i8_high, 2, 1, HIGH)
BAND_KERNEL(s1_u8_low, 1, 0, LOW)
BAND_KERNEL(s1_i8_low, 1, 1, LOW)
BAND_KERNEL(s2_u8_low, 2, 0, LOW)
BAND_KERNEL(s2_i8_low, 2, 1, LOW)

/* [kind][stride 2][signed input] */
static band_kernel *const kernels[3][2][2] = {
    {{s1_u8_relu, s1_i8_relu}, {s2_u8_relu, s2_i8_relu}},
    {{s1_u8_high, s1_i8_high}, {s2_u8_high, s2_i8_high}},
    {{s1_u8_low, s1_i8_low}, {s2_u8_low, s2_i8_low}},
};

/* Output rows [y, y + rows) whose three input rows are all inside or all outside alike. */
static void run_band(const depthwise_t *l, uint32_t y, uint32_t rows, uint32_t c,
                     const int32_t w[9], const rescale_t *q, band_t *band, band_kernel *kernel) {
  const uint8_t *in = (const uint8_t *)l->in + c;
  const int32_t in_h = (int32_t)l->in_h;
  const int32_t first = (int32_t)(y * l->stride) - (int32_t)l->pad_top;
  for (int32_t k = 0; k < 3; k++) {
    /* A row outside of the tensor: its taps are zero, and any row that is there gives the bytes. */
    const int32_t at = first + k;
    const int inside = at >= 0 && at < in_h;
    band->row[k] = in + (uint32_t)(inside ? at : at < 0 ? 0 : in_h - 1) * l->in_row_pitch;
    band->w[3 * k] = inside ? w[3 * k] : 0;
    band->w[3 * k + 1] = inside ? w[3 * k + 1] : 0;
    band->w[3 * k + 2] = inside ? w[3 * k + 2] : 0;
  }
  band->rows = rows;
  band->out = (uint8_t *)l->out + y * band->out_step + c;
  kernel(band, q);
}

void depthwise_cores(const depthwise_t *l, uint32_t hart, uint32_t harts) {
  const requant_t *rq = &l->requant;
  const int kind = rq->shift < 32 ? LOW : rq->lo == 0 ? RELU : HIGH;
  band_kernel *kernel = kernels[kind][l->stride == 2][l->in_signed != 0];
  band_t band = {.step = l->channels,
                 .in_step = l->stride * l->in_row_pitch,
                 .out_step = l->out_w * l->channels,
                 .in_w = l->in_w,
                 .out_w = l->out_w,
                 .pad_left = l->pad_left != 0};
  /* Rows [above, below) of the output have all of their input rows inside. */
  uint32_t above = (l->pad_top + l->stride - 1) / l->stride;
  if (above > l->out_h) above = l->out_h;
  uint32_t below = above;
  while (below < l->out_h && below * l->stride + 3 <= l->in_h + l->pad_top) below++;

  const uint32_t end = l->channels * (hart + 1) / harts;
  for (uint32_t c = l->channels * hart / harts; c < end; c++) {
    const rescale_t q = {rq->mul[c], rq->bias[c] + ((int64_t)1 << (rq->shift - 1)),
                         rq->shift >= 32 ? rq->shift - 32 : rq->shift, rq->lo, rq->hi};
    const int8_t *weight = l->weights + c;
    int32_t w[9];
#pragma GCC unroll 9
    for (uint32_t t = 0; t < 9; t++, weight += l->channels) w[t] = *weight;
    for (uint32_t y = 0; y < above; y++) run_band(l, y, 1, c, w, &q, &band, kernel);
    if (below > above) run_band(l, above, below - above, c, w, &q, &band, kernel);
    for (uint32_t y = below; y < l->out_h; y++) run_band(l, y, 1, c, w, &q, &band, kernel);
  }
}
