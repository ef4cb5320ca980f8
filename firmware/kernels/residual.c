#include "residual.h"

#include "requant.h"

static inline int32_t add(int32_t skip, int32_t branch, const residual_t *l, int32_t half) {
  return requant_clip((skip * l->mul_skip + branch * l->mul_branch + half) >> l->shift, l->lo,
                      l->hi);
}

void residual_cores(const residual_t *layer, uint32_t hart, uint32_t harts) {
  const residual_t l = *layer;
  const int32_t half = (int32_t)1 << (l.shift - 1);
  /* Cut at words, so that no two harts write into one. */
  const uint32_t words = (l.count + 3) / 4;
  uint32_t i = words * hart / harts * 4;
  uint32_t end = words * (hart + 1) / harts * 4;
  if (end > l.count) end = l.count;
  for (; i + 4 <= end; i += 4) {
    const int8_t s0 = l.skip[i], s1 = l.skip[i + 1], s2 = l.skip[i + 2], s3 = l.skip[i + 3];
    const int8_t b0 = l.branch[i], b1 = l.branch[i + 1], b2 = l.branch[i + 2], b3 = l.branch[i + 3];
    l.out[i] = (int8_t)add(s0, b0, &l, half);
    l.out[i + 1] = (int8_t)add(s1, b1, &l, half);
    l.out[i + 2] = (int8_t)add(s2, b2, &l, half);
    l.out[i + 3] = (int8_t)add(s3, b3, &l, half);
  }
  for (; i < end; i++) l.out[i] = (int8_t)add(l.skip[i], l.branch[i], &l, half);
}
