#include "requant_xcv.h"

enum { HALF = 15, MUL_BITS = 2 * HALF, HIGH_LIMIT = (1 << 30) - (1 << 17) };

/* value * 2^by, or 0 in `fits` when that is 2^62 or more. */
static int64_t scale(int64_t value, uint32_t by, int *fits) {
  const int64_t limit = (int64_t)1 << (62 - by);
  if (value >= limit || value <= -limit) {
    *fits = 0;
    return 0;
  }
  return (int64_t)((uint64_t)value << by);
}

int requant_xcv_prepare(const requant_t *from, uint32_t channels, requant_xcv_channel_t *table,
                        requant_xcv_t *to) {
  const int32_t range = from->hi - from->lo;
  if (range < 0 || range > 255 || from->shift > 52) return 0;
  const uint32_t more = from->shift < 31 ? 31 - from->shift : 0;
  to->channels = table;
  to->shift = from->shift + more - 31;
  to->range = (uint32_t)range;
  to->lo4 = ((uint32_t)from->lo & 255) * 0x01010101u;
  const int64_t rounding = (int64_t)1 << (from->shift - 1);
  const int64_t lo = (int64_t)from->lo * ((int64_t)1 << from->shift);
  for (uint32_t c = 0; c < channels; c++) {
    int fits = 1;
    /* Bounded first, so that the sum is a number. */
    const int64_t bias = scale(from->bias[c], 0, &fits);
    const int64_t b = scale(bias + rounding - lo, more, &fits);
    const int64_t mul = scale(from->mul[c], more, &fits);
    const int64_t high = b >> 31;
    if (!fits || mul < 0 || mul >> MUL_BITS != 0 || high >= HIGH_LIMIT || high <= -HIGH_LIMIT)
      return 0;
    const uint32_t lower = (uint32_t)mul & ((1u << HALF) - 1), upper = (uint32_t)mul >> HALF;
    table[c] = (requant_xcv_channel_t){(int32_t)high, (uint32_t)b & 0x7fffffff,
                                       upper << 16 | lower, lower << 16 | upper};
  }
  return 1;
}
