#include "requant.h"

void requant_widen(requant_t *rq, int32_t *mul, int64_t *bias, uint32_t channels) {
  if (rq->shift >= 32) return;
  const uint32_t more = 32 - rq->shift;
  /* |acc * mul| < 2^62 for every 32-bit acc, so this leaves the sum below 2^63. */
  const int32_t mul_limit = (int32_t)(1u << (31 - more));
  const int64_t bias_limit = (int64_t)1 << (61 - more);
  for (uint32_t c = 0; c < channels; c++)
    if (mul[c] >= mul_limit || mul[c] <= -mul_limit || bias[c] >= bias_limit ||
        bias[c] <= -bias_limit)
      return;
  for (uint32_t c = 0; c < channels; c++) {
    mul[c] = (int32_t)((uint32_t)mul[c] << more);
    bias[c] = (int64_t)((uint64_t)bias[c] << more);
  }
  rq->shift = 32;
}
