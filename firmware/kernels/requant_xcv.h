/*
 * The requantisation of requant.h for cores with 16-bit multiply-accumulate (xcvmac), in which it takes 7
 * cycles; with mulh (5 cycles) it would take 11. No result differs.
 *
 * With b = bias + 2^(shift-1) - lo * 2^shift = high * 2^31 + rest, 0 <= rest < 2^31:
 *   q - lo = (acc * mul + b) >> shift
 * The accumulator is cut into ah * 2^16 + al and mul (30 bits, not negative) into mh * 2^15 + ml, and the
 * sum of the four products is shifted piece by piece, which is exact because a floor of a floor is a floor:
 *   u = (rest + al * ml) >> 15     below 2^17
 *   u = (u    + al * mh) >> 1      below 2^30 + 2^16
 *   u = (u    + ah * ml) >> 15     within 2^16
 *   u =  u    + ah * mh            within 2^30 + 2^16
 *   u = (u    + high) >> (shift - 31)
 * and then 0 <= u <= hi - lo is enforced and lo added.
 */
#ifndef OCTOBAR_KERNELS_REQUANT_XCV_H
#define OCTOBAR_KERNELS_REQUANT_XCV_H

#include "requant.h"

/* One output channel. Assembly reads it by offsets. */
typedef struct requant_xcv_channel {
  int32_t high;
  uint32_t rest;
  uint32_t mul;     /* mh << 16 | ml */
  uint32_t swapped; /* ml << 16 | mh */
} requant_xcv_channel_t;

typedef struct requant_xcv {
  const requant_xcv_channel_t *channels;
  uint32_t shift; /* shift - 31 */
  uint32_t range; /* hi - lo, at most 255 */
  uint32_t lo4;   /* lo in each of 4 bytes */
} requant_xcv_t;

/*
 * Fills `table` (one entry per channel) and `to`, once when a layer is loaded. Returns 0 when a channel does
 * not fit (a multiplier that is negative or has 31 bits, |b| near 2^61): then the layer needs the scalar kernel.
 */
int requant_xcv_prepare(const requant_t *from, uint32_t channels, requant_xcv_channel_t *table,
                        requant_xcv_t *to);

#endif
