#include "requant_xcv.h"

enum { HALF = 15, MUL_BITS = 2 * HALF };

/* floor(b / m), m > 0, and the remainder. Bit by bit, because the runtime has no 64-bit division. */
static int64_t divide(int64_t b, uint32_t m, uint32_t *rest) {
  const uint64_t size = b < 0 ? ~(uint64_t)b : (uint64_t)b;
  uint64_t quotient = 0, left = 0;
  for (int bit = 63; bit >= 0; bit--) {
    left = left << 1 | (size >> bit & 1);
    quotient <<= 1;
    if (left >= m) left -= m, quotient |= 1;
  }
  /* b = -size - 1 = -(quotient + 1) * m + (m - 1 - left) */
  *rest = (uint32_t)(b < 0 ? m - 1 - left : left);
  return b < 0 ? (int64_t)~quotient : (int64_t)quotient;
}

/* value * 2^by, or 0 in `fits` when that is 2^62 or more. */
static int64_t scale(int64_t value, uint32_t by, int *fits) {
  const int64_t limit = (int64_t)1 << (62 - by);
  if (value >= limit || value <= -limit) {
    *fits = 0;
    return 0;
  }
  return (int64_t)((uint64_t)value << by);
}

static int put(requant_xcv_channel_t *at, int64_t mul, int64_t b, uint32_t bound) {
  uint32_t rest;
  const int64_t start = divide(b, (uint32_t)mul, &rest);
  const int64_t limit = (int64_t)INT32_MAX - bound;
  if (start > limit || start < -limit) return 0;
  const uint32_t low = (uint32_t)mul & ((1u << HALF) - 1), high = (uint32_t)mul >> HALF;
  at->start = (int32_t)start;
  at->rest = rest;
  at->mul = high << 16 | low;
  at->swapped = low << 16 | high;
  return 1;
}

/*
 * A channel whose results are all `q` in spite of any accumulator: a multiplier 2^bit so small that
 * accumulators do not matter, around the middle of q.
 */
static int put_constant(requant_xcv_channel_t *at, uint32_t q, uint32_t shift, uint32_t bound) {
  for (uint32_t bit = 0; bit < MUL_BITS && bit < shift; bit++) {
    const uint64_t half = (uint64_t)1 << (shift - 1);
    if (((uint64_t)bound << bit) >= half) return 0;
    if (shift - bit > 31) continue;
    if (put(at, (int64_t)1 << bit, (int64_t)(((uint64_t)q << shift) + half), bound)) return 1;
  }
  return 0;
}

int requant_xcv_prepare(const requant_t *from, uint32_t channels, uint32_t bound,
                        requant_xcv_channel_t *table, requant_xcv_t *to) {
  const int32_t range = from->hi - from->lo;
  if (range < 0 || range > 255 || bound >= 1u << 30 || from->shift > 54) return 0;
  const uint32_t more = from->shift < 31 ? 31 - from->shift : 0;
  const uint32_t shift = from->shift + more;
  to->channels = table;
  to->shift = shift - 31;
  to->range = (uint32_t)range;
  to->lo4 = ((uint32_t)from->lo & 255) * 0x01010101u;
  for (uint32_t c = 0; c < channels; c++) {
    int fits = 1;
    const int64_t mul = scale(from->mul[c], more, &fits);
    const int64_t rounding = (int64_t)1 << (from->shift - 1);
    const int64_t lo = (int64_t)from->lo * ((int64_t)1 << from->shift);
    /* Within 2^61 each, so that their sum is a number. */
    const int64_t half_limit = (int64_t)1 << 61;
    if (from->bias[c] >= half_limit || from->bias[c] <= -half_limit) return 0;
    if (lo >= half_limit || lo <= -half_limit) return 0;
    const int64_t b = scale(from->bias[c] + rounding - lo, more, &fits);
    if (!fits || mul < 0 || mul >> MUL_BITS != 0) return 0;
    if (mul > 0 && put(&table[c], mul, b, bound)) continue;
    /* The offset is far beyond what accumulators reach. */
    const int64_t least = (b - mul * bound) >> shift, most = (b + mul * bound) >> shift;
    const int64_t first = least < 0 ? 0 : least > range ? range : least;
    const int64_t last = most < 0 ? 0 : most > range ? range : most;
    if (first != last || !put_constant(&table[c], (uint32_t)first, shift, bound)) return 0;
  }
  return 1;
}
