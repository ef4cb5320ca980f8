/*
 * Requantisation of an accumulator to 8 bit, the same everywhere in the cluster:
 *   q = clip((acc * mul[c] + bias[c] + 2^(shift-1)) >> shift, lo, hi)
 * with a 64-bit product and sum and an arithmetic shift, 1 <= shift <= 62.
 */
#ifndef OCTOBAR_KERNELS_REQUANT_H
#define OCTOBAR_KERNELS_REQUANT_H

#include <stdint.h>

typedef struct requant {
  const int32_t *mul;  /* [channels] */
  const int64_t *bias; /* [channels] */
  uint32_t shift;
  int32_t lo, hi;
} requant_t;

/*
 * The harts are fastest when shift >= 32, because only the high word of a sum matters then. This
 * multiplies tables and rounding by the same power of two, so that no result changes; where a value
 * would not fit the tables stay as they are.
 */
void requant_widen(requant_t *requant, int32_t *mul, int64_t *bias, uint32_t channels);

/* lo and hi - lo in registers: one unsigned compare decides both bounds. */
static inline int32_t requant_clip(int32_t q, int32_t lo, int32_t hi) {
  if (__builtin_expect((uint32_t)(q - lo) > (uint32_t)(hi - lo), 0)) q = q < lo ? lo : hi;
  return q;
}

/* `bias` includes the rounding constant already, here and below. Any shift. */
static inline int32_t requant_any(int32_t acc, int32_t mul, int64_t bias, uint32_t shift,
                                  int32_t lo, int32_t hi) {
  int64_t q = ((int64_t)acc * mul + bias) >> shift;
  return q < lo ? lo : q > hi ? hi : (int32_t)q;
}

/* shift < 32: 32 bits of the shifted sum, and a look at those above them. */
static inline int32_t requant_low(int32_t acc, int32_t mul, int64_t bias, uint32_t shift, int32_t lo,
                                  int32_t hi) {
  const uint64_t sum = (uint64_t)((int64_t)acc * mul + bias);
  const int32_t high = (int32_t)(sum >> 32);
  const int32_t q = (int32_t)((uint32_t)sum >> shift | (uint32_t)high << (32 - shift));
  if (__builtin_expect(high >> shift != q >> 31, 0)) return high < 0 ? lo : hi;
  return requant_clip(q, lo, hi);
}

/* The usual case, shift >= 32: only the high word of the sum matters and it cannot overflow. */
static inline int32_t requant_high(int32_t acc, int32_t mul, int64_t bias, uint32_t shift_minus_32,
                                   int32_t lo, int32_t hi) {
  int32_t high = (int32_t)(((int64_t)acc * mul + bias) >> 32);
  return requant_clip(high >> shift_minus_32, lo, hi);
}

/* The same with lo = 0. Half of the values behind a ReLU are clipped there, so that takes no branch. */
static inline int32_t requant_relu(int32_t acc, int32_t mul, int64_t bias, uint32_t shift_minus_32,
                                   int32_t hi) {
  int32_t q = (int32_t)(((int64_t)acc * mul + bias) >> 32) >> shift_minus_32;
  q &= ~(q >> 31);
  if (__builtin_expect(q > hi, 0)) {
    q = hi;
    /* Else gcc makes a minimum of this, which on RV32IM is a branch that is usually taken. */
    __asm__("" : "+r"(q));
  }
  return q;
}

#endif
